// Makes the data of a card's buttons in Teams: those that act at once, and the one that unfolds a note.

import { type Action, LABELS } from '../content/content.ts'

/** In UTF-16 units, as the API takes it. */
export const MOST_NOTE = 2000

/** One button that is sent to us. */
export interface Press {
  title: string
  style: 'positive' | 'default'
  /** What comes back with it, beside what was written into the card. */
  data: { action: string } & Record<string, string | number>
}

type Approve = Extract<Action, { kind: 'approve' }>
type Deny = Extract<Action, { kind: 'deny' }>

/** The button that unfolds the note, by what needs one: it takes the place of what would be refused without. */
const NOTE_TITLES = {
  neither: 'With note…',
  approve: LABELS.approveWithNote,
  deny: LABELS.denyWithNote,
  both: 'Approve or deny with note…',
}

/** `others`: further buttons, behind those of `actions`. */
export function buttons(actions: Action[], others: Press[] = []) {
  const find = <Kind extends Action['kind']>(kind: Kind) =>
    actions.find((action): action is Extract<Action, { kind: Kind }> => action.kind === kind)
  const [approve, deny, link] = [find('approve'), find('deny'), find('link')]
  const [opening, acknowledging] = [find('details'), find('acknowledge')]
  const denied = deny && !deny.needsNote ? [denying(deny, LABELS.deny)] : []
  return {
    ...asking(approve),
    ...noting(approve, deny),
    at_once: [...approvedAtOnce(approve), ...(approve?.needsNote ? [] : denied)],
    others: [
      ...(approve?.needsNote ? denied : []),
      ...(opening ? [press(LABELS.details, detailsFrom(opening.approvalId, 1))] : []),
      ...(acknowledging ? [acknowledgement(acknowledging)] : []),
      ...others,
    ],
    link: link?.label ?? '',
    url: link?.url ?? '',
  }
}

export function press(title: string, data: Press['data'], style: Press['style'] = 'default'): Press {
  return { title, style, data }
}

export function detailsFrom(approvalId: string, page: number): Press['data'] {
  return { action: 'details', approval_id: approvalId, page }
}

/** What is asked before a critical one is approved; where that needs a note, it is asked beside the note alone. */
function asking(approve: Approve | undefined) {
  const { confirm, needsNote } = approve ?? {}
  return {
    approve: LABELS.approve,
    asks_again: confirm !== undefined && needsNote === false,
    question_title: confirm?.title ?? '',
    question: confirm?.question ?? '',
    anyway: approve && confirm ? [approving(approve, confirm.yes)] : [],
    no: confirm?.no ?? '',
  }
}

function approvedAtOnce(approve: Approve | undefined): Press[] {
  return approve === undefined || approve.needsNote || approve.confirm
    ? []
    : [approving(approve, LABELS.approve)]
}

function noting(approve: Approve | undefined, deny: Deny | undefined) {
  const needed = neededBy(approve?.needsNote === true, deny?.needsNote === true)
  return {
    note_title: approve && deny ? NOTE_TITLES[needed] : '',
    note_style: needed === 'approve' ? 'positive' : 'default',
    note_label: needed === 'neither' ? 'Your note, for the record' : 'Your note: the policy asks for one',
    note_max: MOST_NOTE,
    note_missing: 'Write a note first',
    with_note: [
      ...(approve
        ? [approving(approve, approve.confirm ? `${approve.confirm.yes} with note` : 'Approve with note')]
        : []),
      ...(deny ? [denying(deny, 'Deny with note')] : []),
    ],
  }
}

function neededBy(approve: boolean, deny: boolean): keyof typeof NOTE_TITLES {
  if (approve) return deny ? 'both' : 'approve'
  return deny ? 'deny' : 'neither'
}

function approving({ approvalId }: Approve, title: string): Press {
  return press(title, { action: 'approve', approval_id: approvalId }, 'positive')
}

function denying({ approvalId }: Deny, title: string): Press {
  return press(title, { action: 'deny', approval_id: approvalId })
}

function acknowledgement({ eventId }: Extract<Action, { kind: 'acknowledge' }>): Press {
  return press(LABELS.acknowledge, { action: 'acknowledge', event_id: eventId }, 'positive')
}
