// Checks whether Teams would take a card, by Microsoft's own parser and by rules for what that lets pass.

import { createRequire } from 'node:module'

// The package's front is not loadable by Node.js, and its bundle has no types of its own.
const microsoft: typeof import('adaptivecards') = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
)

type Json = Record<string, unknown>

const MAX_BYTES = 28_000
const MAX_ACTIONS = 6
/** The elements that every client of Teams draws, and what each may say. */
const PROPERTIES: Record<string, string[]> = {
  AdaptiveCard: ['$schema', 'version', 'msteams', 'body', 'actions'],
  Container: ['id', 'items', 'style', 'bleed', 'spacing', 'isVisible'],
  ColumnSet: ['columns', 'spacing'],
  Column: ['width', 'items', 'style', 'spacing'],
  TextBlock: ['text', 'wrap', 'size', 'weight', 'spacing'],
  RichTextBlock: ['id', 'inlines', 'spacing', 'separator'],
  TextRun: ['text', 'size', 'weight', 'fontType', 'isSubtle', 'selectAction'],
  ActionSet: ['actions'],
  'Action.Execute': ['title', 'style', 'verb', 'data', 'fallback'],
  'Action.Submit': ['title', 'style', 'data'],
  'Action.ToggleVisibility': ['title', 'style', 'targetElements'],
  'Action.ShowCard': ['title', 'style', 'card'],
  'Action.OpenUrl': ['title', 'url'],
  'Input.Text': ['id', 'label', 'isMultiline', 'maxLength', 'isRequired', 'errorMessage'],
}
/** A client without labels or checks of its own would show an input that nobody understands, or send anything. */
const MUST_HAVE: Record<string, string[]> = {
  'Action.Execute': ['title', 'verb', 'data', 'fallback'],
  'Action.ToggleVisibility': ['targetElements'],
  'Action.ShowCard': ['card'],
  'Input.Text': ['id', 'label', 'maxLength'],
}

/** Every breach, with where it is; none means that Teams takes the card. */
export function breaches(card: object): string[] {
  const bytes = Buffer.byteLength(JSON.stringify(card))
  const all = nodes(card)
  return [
    ...(bytes <= MAX_BYTES ? [] : [`${bytes} bytes > ${MAX_BYTES}`]),
    ...complaintsOfMicrosoft(card),
    ...((card as Json).version === '1.5' ? [] : [`version ${(card as Json).version}`]),
    ...all.flatMap(breachesOf),
    ...breachesOfIds(all),
    ...breachesOfInputs(all),
  ]
}

/** A time of ours, which Teams shows in the reader's own zone. */
const TIME = /^\{\{DATE\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ),SHORT\)\}\} \{\{TIME\(\1\)\}\}$/

/** What is literal wherever it is read, with a time of ours as `[2026-11-20T13:00:00Z]`, and every other string: markdown, addresses, titles, enumerations, data. */
export function strings(card: object): { literal: string[]; other: string[] } {
  const found = { literal: [] as string[], other: [] as string[] }
  const visit = (value: unknown, isLiteral: boolean): void => {
    if (typeof value === 'string') (isLiteral ? found.literal : found.other).push(value.replace(TIME, '[$1]'))
    if (typeof value !== 'object' || value === null) return
    const isRun = (value as Json).type === 'TextRun'
    for (const [key, child] of Object.entries(value)) visit(child, isRun && key === 'text')
  }
  visit(card, false)
  return found
}

/** Everything in it that has a type, outermost first. */
export function nodes(value: unknown): Json[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'type' in value ? [value as Json] : []
  return [...own, ...Object.values(value).flatMap(nodes)]
}

function complaintsOfMicrosoft(json: object): string[] {
  const context = new microsoft.SerializationContext(microsoft.Versions.v1_5)
  const card = new microsoft.AdaptiveCard()
  card.parse(json, context)
  const parsing = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index))
  return [...parsing, ...card.validateProperties().validationEvents].map(({ message }) => message)
}

function breachesOf(node: Json): string[] {
  const at = String(node.type)
  const known = ['type', ...(PROPERTIES[at] ?? [])]
  return [
    ...(PROPERTIES[at] ? [] : [`${at} is unknown`]),
    ...Object.keys(node).flatMap((key) => (known.includes(key) ? [] : [`${at}.${key} is unknown`])),
    ...Object.values(node).flatMap((value) => (value === null ? [`${at} has a null`] : [])),
    ...['body', 'items', 'columns', 'inlines'].flatMap((key) =>
      Array.isArray(node[key]) && node[key].length === 0 ? [`${at}.${key} is empty`] : [],
    ),
    ...(MUST_HAVE[at] ?? []).flatMap((key) => (key in node ? [] : [`${at} has no ${key}`])),
    ...['text', 'title', 'url', 'verb', 'label', 'errorMessage'].flatMap((key) =>
      key in node ? breachesOfText(node[key], `${at}.${key}`) : [],
    ),
    ...(Array.isArray(node.actions) && node.actions.length > MAX_ACTIONS ? [`${at} has many actions`] : []),
    ...(at === 'TextBlock' && node.wrap !== true ? [`${at} does not wrap`] : []),
  ]
}

/** What is shown and hidden is found by its id. */
function breachesOfIds(all: Json[]): string[] {
  const ids = all.flatMap(({ id }) => (id === undefined ? [] : [id]))
  const targets = all.flatMap(({ targetElements }) => (targetElements ?? []) as string[])
  return [
    ...(new Set(ids).size === ids.length ? [] : ['an id repeats']),
    ...targets.flatMap((target) => (ids.includes(target) ? [] : [`nothing has the id ${target}`])),
  ]
}

/**
 * What stands in a part that is only hidden goes with every button, and is checked then: only a card of its own keeps an
 * input to its own buttons.
 */
function breachesOfInputs(all: Json[]): string[] {
  const unfolding = all.filter(({ type }) => type === 'Action.ShowCard')
  const inside = unfolding.flatMap((action) => nodes(action.card))
  const inputs = all.filter(({ type }) => String(type).startsWith('Input.'))
  return [
    ...(inside.some(({ type }) => type === 'Action.ShowCard') ? ['a card unfolds in one that unfolds'] : []),
    ...inputs.flatMap((input) => (inside.includes(input) ? [] : [`${input.id} goes with every button`])),
    ...inputs.flatMap(({ id, isRequired, errorMessage }) =>
      isRequired === true && errorMessage === undefined ? [`${id} does not say what is missing`] : [],
    ),
    ...unfolding.flatMap((action) => {
      const has = (kind: RegExp) => nodes(action.card).some(({ type }) => kind.test(String(type)))
      return has(/^Input\./) && !has(/^Action\.Execute$/) ? ['what is written is sent by no button'] : []
    }),
  ]
}

function breachesOfText(text: unknown, at: string): string[] {
  if (typeof text !== 'string' || text.trim() === '') return [`${at} has no text`]
  return text.isWellFormed() ? [] : [`${at} is not well-formed`]
}
