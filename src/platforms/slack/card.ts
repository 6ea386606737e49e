// Draws what a card says in Slack: our line above, the agent's words beside a bar, and buttons or the outcome below.

import type { KnownBlock } from '@slack/types'
import { type Content, notification } from '../content/content.ts'
import { fullestCard } from '../content/fullest-card.ts'
import { contentOf, type Subject } from '../content/message.ts'
import type { RenderOptions } from '../render-options.ts'
import { buttons } from './buttons.ts'
import { isShortEnough, type SlackMessage, slackMessage } from './message.ts'
import { context, inPieces, section, table } from './parts.ts'
import { preformatted, quotation } from './text.ts'

const ROOM = { payload: 2000 }
const MOST_IN_A_CONTEXT = 10

export interface Card {
  message: SlackMessage
  /** All that is to be decided stands on it. */
  whole: boolean
}

/** Never longer than Slack takes, whatever the agent sent; what was cut is said on the card. */
export function cardOf(subject: Subject, options: RenderOptions): Card {
  const contentFor = contentOf(subject, options, ROOM)
  const draw = (content: Content) => ({
    message: slackMessage(notification(content), content.tone, blocksOf(content, options), options),
    whole: content.whole,
  })
  return fullestCard(contentFor, draw, ({ message }) => isShortEnough(message))
}

/** Under ids of their state: Slack lets no other kind of block replace rich text under the same one. */
function blocksOf(content: Content, options: RenderOptions): KnownBlock[] {
  const { actions, facts, notes, outcome, payload, reference, says } = content
  const remarks = content.remarks.flatMap(inPieces)
  const parts: Record<string, KnownBlock | false | undefined> = {
    remarks: remarks.length > 0 && context(remarks.slice(0, MOST_IN_A_CONTEXT)),
    more_remarks: remarks.length > MOST_IN_A_CONTEXT && context(remarks.slice(MOST_IN_A_CONTEXT)),
    says: says && quotation(says.label, says.text),
    facts: table(facts),
    payload: payload && preformatted(payload.label, payload.json),
    reference: context([...notes.map((note) => [note]), reference]),
    outcome: outcome && section(outcome),
    buttons: buttons(actions, options),
  }
  const state = outcome ? 'closed' : 'open'
  return Object.entries(parts).flatMap(([part, block]) =>
    block ? [{ ...block, block_id: `${state}_${part}` }] : [],
  )
}
