// Reads a rendered card as a person does, from the top: what stands there in our voice, and what in another's.

import type { SlackMessage } from '../../src/platforms/slack/message.ts'

/** `id`: what others chose and is set apart in a line of ours. */
export interface Heard {
  voice: 'ours' | 'theirs' | 'id'
  text: string
}

type Json = Record<string, unknown>

const ours = (text: string): Heard => ({ voice: 'ours', text })
const theirs = (text: string): Heard => ({ voice: 'theirs', text })

/** A line in which code sets apart what others chose; in quotation marks it is what they say. */
function heard(line: string, code: RegExp, shown: (text: string) => string): Heard[] {
  return line.split(code).flatMap((text, index): Heard[] => {
    if (text === '') return []
    if (index % 2 === 0) return [ours(shown(text))]
    return [/^“[^“”]*”$/.test(shown(text)) ? theirs(shown(text)) : { voice: 'id', text: shown(text) }]
  })
}

const unescaped = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

export function inSlack({ text, attachments }: SlackMessage): Heard[] {
  return [
    ...inMrkdwn(text),
    ...attachments.flatMap(({ blocks }) => blocks.flatMap((block) => inBlock(block))),
  ]
}

const inMrkdwn = (text: string) => heard(text, /`([^`]*)`/, unescaped)

function inBlock(block: unknown): Heard[] {
  const { type, text, fields, elements, confirm } = block as Json & { type: string; text: string }
  if (type === 'mrkdwn') return inMrkdwn(text)
  if (type === 'plain_text' || type === 'text') return [ours(text)]
  const parts = [text, ...list(fields), ...list(elements), ...Object.values(confirm ?? {})]
  const inside = parts.filter((part) => typeof part === 'object' && part !== null).flatMap(inBlock)
  // A bar or a box around it says whose it is.
  if (type === 'rich_text_quote' || type === 'rich_text_preformatted') {
    return inside.map((one) => theirs(one.text))
  }
  return inside
}

/** Adaptive Cards: a line of runs, of which those in code or between quotation marks are others'. */
export function inTeams({ card, summary }: { card: object; summary: string }): Heard[] {
  return [...inPlain(summary), ...inElement(card)]
}

function inElement(element: unknown): Heard[] {
  const { type, id, text, title, label, body, items, columns, inlines, actions, card } = element as Json
  if (type === 'TextRun' && typeof text === 'string') {
    if ((element as Json).fontType === 'monospace') return [{ voice: 'id', text }]
    return [/^“[^“”]*”$/.test(text) ? theirs(text) : ours(text)]
  }
  const here = [text, title, label].filter((one) => typeof one === 'string').map(ours)
  const unfolding = card === undefined ? [] : [card]
  const inside = [body, items, columns, inlines, actions, unfolding].flatMap(list).flatMap(inElement)
  return id === 'agent_said' || id === 'agent_payload'
    ? inside.map((one) => theirs(one.text.replaceAll('\u00a0', ' ')))
    : [...here, ...inside]
}

/** Where nothing is set apart, quotation marks alone do it: straight ones are around an identifier. */
function inPlain(line: string): Heard[] {
  return line.split(/(“[^“”]*”|"[^"]*")/).flatMap((text) => {
    if (text === '') return []
    if (text.startsWith('"')) return [{ voice: 'id', text }]
    return [text.startsWith('“') ? theirs(text) : ours(text)]
  })
}

interface Discord {
  embeds: { description: string; fields: { name: string; value: string }[]; footer?: { text: string } }[]
  components: { components: { label: string }[] }[]
}

export function inDiscord({ embeds, components }: Discord): Heard[] {
  return [
    ...embeds.flatMap(({ description, fields, footer }) => [
      ...inMarkdown(description),
      ...fields.flatMap(({ name, value }) => [ours(name), ...inMarkdown(value)]),
      ...(footer ? [ours(footer.text)] : []),
    ]),
    ...components.flatMap((row) => row.components.map(({ label }) => ours(label))),
  ]
}

function inMarkdown(text: string): Heard[] {
  return text
    .split(/```(?:txt|json)\n([\s\S]*?)\n```/)
    .flatMap((part, index) =>
      index % 2 === 1 ? [theirs(part)] : heard(part, /`([^`]*)`/, (inline) => inline),
    )
}

export function inTelegram({ text, reply_markup }: { text: string; reply_markup: unknown }): Heard[] {
  const shown = (html: string) => unescaped(html.replace(/<[^>]*>/g, ''))
  const words = text
    .split(/<pre>([\s\S]*?)<\/pre>/)
    .flatMap((part, index) =>
      index % 2 === 1 ? [theirs(shown(part))] : heard(part, /<code>([\s\S]*?)<\/code>/, shown),
    )
  const { inline_keyboard } = reply_markup as { inline_keyboard: { text: string }[][] }
  return [...words, ...inline_keyboard.flat().map((button) => ours(button.text))]
}

export function inPagerDuty({
  payload,
}: {
  payload: { summary: string; custom_details: Record<string, string> }
}) {
  const rows = Object.entries(payload.custom_details).flatMap(([label, text]): Heard[] => [
    ours(label),
    ...inRow(label, text),
  ])
  return [...inPlain(payload.summary), ...rows]
}

/** A row has one voice, but for a remark. */
function inRow(label: string, text: string): Heard[] {
  if (/says$|^Arguments$|^Data$/.test(label)) return [theirs(text)]
  if (/^(Agent|Key|Tool|Environment|Requested by)$/.test(label)) return [{ voice: 'id', text }]
  return inPlain(text)
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
