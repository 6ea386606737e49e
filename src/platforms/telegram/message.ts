// What does a message in Telegram consist of? Paragraphs of HTML and a button that leads to the record.

import { type Excerpts, fullest } from '../shown-text.ts'
import { code, escaped, type Link, lengthOf, linkTo } from './text.ts'

/** The same for `sendMessage` and `editMessageText`, beside where. */
export interface TelegramMessage {
  text: string
  parse_mode: 'HTML'
  link_preview_options: { is_disabled: true }
  reply_markup: { inline_keyboard: { text: string; url: string }[][] }
}

/** https://core.telegram.org/bots/api#sendmessage */
const MAX_TEXT = 4096

/** The fullest message that Telegram takes; what was cut is said in it. `draw` gives paragraphs of lines. */
export function drawn(address: string, draw: (excerpts: Excerpts) => string[][]): TelegramMessage {
  const link = linkTo(address)
  const text = fullest(
    (excerpts) => {
      const paragraphs = [...draw(excerpts), ending(link, excerpts)]
      return paragraphs.flatMap((lines) => (lines.length > 0 ? [lines.join('\n')] : [])).join('\n\n')
    },
    (html) => lengthOf(html) <= MAX_TEXT,
  )
  const buttons = link?.onButton ? [[{ text: 'View in Console', url: link.url }]] : []
  return {
    text,
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    reply_markup: { inline_keyboard: buttons },
  }
}

/** `2026-11-20 13:00 UTC`: Telegram shows no reader a time in their own zone. */
export function time(iso: string | null): string {
  const at = Date.parse(iso ?? '')
  return Number.isNaN(at) ? '' : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function ending(link: Link | undefined, excerpts: Excerpts): string[] {
  const cut = excerpts.notice()
  const notice = cut && escaped(link ? `${cut} View in Console shows all of it.` : cut)
  const address = link && !link.onButton && `View in Console: ${code(link.url)}`
  return [notice, address].filter((line) => typeof line === 'string')
}
