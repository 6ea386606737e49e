// Builds a message for Discord: one coloured embed and a link, which is all that a webhook may post.

import type { RenderOptions } from '../render-options.ts'

export interface Embed {
  title?: string
  description: string
  color: number
  fields: Field[]
  footer?: { text: string }
}

interface Field {
  name: string
  value: string
  /** Beside others, where there is room. */
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

/** Of all text in the embeds; https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
const MAX_TEXT = 6000
const MAX_DESCRIPTION = 4096

/** To everybody in the channel, or to nobody by name. */
export function addressed(
  message: Pick<DiscordMessage, 'embeds' | 'components'>,
  { mention }: Pick<RenderOptions, 'mention'>,
): DiscordMessage {
  return mention
    ? { content: '@everyone', ...message, allowed_mentions: { parse: ['everyone'] } }
    : { content: '', ...message, allowed_mentions: { parse: [] } }
}

export function isShortEnough({ title = '', description, fields, footer }: Embed): boolean {
  const texts = [title, description, ...fields.flatMap(({ name, value }) => [name, value]), footer?.text]
  return description.length <= MAX_DESCRIPTION && texts.join('').length <= MAX_TEXT
}
