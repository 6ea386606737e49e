// Draws a digest in Telegram: one message for many alerts, with a line for each that leads to its record.

import { bySeverity, type DigestRow, fullestDigest, type ShownDigest } from '../content/digest.ts'
import type { Digest } from '../platform.ts'
import type { RenderOptions } from '../render-options.ts'
import { isShortEnough, type TelegramMessage, telegramMessage, time } from './message.ts'
import { bold, code, linked } from './text.ts'

/** As many alerts as Telegram takes, and how many more there are. */
export function digestMessage(digest: Digest, options: RenderOptions): TelegramMessage {
  return telegramMessage(fullestDigest(digest, options, html, isShortEnough))
}

function html({ headline, counts, from, to, rows, notes }: ShownDigest): string {
  const times = [...new Set([time(from), time(to)])].join(' – ')
  const paragraphs = [
    [bold(headline), counts, times],
    ...bySeverity(rows).map((group) => group.map(line)),
    notes,
  ]
  return paragraphs.flatMap((lines) => lines.filter(Boolean).join('\n') || []).join('\n\n')
}

function line({ sign, title, url, words }: DigestRow): string {
  const name = url === undefined ? bold(title) : linked(url, title)
  return words.length === 0 ? `${sign} ${name}` : `${sign} ${name} ${code(words.join(' · '))}`
}
