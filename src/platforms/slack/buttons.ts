// Draws what can be pressed on a card in Slack: buttons, and a menu for who wants to say why.

import type { ActionsBlock, Button, Overflow } from '@slack/types'
import { type Action, type Confirm, LABELS } from '../content/content.ts'
import type { RenderOptions } from '../render-options.ts'
import { literal } from './text.ts'

type Decision = Extract<Action, { kind: 'approve' | 'deny' }>
type WithNote = Decision & { needsNote: true }

const ACTION_IDS = {
  approve: 'approve_action',
  deny: 'deny_action',
  details: 'view_details',
  acknowledge: 'acknowledge_alert',
} as const
/** Of those that open a dialog before anything is decided. */
const WITH_NOTE = {
  approve: { actionId: 'approve_note', label: LABELS.approveWithNote },
  deny: { actionId: 'deny_note', label: LABELS.denyWithNote },
} as const
export const NOTE_MENU = 'decide_with_note'

export function buttons(
  actions: Action[],
  { dialogs }: Pick<RenderOptions, 'dialogs'>,
): ActionsBlock | false {
  const elements = [...actions.map(button), ...(dialogs ? noteMenu(actions) : [])]
  return elements.length > 0 && { type: 'actions', elements }
}

function button(action: Action): Button {
  if (action.kind === 'link') {
    return { type: 'button', action_id: 'view_console', text: literal(action.label), url: action.url }
  }
  const note = needsNote(action) ? WITH_NOTE[action.kind] : undefined
  return {
    type: 'button',
    action_id: note?.actionId ?? ACTION_IDS[action.kind],
    text: literal(note?.label ?? LABELS[action.kind]),
    value: action.kind === 'acknowledge' ? action.eventId : action.approvalId,
    ...((action.kind === 'approve' || action.kind === 'acknowledge') && { style: 'primary' }),
    // Where a dialog opens, it asks.
    ...(action.kind === 'approve' && !note && action.confirm && { confirm: confirmation(action.confirm) }),
  }
}

/** For both, so that it has as many options as Slack wants; nothing where each button opens a dialog by itself. */
function noteMenu(actions: Action[]): Overflow[] {
  const decisions = actions.filter(decides)
  if (decisions.every(needsNote)) return []
  const options = decisions.map(({ kind, approvalId }) => ({
    text: literal(WITH_NOTE[kind].label),
    value: `${kind} ${approvalId}`,
  }))
  return [{ type: 'overflow', action_id: NOTE_MENU, options }]
}

/** What somebody chose in the menu; undefined: nothing that stands there. */
export function chosenIn(value: string): { verdict: Decision['kind']; approvalId: string } | undefined {
  const [, verdict, approvalId = ''] = /^(approve|deny) (\S+)$/.exec(value) ?? []
  return verdict === 'approve' || verdict === 'deny' ? { verdict, approvalId } : undefined
}

function decides(action: Action): action is Decision {
  return action.kind === 'approve' || action.kind === 'deny'
}

function needsNote(action: Action): action is WithNote {
  return decides(action) && action.needsNote
}

function confirmation({ title, question, yes, no }: Confirm): Button['confirm'] {
  return { title: literal(title), text: literal(question), confirm: literal(yes), deny: literal(no) }
}
