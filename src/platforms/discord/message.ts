// Builds a message for Discord: one coloured embed and a link, which is all that a webhook may post.

import type { ApprovalStatus } from '../../approvals/view.ts'
import type { Severity } from '../../events/severity.ts'
import { type Excerpts, fullest } from '../content/text.ts'
import { type RenderOptions, withheldWords } from '../render-options.ts'
import { type Link, linkTo } from './text.ts'

export interface Embed {
  title: string
  description?: string
  color: number
  fields: Field[]
  footer?: { text: string }
}

export interface Field {
  name: string
  value: string
  inline: boolean
}

interface LinkButton {
  type: 2
  style: 5
  label: string
  url: string
}

/** The body of a post, and of an edit, which replaces all of it. */
export interface DiscordMessage {
  /** Calls everybody, or is empty: embeds, where all text of others is, notify nobody. */
  content: '' | '@everyone'
  embeds: [Embed]
  components: { type: 1; components: [LinkButton] }[]
  /** https://docs.discord.com/developers/resources/message#allowed-mentions-object */
  allowed_mentions: { parse: [] | ['everyone'] }
}

export const COLORS: Record<Severity | Exclude<ApprovalStatus, 'pending'>, number> = {
  info: 0x4a90d9,
  low: 0x4a90d9,
  medium: 0xe8a317,
  high: 0xe8590c,
  critical: 0xb00020,
  approved: 0x2eb67d,
  denied: 0xe01e5a,
  expired: 0x868e96,
  withdrawn: 0x868e96,
}

/** Of all text in the embeds; https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
const MAX_TEXT = 6000
export const MAX_DESCRIPTION = 4096

export interface Drawing {
  title: string
  /** Lines above the fields. */
  lines: string[]
  color: number
  fields: Field[]
  /** What it is a message about, for who looks it up. */
  reference: string
}

/** The fullest message that Discord takes; what was cut or left out is said in it. */
export function drawn(
  address: string,
  options: RenderOptions,
  draw: (excerpts: Excerpts) => Drawing,
): DiscordMessage {
  const link = linkTo(address)
  const embed = fullest(
    (excerpts) => embedOf(draw(excerpts), link, options, excerpts),
    (embed) => textOf(embed).length <= MAX_TEXT,
  )
  return addressed({ embeds: [embed], components: buttons(link) }, options)
}

/** To everybody in the channel, or to nobody by name. */
export function addressed(
  message: Pick<DiscordMessage, 'embeds' | 'components'>,
  { mention }: Pick<RenderOptions, 'mention'>,
): DiscordMessage {
  return mention
    ? { content: '@everyone', ...message, allowed_mentions: { parse: ['everyone'] } }
    : { content: '', ...message, allowed_mentions: { parse: [] } }
}

/** `inline`: beside others, where there is room. */
export function field(name: string, value: string, inline = false): Field {
  return { name, value, inline }
}

/** A time of ours, which every reader sees in their own zone; nothing for what is no time. */
export function time(iso: string | null, style: 'f' | 'R'): string {
  const atMs = Date.parse(iso ?? '')
  return Number.isNaN(atMs) ? '' : `<t:${Math.floor(atMs / 1000)}:${style}>`
}

function embedOf(drawing: Drawing, link: Link | undefined, { details }: RenderOptions, cut: Excerpts): Embed {
  const { title, lines, color, fields, reference } = drawing
  const withheld = details ? [] : [withheldWords(link !== undefined)]
  const address = link && !link.onButton ? [`View in Console: ${link.url}`] : []
  const description = [...lines, ...withheld, ...address].join('\n')
  const notice = cut.notice()
  const about = notice
    ? [link ? `${notice} View in Console shows all of it.` : notice, reference]
    : [reference]
  const footer = { text: about.join('\n') }
  return { title, ...(description !== '' && { description }), color, fields, footer }
}

function textOf({ title, description = '', fields, footer }: Embed): string {
  return [title, description, ...fields.flatMap(({ name, value }) => [name, value]), footer?.text].join('')
}

function buttons(link: Link | undefined): DiscordMessage['components'] {
  if (!link?.onButton) return []
  const button = { type: 2, style: 5, label: 'View in Console', url: link.url } as const
  return [{ type: 1, components: [button] }]
}
