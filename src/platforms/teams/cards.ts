// Draws the cards of approvals, alerts, digests and answers in Teams, and the few plain words beside them.

// The package's front also declares types of another package's sources, which do not compile here.
import { Template } from 'adaptivecards-templating/lib/template-engine.js'
import digestTemplate from '../../../cards/digest.json' with { type: 'json' }
import messageTemplate from '../../../cards/message.json' with { type: 'json' }
import replyTemplate from '../../../cards/reply.json' with { type: 'json' }
import type { Refusal } from '../../approvals/refusals.ts'
import type { Reply } from '../../commands/commands.ts'
import { fullest, least } from '../content/budget.ts'
import { announcement } from '../content/content.ts'
import { fullestDigest } from '../content/digest.ts'
import { fullestCard } from '../content/fullest-card.ts'
import { plain } from '../content/line.ts'
import { contentOf, type Subject } from '../content/message.ts'
import type { Digest } from '../platform.ts'
import type { RenderOptions } from '../render-options.ts'
import { detailsData, type Looked } from './card-details.ts'
import { digestData } from './card-digest.ts'
import { messageData } from './card-message.ts'
import { replyData } from './card-reply.ts'
import { inert, literal } from './card-text.ts'

export interface AdaptiveCard {
  type: 'AdaptiveCard'
  version: '1.5'
  body: unknown[]
  actions?: unknown[]
  [more: string]: unknown
}

/** A card, and the line for notifications: only words, wherever it is read. */
export interface CardAndSummary {
  card: AdaptiveCard
  summary: string
}

/** A card that stays, and whether all that is to be decided stands on it. */
export interface MessageCard extends CardAndSummary {
  whole: boolean
}

const ROOM = { payload: 6000 }
/** Workflows refuse more than 28 KB (bots may send 80 KB), and the message around the card is part of that. */
const MAX_CARD_BYTES = 27_000
/** Compiled once: that takes many times as long as filling one. */
const message = new Template(messageTemplate)
const digest = new Template(digestTemplate)
const reply = new Template(replyTemplate)

/** Never longer than Teams takes, whatever the agent sent; what was cut is said on the card. */
export function cardOf(subject: Subject, options: RenderOptions): MessageCard {
  const contentFor = contentOf(subject, options, ROOM)
  return fullestCard(
    contentFor,
    (content) => ({
      card: message.expand({ $root: messageData(content) }),
      summary: announcement(content),
      whole: content.whole,
    }),
    ({ card }) => isShortEnough(card),
  )
}

/** One page of all that is to be decided, for who pressed alone: nothing of it is cut. */
export function detailsCard(looked: Looked, options: RenderOptions): AdaptiveCard {
  // What the details are is not the card's own excerpt of them.
  const contentFor = contentOf({ kind: 'approval', view: looked.view }, { ...options, details: false }, ROOM)
  return message.expand({ $root: detailsData(least(contentFor), looked) })
}

/** As many alerts as Teams takes, and how many more there are. */
export function digestCard(many: Digest, options: RenderOptions): CardAndSummary {
  return fullestDigest(
    many,
    options,
    (content) => ({
      card: digest.expand({ $root: digestData(content) }),
      summary: plain(content.notification),
    }),
    ({ card }) => isShortEnough(card),
  )
}

/** As long, as literal and as honest about what was cut. */
export function replyCard(answer: Reply): AdaptiveCard {
  return fullest(
    (budget) => reply.expand({ $root: withoutFunctions(replyData(answer, budget)) }),
    isShortEnough,
  )
}

/** For the clicker, in words that stay words where Teams reads markdown. */
export function refusalText({ text, first }: Pick<Refusal, 'text' | 'first'>): string {
  return `⚠ ${text}${first === null ? '' : ` by ${inert(first, 80)}`}`
}

function isShortEnough(card: AdaptiveCard): boolean {
  return Buffer.byteLength(JSON.stringify(card)) <= MAX_CARD_BYTES
}

type Row = Record<string, string>

function withoutFunctions(data: Record<string, string | Row[]>): object {
  const stripped = (value: string | Row[]) =>
    typeof value === 'string' ? literal(value) : value.map(literalRow)
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, stripped(value)]))
}

function literalRow(row: Row): Row {
  return Object.fromEntries(Object.entries<string>({ ...row }).map(([key, text]) => [key, literal(text)]))
}
