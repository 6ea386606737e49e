// Draws a digest in Telegram: one message for many alerts, with a line for each that leads to its record.

import { bySeverity, type DigestContent, fullestDigest } from '../content/digest.ts'
import type { Digest } from '../platform.ts'
import type { RenderOptions } from '../render-options.ts'
import { isShortEnough, paragraphs, type TelegramMessage, telegramMessage } from './message.ts'
import { bold, html } from './text.ts'

/** As many alerts as Telegram takes, and how many more there are. */
export function digestMessage(digest: Digest, options: RenderOptions): TelegramMessage {
  return telegramMessage(fullestDigest(digest, options, textOf, isShortEnough))
}

function textOf({ headline, counts, times, rows, notes }: DigestContent): string {
  return paragraphs([
    [bold(headline), counts, html(times)],
    ...bySeverity(rows).map((group) => group.map(({ sign, line }) => html([`${sign} `, ...line]))),
    notes.map((note) => html([note])),
  ])
}
