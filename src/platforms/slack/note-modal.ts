// Draws the modal in which somebody says why: what is decided, what to beware of, and a field for the note.

import type { InputBlock, ModalView } from '@slack/types'
import type { Decide } from '../../approvals/desk.ts'
import { least } from '../content/budget.ts'
import type { Action, Content } from '../content/content.ts'
import { tightened } from '../content/line.ts'
import { contentOf } from '../content/message.ts'
import { DIALOGS } from '../render-options.ts'
import { type NoteRef, written } from './card-ref.ts'
import { type Approval, modal } from './modal.ts'
import { context, inPieces, section, tables } from './parts.ts'
import { literal } from './text.ts'

/** As long as one by the API. */
export const MAX_NOTE = 2000
export const NOTE_MODAL = 'note'
/** Of the field, where Slack shows what is wrong with it. */
export const NOTE_BLOCK = 'note'

const TITLES = { approve: 'Approve with note', deny: 'Deny with note' } as const
const SUBMITS = { approve: 'Approve', deny: 'Deny' } as const
/** What others wrote is on the card, and behind View details. */
const OURS = { ...DIALOGS, details: false, mention: false, removed: false }

export function noteTitle(verdict: Decide['verdict']): string {
  return TITLES[verdict]
}

export function noteModal(view: Approval, ref: NoteRef): ModalView {
  const { verdict } = ref
  const { actions, details, headline } = least(contentOf({ kind: 'approval', view }, OURS, { payload: 0 }))
  const fitting = inPieces(headline).length === 1 ? headline : tightened(headline)
  const warning = verdict === 'approve' ? warningIn(actions) : undefined
  const blocks = [
    section(fitting),
    ...tables(details),
    ...(warning ? [section(warning)] : []),
    noteField(view.review.note_required.includes(verdict)),
    context([['Digest ', { id: view.digest }]]),
  ]
  return modal(noteTitle(verdict), blocks, {
    callback_id: NOTE_MODAL,
    submit: literal(SUBMITS[verdict]),
    close: literal('Cancel'),
    private_metadata: written(ref),
  })
}

/** On a card, Slack asks once more; here it stands above the field. */
function warningIn(actions: Action[]): Content['headline'] | undefined {
  const [confirm] = actions.flatMap((action) => (action.kind === 'approve' ? (action.confirm ?? []) : []))
  return confirm && [{ strong: `⚠️ ${confirm.title}` }, ` ${confirm.question}`]
}

function noteField(isRequired: boolean): InputBlock {
  return {
    type: 'input',
    block_id: NOTE_BLOCK,
    label: literal('Note'),
    hint: literal('It goes on record with your decision, and onto the cards.'),
    optional: !isRequired,
    element: { type: 'plain_text_input', action_id: NOTE_BLOCK, multiline: true, max_length: MAX_NOTE },
  }
}
