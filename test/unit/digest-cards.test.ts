// Shows that on every platform a digest tells the worst first and drops nothing in silence, whatever agents write.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventView } from '../../src/events/event.ts'
import { SEVERITIES, type Severity } from '../../src/events/severity.ts'
import { digestMessage as drawDiscord } from '../../src/platforms/discord/digest-message.ts'
import type { Digest } from '../../src/platforms/platform.ts'
import type { RenderOptions } from '../../src/platforms/render-options.ts'
import { digestCard as drawSlack } from '../../src/platforms/slack/digest-card.ts'
import { digestCard as drawTeams } from '../../src/platforms/teams/cards.ts'
import { digestMessage as drawTelegram } from '../../src/platforms/telegram/digest-message.ts'
import { readMessage as readDiscord } from '../../src/sandbox/discord/message-rules.ts'
import { readMessage as readTelegram } from '../../src/sandbox/telegram/message-rules.ts'
import * as adaptive from '../fakes/adaptive-card-rules.ts'
import * as blockKit from '../fakes/block-kit-rules.ts'
import { EFFORT } from '../fakes/effort.ts'
import { MARK, UNSEEN } from '../fakes/hostile-approvals.ts'
import { ALERT, CALLS, hostileEvents } from '../fakes/hostile-events.ts'
import { usually } from '../fakes/render-options.ts'

interface Read {
  /** What the platform has against it. */
  refusals: unknown[]
  /** As people read them, from top to bottom. */
  lines: string[]
  /** What the platform reads as markup, without what we put there ourselves. */
  markup: string
  urls: string[]
  color: unknown
}

const json = (value: unknown) => JSON.parse(JSON.stringify(value))
const MARKDOWN_LINK = /\[([^\]\n]+)\]\((https?:[^)\s]+)\)/g
const HTML_LINK = /<a href="([^"]+)">([^<]+)<\/a>/g
/** Nothing in it comes alive. */
const CODE = /`[^`\n]+`/g
const MRKDWN_LINK = /<(https?:[^|>]+)\|([^>]+)>/g

function readSlack(digest: Digest, options: Partial<RenderOptions>): Read {
  const message = usually(drawSlack)(digest, options)
  const { markup, literal } = blockKit.strings(message)
  const text = [message.text.replace('<!channel> ', ''), ...markup].join('\n')
  expect(literal).toEqual([])
  return {
    refusals: blockKit.breaches(message),
    lines: text.replaceAll(MRKDWN_LINK, '$2').replaceAll(/[*`]/g, '').replace(': ', '\n').split('\n'),
    markup: text
      .replaceAll(CODE, '')
      .replaceAll(MRKDWN_LINK, '')
      .replace(/<!date\^\d+\^[^>]+>/g, ''),
    urls: [...text.matchAll(MRKDWN_LINK)].map(([, url = '']) => url),
    color: message.attachments[0].color,
  }
}

function readTeams(digest: Digest, options: Partial<RenderOptions>): Read {
  const { card } = usually(drawTeams)(digest, options)
  const textOf = (node: unknown) =>
    adaptive
      .nodes(node)
      .map(({ type, text }) => (type === 'TextRun' || type === 'TextBlock' ? text : ''))
      .join('')
  const lines = adaptive.nodes(card).map((node) => {
    if (node.type === 'ColumnSet') return (node.columns as unknown[]).map(textOf).join(' ')
    return ['TextBlock', 'RichTextBlock'].includes(String(node.type)) ? textOf(node) : ''
  })
  return {
    refusals: adaptive.breaches(card),
    lines,
    markup: adaptive
      .strings(card)
      .other.join('\n')
      .replaceAll(/https?:\/\/\S+|Action\.OpenUrl|^1\.5$/gm, ''),
    urls: adaptive.nodes(card).flatMap(({ url }) => (typeof url === 'string' ? [url] : [])),
    color: (card.body[0] as { style: string }).style,
  }
}

function readInDiscord(digest: Digest, options: Partial<RenderOptions>): Read {
  const message = usually(drawDiscord)(digest, options)
  const [{ title, description = '', color }] = message.embeds
  const taken = readDiscord(json(message), true)
  return {
    refusals: 'refused' in taken ? [taken.refused] : [],
    lines: `${title}\n${description}`
      .replaceAll(MARKDOWN_LINK, '$1')
      .replaceAll(/\*\*|`/g, '')
      .split('\n'),
    markup: description
      .replaceAll(CODE, '')
      .replaceAll(MARKDOWN_LINK, '')
      .replaceAll(/<t:\d+:f>|\*\*/g, ''),
    urls: [...description.matchAll(MARKDOWN_LINK)].map(([, , url = '']) => url),
    color: `#${color.toString(16)}`,
  }
}

function readInTelegram(digest: Digest, options: Partial<RenderOptions>): Read {
  const message = usually(drawTelegram)(digest, options)
  const taken = readTelegram(json(message))
  const { text } = message
  // Telegram sets no more than a hundred links and other marks: what follows would be text that can come alive.
  const marks = text.match(/<(?:a|b|code)\b/g)?.length ?? 0
  return {
    refusals: 'refused' in taken ? [taken.refused] : marks > 100 ? [`${marks} marks`] : [],
    lines: 'refused' in taken ? [] : taken.content.text.split('\n'),
    markup: text
      .replaceAll(/<code>[^<]*<\/code>/g, '')
      .replaceAll(HTML_LINK, '')
      .replaceAll(/<\/?b>/g, ''),
    urls: [...text.matchAll(HTML_LINK)].map(([, url = '']) => url),
    color: 'none',
  }
}

const SURFACES = [
  { name: 'Slack', read: readSlack, colors: ['#4A90D9', '#4A90D9', '#E8A317', '#E8590C', '#B00020'] },
  { name: 'Teams', read: readTeams, colors: ['accent', 'accent', 'warning', 'attention', 'attention'] },
  { name: 'Discord', read: readInDiscord, colors: ['#4a90d9', '#4a90d9', '#e8a317', '#e8590c', '#b00020'] },
  { name: 'Telegram', read: readInTelegram, colors: Array(5).fill('none') },
]

const SIGN = /^(🚨|❗|⚠️|ℹ️) /
const RANKS: Record<string, number> = { ℹ️: 1, '⚠️': 2, '❗': 3, '🚨': 4 }
/** The lines of the alerts, below the headline, which has a sign too. */
const rowsOf = ({ lines }: Read) => lines.filter((line) => SIGN.test(line)).slice(1)
/** What the note says of those that are not there. */
function moreOf({ lines }: Read): { size: number; parts: number[] } {
  const note = lines.find((line) => /^… and /.test(line)) ?? '… and 0 more: 0 high'
  const [size = 0, ...parts] = [...note.matchAll(/\d[\d,]*/g)].map(([n]) => Number(n.replace(',', '')))
  return { size, parts }
}

function alert(severity: Severity, wanted: Partial<EventView> = {}): EventView {
  return { ...ALERT, severity, ...wanted }
}

describe.each(SURFACES)('a digest in $name', ({ name, read: readIn, colors }) => {
  const read = (events: EventView[], options: Partial<RenderOptions> = {}) => readIn({ events }, options)

  it('says how many there are of which severity, and tells the worst first, then the earliest', () => {
    const seen = { by: 'Ana', source: 'slack', at: ALERT.created_at }
    const night = read([
      alert('low', { type: 'decision.sanitize', summary: 'first', key: null }),
      alert('critical', { type: 'incident', summary: 'second', agent: null }),
      alert('high', { summary: 'third', acknowledged: seen }),
      alert('critical', { type: 'pii.detected', summary: 'fourth', created_at: '2026-11-21T06:30:00.000Z' }),
    ])
    expect(night.refusals).toEqual([])
    expect(night.lines).toContain('🚨 4 alerts')
    expect(night.lines).toContain('2 critical · 1 high · 1 low · 1 acknowledged')
    expect(rowsOf(night)).toEqual([
      '🚨 Incident · the key Sales key says: “second”',
      '🚨 PII detected · agent-123 with the key Sales key says: “fourth”',
      '❗ Policy violation · agent-123 with the key Sales key · 👀 Acknowledged by Ana says: “third”',
      'ℹ️ Decision sanitize · Countersign says: “first”',
    ])
    expect(night.urls).toEqual(Array(4).fill(ALERT.url))
    expect(moreOf(night).size).toBe(0)
  })

  it('tells two agents apart whose ids differ in the middle', () => {
    const rows = ['一', '二'].map((sign) => {
      const id = '漢'.repeat(100) + sign + '漢'.repeat(99)
      return rowsOf(read([alert('high', { agent: { id, name: id } })]))
    })
    expect(rows[0]).toHaveLength(1)
    expect(rows[0]).not.toEqual(rows[1])
  })

  it('takes a row of the longest names', () => {
    const sign = '&'
    const acknowledged = { by: sign.repeat(120), source: 'slack', at: ALERT.created_at }
    const whose = { agent: { id: sign.repeat(200), name: '' }, key: { id: 'key_1', name: sign.repeat(100) } }
    const digest = read([alert('high', { ...whose, acknowledged, summary: sign.repeat(2000) })])
    expect(digest.refusals).toEqual([])
    expect(rowsOf(digest)).toHaveLength(1)
  })

  it('of one alert counts it as one', () => {
    expect(read([alert('info')]).lines).toContain('ℹ️ 1 alert')
  })

  it('has the colour of the worst', () => {
    const painted = SEVERITIES.map((severity) => read([alert('info'), alert(severity)]).color)
    expect(painted).toEqual(colors)
  })

  it('without details leaves out what agents wrote, but not which agent it was, and says so', () => {
    const bare = read([alert('high'), alert('low')], { details: false })
    expect(rowsOf(bare)).toHaveLength(2)
    expect(bare.lines.join('\n')).not.toContain(ALERT.summary)
    expect(bare.lines.join('\n')).toContain('agent-123')
    expect(bare.lines).toContain("Details are left out here. Each alert's link shows them.")
    const unlinked = read([alert('low', { url: 'x:y' })], { details: false })
    expect(unlinked.lines).toContain('Details are left out here.')
    expect(unlinked.urls).toEqual([])
  })

  it('is one message also for a thousand, and says how many more there are', () => {
    const most = read(Array.from({ length: 1000 }, (_, i) => alert(SEVERITIES[i % 5] as Severity)))
    expect(most.refusals).toEqual([])
    expect(most.lines).toContain('🚨 1,000 alerts')
    const rows = rowsOf(most)
    expect(rows.length).toBeGreaterThan(20)
    expect(new Set(rows.map((line) => line.slice(0, 2)))).toEqual(new Set(['🚨']))
    const more = 1000 - rows.length
    expect(most.lines).toContain(
      `… and ${more} more: ${200 - rows.length} critical, 200 high, 200 medium, 200 low, 200 info`,
    )
  })

  it('is taken whatever agents send, drops nothing in silence, and brings nothing to life', () => {
    fc.assert(
      fc.property(hostileEvents(1000), fc.boolean(), fc.boolean(), (events, details, mention) => {
        const digest = read(events, { details, mention })
        expect(digest.refusals).toEqual([])
        const [rows, more] = [rowsOf(digest), moreOf(digest)]
        expect(rows.length + more.size).toBe(events.length)
        expect(more.parts.reduce((sum, part) => sum + part, 0)).toBe(more.size)
        expect(rows.length).toBeGreaterThanOrEqual(Math.min(events.length, 3))
        const ranks = rows.map((line) => RANKS[SIGN.exec(line)?.[1] as string])
        expect(ranks).toEqual(ranks.toSorted((a = 0, b = 0) => b - a))
        expect(digest.lines.join('\n')).not.toMatch(UNSEEN)
        expect(digest.markup).not.toMatch(/[<>`@#]|\w\.\w/)
        // Slack shows a name in which nothing could come alive outside of code.
        if (name !== 'Slack') expect(digest.markup).not.toContain(MARK)
        if (name === 'Discord') expect(digest.markup).not.toMatch(/[*~|\\[\]()]/)
        if (name === 'Teams') expect(rows.join('\n')).not.toMatch(/\{\{\s*(DATE|TIME)/i)
      }),
      { numRuns: 40 * EFFORT },
    )
  })

  it.each(CALLS)('nobody is called by %j', (call) => {
    const acknowledged = { by: call, source: 'slack', at: ALERT.created_at }
    const agent = { id: call, name: call }
    const digest = read([alert('critical', { agent, summary: call, acknowledged })], { mention: true })
    expect(digest.markup).not.toMatch(/[<>@]|tg:/)
  })
})
