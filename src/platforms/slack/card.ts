// Draws what a card says in Slack: our line above, the agent's words beside a bar, and buttons or the outcome below.

import type { ActionsBlock, Button, ContextBlock, KnownBlock, SectionBlock } from '@slack/types'
import {
  type Action,
  type Confirm,
  type Content,
  type Fact,
  LABELS,
  notification,
} from '../content/content.ts'
import { fullestCard } from '../content/fullest-card.ts'
import { contentOf, type Subject } from '../content/message.ts'
import type { RenderOptions } from '../render-options.ts'
import { isShortEnough, type SlackMessage, slackMessage } from './message.ts'
import { literal, markup, preformatted, quotation } from './text.ts'

const ROOM = { payload: 2000 }
const ACTION_IDS = {
  approve: 'approve_action',
  deny: 'deny_action',
  details: 'view_details',
  acknowledge: 'acknowledge_alert',
}

/** Never longer than Slack takes, whatever the agent sent; what was cut is said on the card. */
export function cardOf(subject: Subject, options: RenderOptions): SlackMessage {
  const contentFor = contentOf(subject, options, ROOM)
  const draw = (content: Content) =>
    slackMessage(notification(content), content.tone, blocksOf(content), options)
  return fullestCard(contentFor, draw, isShortEnough)
}

/** Under ids of their state: Slack lets no other kind of block replace rich text under the same one. */
function blocksOf(content: Content): KnownBlock[] {
  const { facts, notes, outcome, payload, reference, remarks, says } = content
  const parts: Record<string, KnownBlock | false | undefined> = {
    remarks: remarks.length > 0 && context(remarks.map(markup)),
    says: says && quotation(says.label, says.text),
    facts: table(facts),
    payload: payload && preformatted(payload.label, payload.json),
    reference: context([...notes.map((note) => markup([note])), markup(reference)]),
    outcome: outcome && { type: 'section', text: markup(outcome) },
    buttons: buttons(content.actions),
  }
  const state = outcome ? 'closed' : 'open'
  return Object.entries(parts).flatMap(([part, block]) =>
    block ? [{ ...block, block_id: `${state}_${part}` }] : [],
  )
}

function context(elements: ContextBlock['elements']): ContextBlock {
  return { type: 'context', elements }
}

/** Labels on the left, values on the right: Slack sets a section's fields, at most ten, in two columns that line up. */
function table(facts: Fact[]): SectionBlock {
  const fields = facts.flatMap(({ label, value }) => [markup([{ strong: label }]), markup(value)])
  return { type: 'section', fields }
}

function buttons(actions: Action[]): ActionsBlock | false {
  return actions.length > 0 && { type: 'actions', elements: actions.map(button) }
}

function button(action: Action): Button {
  if (action.kind === 'link') {
    return { type: 'button', action_id: 'view_console', text: literal(action.label), url: action.url }
  }
  return {
    type: 'button',
    action_id: ACTION_IDS[action.kind],
    text: literal(LABELS[action.kind]),
    value: action.kind === 'acknowledge' ? action.eventId : action.approvalId,
    ...(action.kind !== 'deny' && { style: 'primary' }),
    ...(action.kind === 'approve' && action.confirm && { confirm: dialogue(action.confirm) }),
  }
}

function dialogue({ title, question, yes, no }: Confirm): Button['confirm'] {
  return { title: literal(title), text: literal(question), confirm: literal(yes), deny: literal(no) }
}
