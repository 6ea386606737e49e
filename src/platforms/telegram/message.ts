// Builds a message for Telegram: paragraphs of HTML and a button that leads to the record.

import { lengthOf, marksIn } from './text.ts'

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
/** Telegram is known, not documented, to heed only the first 100: what others wrote would come alive without its own. */
const MAX_MARKS = 100

export function isShortEnough(text: string): boolean {
  return lengthOf(text) <= MAX_TEXT && marksIn(text) <= MAX_MARKS
}

/**
 * `buttons`: one below the other. Telegram has no word that calls everybody: who does not mute the chat is notified of
 * each message.
 */
export function telegramMessage(text: string, buttons: LinkButton[] = []): TelegramMessage {
  return {
    text,
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    reply_markup: { inline_keyboard: buttons.map((button) => [button]) },
  }
}

/** Lines under lines, with a space between the paragraphs; what is empty is left out. */
export function paragraphs(lines: string[][]): string {
  return lines.flatMap((paragraph) => paragraph.filter(Boolean).join('\n') || []).join('\n\n')
}
