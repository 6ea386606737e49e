// Reads what an app's activity shows in Teams, and refuses what Teams would not take.

import type { Answer } from '../faults.ts'
import { refused } from './faults.ts'
import { type Content, isObject, type JsonObject } from './messages.ts'

// Undocumented exactly: 80 KB is what Microsoft advises bots to stay below.
const MOST_BYTES = 80 * 1024
const ADAPTIVE_CARD = 'application/vnd.microsoft.card.adaptive'

/** Nothing to show: a typing indicator. */
export type ReadActivity = { refused: Answer } | { content: Content | undefined }

export function readActivity(body: unknown): ReadActivity {
  const bad = (message: string) => ({ refused: refused(400, 'BadArgument', message) })
  if (!isObject(body)) return bad('The activity is missing')
  if (Buffer.byteLength(JSON.stringify(body)) > MOST_BYTES) return { refused: TOO_BIG }
  if (body.type === 'typing') return { content: undefined }
  if (body.type !== 'message') return bad(`Unknown activity type '${body.type}'`)

  const { text = '', attachments = [] } = body
  if (typeof text !== 'string') return bad('The text must be a string')
  if (!Array.isArray(attachments) || !attachments.every(isObject))
    return bad('The attachments must be a list')
  if (text === '' && attachments.length === 0) return bad('The message is empty')
  const cards = attachments.filter((attachment) => attachment.contentType === ADAPTIVE_CARD)
  for (const { content } of cards) {
    const problem = cardProblem(content)
    if (problem) return bad(problem)
  }
  const [first] = cards
  return { content: { text, ...(first && { card: first.content as JsonObject }) } }
}

export const TOO_BIG = refused(413, 'MessageSizeTooBig', 'Message size too large.')

/** One sentence, or undefined for a card that Teams shows. */
export function cardProblem(card: unknown): string | undefined {
  if (!isObject(card) || card.type !== 'AdaptiveCard') return 'The card is no AdaptiveCard'
  if (!/^1\.[0-5]$/.test(String(card.version))) return `Unsupported card version '${card.version}'`
  for (const part of ['body', 'actions']) {
    const list = card[part] ?? []
    const isGood =
      Array.isArray(list) && list.every((item) => isObject(item) && typeof item.type === 'string')
    if (!isGood) return `The card's ${part} must be a list of elements with a type`
  }
}
