// Checks whether Slack would take a message or a modal, by its limits, and names every breach.

type Json = Record<string, unknown>
type Rule = (item: Json, at: string) => string[]

const WHOLE_MESSAGE = 10_000
/** `chat.update` takes no longer one. */
const LINE_ABOVE = 4000
const RICH_TEXTS = ['rich_text_section', 'rich_text_quote', 'rich_text_preformatted']
const ENVELOPE = [
  'response_type',
  'replace_original',
  'text',
  'blocks',
  'attachments',
  'parse',
  'unfurl_links',
  'unfurl_media',
]

/** Every breach, with where it is; none means that Slack takes the message. */
export function breaches(message: object): string[] {
  const envelope = message as Json
  const attachments = items(envelope.attachments)
  return [
    ...known(envelope, ENVELOPE, 'message'),
    ...length(envelope.text, LINE_ABOVE, 'text'),
    ...limit(JSON.stringify(message).length, WHOLE_MESSAGE, 'message JSON'),
    ...attachments.flatMap((attachment) => known(attachment, ['color', 'blocks'], 'attachment')),
    ...attachments.flatMap(({ color }) => (/^#[0-9A-F]{6}$/.test(String(color)) ? [] : ['color'])),
    ...blocks([...items(envelope.blocks), ...attachments.flatMap((attachment) => items(attachment.blocks))]),
  ]
}

const MODAL = ['title', 'submit', 'close', 'blocks', 'private_metadata', 'callback_id']
const FRAME = 24
/** As JSON; ours stay far below it. */
const WHOLE_MODAL = 250_000

/** The same of a modal. */
export function modalBreaches(view: object): string[] {
  const modal = view as Json
  const all = items(modal.blocks)
  const frame = ['title', 'submit', 'close'].filter((name) => name === 'title' || modal[name] !== undefined)
  return [
    ...known(modal, MODAL, 'modal'),
    ...(modal.type === 'modal' ? [] : ['modal type']),
    ...frame.flatMap((name) => plain(modal[name], FRAME, name)),
    ...limit(String(modal.private_metadata ?? '').length, 3000, 'private_metadata'),
    ...limit(String(modal.callback_id ?? '').length, 255, 'callback_id'),
    ...limit(Buffer.byteLength(JSON.stringify(view)), WHOLE_MODAL, 'modal JSON'),
    ...(all.some(({ type }) => type === 'input') && modal.submit === undefined ? ['no submit'] : []),
    ...blocks(all, 100, { ...BLOCKS, input }),
  ]
}

/** Everything in it that Slack parses as markup, follows as an address, or shows as it is. */
export function strings(message: object): { markup: string[]; urls: string[]; literal: string[] } {
  const found = { markup: [] as string[], urls: [] as string[], literal: [] as string[] }
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, text, url } = node as Json
    if (typeof text === 'string') (type === 'mrkdwn' ? found.markup : found.literal).push(text)
    if (typeof url === 'string') found.urls.push(url)
    Object.values(node).forEach(visit)
  }
  const { text: _, ...shown } = message as Json
  visit(shown)
  return found
}

const BLOCKS: Record<string, Rule> = {
  header: (block, at) => [...known(block, ['text'], at), ...plain(block.text, 150, at)],
  section: (block, at) => [
    ...known(block, ['text', 'fields', 'expand'], at),
    ...(block.text === undefined && block.fields === undefined ? [`${at} is empty`] : []),
    ...(block.text === undefined ? [] : text(block.text, 3000, at)),
    ...(block.fields === undefined ? [] : count(items(block.fields), 10, `${at}.fields`)),
    ...items(block.fields).flatMap((field, index) => text(field, 2000, `${at}.fields[${index}]`)),
  ],
  context: (block, at) => [
    ...known(block, ['elements'], at),
    ...count(items(block.elements), 10, at),
    ...items(block.elements).flatMap((element, index) => text(element, 3000, `${at}[${index}]`)),
  ],
  actions: (block, at) => [
    ...known(block, ['elements'], at),
    ...count(items(block.elements), 25, at),
    ...unique(items(block.elements), 'action_id', at),
    ...items(block.elements).flatMap((element, index) =>
      (element.type === 'overflow' ? overflow : button)(element, `${at}[${index}]`),
    ),
  ],
  rich_text: (block, at) => [
    ...known(block, ['elements'], at),
    ...(items(block.elements).length === 0 ? [`${at} is empty`] : []),
    ...items(block.elements).flatMap((element, index) => richText(element, `${at}[${index}]`)),
  ],
}

function blocks(all: Json[], most = 50, rules: Record<string, Rule> = BLOCKS): string[] {
  return [
    ...limit(all.length, most, 'blocks'),
    ...unique(all, 'block_id', 'blocks'),
    ...all.flatMap((block, index) => {
      const { block_id: id, ...rest } = block
      const at = `blocks[${index}] ${block.type}`
      const rule = rules[String(block.type)]
      return [...(id === undefined ? [] : length(id, 255, `${at}.block_id`)), ...(rule?.(rest, at) ?? [at])]
    }),
  ]
}

/** Between two options, as it once was, and five. */
function overflow(item: Json, at: string): string[] {
  const options = items(item.options)
  return [
    ...known(item, ['action_id', 'options'], at),
    ...length(item.action_id, 255, `${at}.action_id`),
    ...(options.length < 2 ? [`${at} has ${options.length} options`] : limit(options.length, 5, at)),
    ...options.flatMap((option) => [
      ...known(option, ['text', 'value'], at),
      ...plain(option.text, 75, `${at}.text`),
      ...length(option.value, 150, `${at}.value`),
    ]),
  ]
}

const input: Rule = (block, at) => {
  const element = (block.element ?? {}) as Json
  const most = Number(element.max_length)
  return [
    ...known(block, ['label', 'hint', 'optional', 'element'], at),
    ...plain(block.label, 2000, `${at}.label`),
    ...plain(block.hint, 2000, `${at}.hint`),
    ...known(element, ['action_id', 'multiline', 'max_length'], `${at}.element`),
    ...(element.type === 'plain_text_input' ? [] : [`${at} is ${element.type}`]),
    ...length(element.action_id, 255, `${at}.action_id`),
    ...(most >= 1 && most <= 3000 ? [] : [`${at}.max_length`]),
  ]
}

function button(item: Json, at: string): string[] {
  const confirm = item.confirm as Json | undefined
  return [
    ...known(item, ['text', 'action_id', 'value', 'url', 'style', 'confirm'], at),
    ...(item.type === 'button' ? [] : [`${at} is no button`]),
    ...(['primary', 'danger', undefined].includes(item.style as string) ? [] : [`${at}.style`]),
    ...plain(item.text, 75, at),
    ...length(item.action_id, 255, `${at}.action_id`),
    ...(item.value === undefined ? [] : length(item.value, 2000, `${at}.value`)),
    ...(item.url === undefined ? [] : length(item.url, 3000, `${at}.url`)),
    ...(item.url === undefined || /^https?:\/\//.test(String(item.url)) ? [] : [`${at}.url is no address`]),
    ...(confirm === undefined ? [] : confirmation(confirm, `${at}.confirm`)),
  ]
}

function confirmation(item: Json, at: string): string[] {
  return [
    ...plain(item.title, 100, `${at}.title`),
    ...text(item.text, 300, `${at}.text`),
    ...plain(item.confirm, 30, `${at}.confirm`),
    ...plain(item.deny, 30, `${at}.deny`),
  ]
}

/** Texts alone: of what rich text may hold, nothing else is literal. */
function richText(item: Json, at: string): string[] {
  return [
    ...known(item, ['elements'], at),
    ...(RICH_TEXTS.includes(String(item.type)) ? [] : [`${at} is ${item.type}`]),
    ...(items(item.elements).length === 0 ? [`${at} is empty`] : []),
    ...items(item.elements).flatMap((element) => [
      ...(element.type === 'text' ? [] : [`${at} holds ${element.type}`]),
      ...known(element, ['text', 'style'], at),
      ...known((element.style ?? {}) as Json, ['bold'], `${at}.style`),
      ...length(element.text, WHOLE_MESSAGE, at),
    ]),
  ]
}

function text(item: unknown, max: number, at: string): string[] {
  if ((item as Json | undefined)?.type !== 'mrkdwn') return plain(item, max, at)
  return [...known(item as Json, ['text', 'verbatim'], at), ...length((item as Json).text, max, at)]
}

function plain(item: unknown, max: number, at: string): string[] {
  const { type, text, emoji } = (item ?? {}) as Json
  if (type !== 'plain_text') return [`${at} is not plain_text`]
  if (emoji !== false) return [`${at} turns :words: into emoji`]
  return [...known(item as Json, ['text', 'emoji'], at), ...length(text, max, at)]
}

function length(value: unknown, max: number, at: string): string[] {
  if (typeof value !== 'string' || value.trim() === '') return [`${at} has no text`]
  return [...limit(value.length, max, at), ...(value.isWellFormed() ? [] : [`${at} is not well-formed`])]
}

function count(all: Json[], max: number, at: string): string[] {
  return all.length === 0 ? [`${at} is empty`] : limit(all.length, max, at)
}

function limit(actual: number, max: number, at: string): string[] {
  return actual <= max ? [] : [`${at}: ${actual} > ${max}`]
}

function unique(all: Json[], key: string, at: string): string[] {
  const ids = all.map((item) => item[key]).filter((id) => id !== undefined)
  return new Set(ids).size === ids.length ? [] : [`${at}: ${key} repeats`]
}

function known(item: Json, keys: string[], at: string): string[] {
  return Object.keys(item)
    .filter((key) => key !== 'type' && !keys.includes(key))
    .map((key) => `${at}.${key} is unknown`)
}

function items(value: unknown): Json[] {
  return (value ?? []) as Json[]
}

const OURS = [
  /`[^`\n]*`/g,
  /\*[^*\n]+\*/g,
  /<!date\^\d+\^\{date_short_pretty\} at \{time\}\|[^<>|]+>/g,
  /&(?:amp|lt|gt);/g,
]

/** What comes alive in mrkdwn besides code, bold words and times: empty where others' text is literal. */
export function alive(markup: string): string {
  const rest = OURS.reduce((text, ours) => text.replace(ours, ''), markup)
  return (rest.match(/[<>&*_~`@#\n]|:\w|\w\.[A-Za-z]/g) ?? []).join('')
}
