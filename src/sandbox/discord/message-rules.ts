// Checks a webhook's message against Discord's documented limits, and says what is left of it after them.

import type { Answer } from '../faults.ts'
import { type At, createFormCheck, type FormCheck } from './form-checks.ts'
import { invalidForm, isObject, type JsonObject, type Problem, refused } from './form-errors.ts'

export interface Content {
  content: string
  embeds: JsonObject[]
  components: JsonObject[]
  /** Whom it would have notified, as they are named in its text. */
  pings: string[]
}

const MAX_CONTENT = 2000
const MAX_EMBEDS = 10
const MAX_EMBED_TEXT = 6000
const ACTION_ROW = 1
const BUTTON = 2
const LINK = 5

/** `withComponents`: otherwise a webhook's components are dropped in silence. */
export function readMessage(
  body: unknown,
  withComponents: boolean,
): { content: Content } | { refused: Answer } {
  if (!isObject(body) || holdsHalfCharacters(body)) {
    return { refused: refused(400, 50109, 'The request body contains invalid JSON.') }
  }
  const problems: Problem[] = []
  const check = createFormCheck(problems)
  check.text(body.content, MAX_CONTENT, ['content'])
  const embeds = check.list(body.embeds, MAX_EMBEDS, ['embeds'])
  for (const [embed, at] of embeds) checkEmbed(embed, at, check)
  const size = embeds.reduce((sum, [embed]) => sum + textOf(embed).length, 0)
  if (size > MAX_EMBED_TEXT) {
    check.report(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000')
  }
  const components = withComponents ? check.list(body.components, 5, ['components']) : []
  for (const [row, at] of components) checkRow(row, at, check)
  checkMentions(body.allowed_mentions, check)
  if (problems.length > 0) return { refused: invalidForm(problems) }

  const content = typeof body.content === 'string' ? body.content.trim() : ''
  if (content === '' && embeds.length === 0) {
    return { refused: refused(400, 50006, 'Cannot send an empty message') }
  }
  const objects = (list: [JsonObject, At][]) => list.map(([item]) => item)
  const pings = pingsOf(content, body.allowed_mentions)
  return { content: { content, embeds: objects(embeds), components: objects(components), pings } }
}

/** https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
function checkEmbed(embed: JsonObject, at: At, check: FormCheck): void {
  check.text(embed.title, 256, [...at, 'title'])
  check.text(embed.description, 4096, [...at, 'description'])
  check.url(embed.url, 2048, [...at, 'url'])
  check.number(embed.color, 0xffffff, [...at, 'color'])
  if (isObject(embed.footer)) check.text(embed.footer.text, 2048, [...at, 'footer', 'text'])
  if (isObject(embed.author)) check.text(embed.author.name, 256, [...at, 'author', 'name'])
  for (const [field, place] of check.list(embed.fields, 25, [...at, 'fields'])) {
    for (const [name, max] of [['name', 256] as const, ['value', 1024] as const]) {
      if (check.required(field[name], [...place, name])) check.text(field[name], max, [...place, name])
    }
  }
}

function textOf({ title, description, fields, footer, author }: JsonObject): string {
  const parts = [title, description, isObject(footer) && footer.text, isObject(author) && author.name]
  const rows = (Array.isArray(fields) ? fields : [])
    .filter(isObject)
    .flatMap(({ name, value }) => [name, value])
  return [...parts, ...rows].filter((part) => typeof part === 'string').join('')
}

/** https://docs.discord.com/developers/components/reference#button; only apps' webhooks may send other ones. */
function checkRow(row: JsonObject, at: At, check: FormCheck): void {
  if (row.type !== ACTION_ROW) {
    check.report(
      [...at, 'type'],
      'UNION_TYPE_CHOICES',
      `Value of field "type" must be one of (${ACTION_ROW},).`,
    )
  }
  for (const [button, place] of check.list(row.components, 5, [...at, 'components'])) {
    if (button.type !== BUTTON || button.style !== LINK) {
      check.report([...place, 'type'], 'UNION_TYPE_CHOICES', 'A webhook may send link buttons only')
    }
    check.text(button.label, 80, [...place, 'label'])
    if (check.required(button.url, [...place, 'url'])) check.url(button.url, 512, [...place, 'url'])
    if (button.custom_id !== undefined) {
      const message = 'A custom id and url cannot both be specified'
      check.report([...place, 'custom_id'], 'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE', message)
    }
  }
}

const MENTIONS = ['roles', 'users', 'everyone']

function checkMentions(allowed: unknown, check: FormCheck): void {
  if (!isObject(allowed) || allowed.parse === undefined) return
  const kinds = Array.isArray(allowed.parse) ? allowed.parse : [allowed.parse]
  for (const [index, kind] of kinds.entries()) {
    if (MENTIONS.includes(kind)) continue
    const message = `Value must be one of ('everyone', 'roles', 'users').`
    check.report(['allowed_mentions', 'parse', index], 'BASE_TYPE_CHOICES', message)
  }
}

/** Embeds never notify anybody. */
function pingsOf(content: string, allowed: unknown): string[] {
  const parse = isObject(allowed) && Array.isArray(allowed.parse) ? allowed.parse : MENTIONS
  const found = content.match(/@(?:everyone|here)|<@&?!?\d+>/g) ?? []
  const kindOf = (ping: string) =>
    ping.startsWith('@') ? 'everyone' : ping.startsWith('<@&') ? 'roles' : 'users'
  return found.filter((ping) => parse.includes(kindOf(ping)))
}

/** Discord's parser takes no lone surrogates, which JSON itself can carry. */
function holdsHalfCharacters(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed()
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, child]) => !key.isWellFormed() || holdsHalfCharacters(child))
}
