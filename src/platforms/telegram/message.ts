// Builds a message for Telegram: paragraphs of HTML and a button that leads to the record.

import { type Excerpts, fullest } from '../content/text.ts'
import { type RenderOptions, withheldWords } from '../render-options.ts'
import { code, escaped, type Link, lengthOf, linkTo } from './text.ts'

interface LinkButton {
  text: string
  url: string
}

/** The same for `sendMessage` and `editMessageText`, beside where. */
export interface TelegramMessage {
  text: string
  parse_mode: 'HTML'
  link_preview_options: { is_disabled: true }
  reply_markup: { inline_keyboard: LinkButton[][] }
}

/** https://core.telegram.org/bots/api#sendmessage */
const MAX_TEXT = 4096

/**
 * The fullest message that Telegram takes; what was cut or left out is said in it. `draw` gives paragraphs of lines.
 * Telegram has no word that calls everybody: who does not mute the chat is notified of each message.
 */
export function drawn(
  address: string,
  { details }: Pick<RenderOptions, 'details'>,
  draw: (excerpts: Excerpts) => string[][],
): TelegramMessage {
  const link = linkTo(address)
  const text = fullest((excerpts) => {
    const paragraphs = [...draw(excerpts), ending(link, details, excerpts)]
    return paragraphs.flatMap((lines) => (lines.length > 0 ? [lines.join('\n')] : [])).join('\n\n')
  }, isShortEnough)
  return telegramMessage(text, link?.onButton ? [{ text: 'View in Console', url: link.url }] : [])
}

export function isShortEnough(html: string): boolean {
  return lengthOf(html) <= MAX_TEXT
}

/** `buttons`: one below the other. */
export function telegramMessage(html: string, buttons: LinkButton[] = []): TelegramMessage {
  return {
    text: html,
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    reply_markup: { inline_keyboard: buttons.map((button) => [button]) },
  }
}

/** `2026-11-20 13:00 UTC`: Telegram shows no reader a time in their own zone. */
export function time(iso: string | null): string {
  const at = Date.parse(iso ?? '')
  return Number.isNaN(at) ? '' : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function ending(link: Link | undefined, details: boolean, excerpts: Excerpts): string[] {
  const withheld = !details && withheldWords(link !== undefined)
  const cut = excerpts.notice()
  const notice = cut && escaped(link ? `${cut} View in Console shows all of it.` : cut)
  const address = link && !link.onButton && `View in Console: ${code(link.url)}`
  return [withheld, notice, address].filter((line) => typeof line === 'string')
}
