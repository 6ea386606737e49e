// Takes a decision with a note out of a modal in Slack, as a press of its button would be taken, and answers in it.

import type { App, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt'
import { type RefusalCode, refused } from '../../approvals/refusals.ts'
import type { PlatformPorts } from '../platform.ts'
import { noteRefIn } from './card-ref.ts'
import type { SlackConfig } from './config.ts'
import { refusalModal } from './modal.ts'
import { NOTE_BLOCK, NOTE_MODAL, noteTitle } from './note-modal.ts'
import { outcomeOf, type PressOutcome } from './press-outcome.ts'
import type { LocatePress } from './presses.ts'

type Submission = SlackViewMiddlewareArgs<ViewSubmitAction>
type Answer = Parameters<Submission['ack']>[0]

/** What may be otherwise a moment later: whoever wrote a note keeps it. */
const PASSING: ReadonlySet<RefusalCode> = new Set([
  'note_required',
  'details_not_opened',
  'reviewer_unverified',
])

export function listenToNotes(
  app: App,
  { desk, log }: Pick<PlatformPorts<SlackConfig>, 'desk' | 'log'>,
  locate: LocatePress,
): void {
  // Nothing was decided.
  app.view({ type: 'view_closed', callback_id: /^/ }, ({ ack }) => ack())

  app.view<ViewSubmitAction>(NOTE_MODAL, async ({ ack, body, context, view }) => {
    const ref = noteRefIn(view.private_metadata)
    const outcome = await outcomeOf(async () => {
      if (!ref) return refused('approval_not_found')
      const located = await locate(body, context.signedBy as string[], ref)
      const note = noteIn(view)
      return desk.decide({
        approvalId: ref.approvalId,
        verdict: ref.verdict,
        // Of one modal only one vote can come, however often Slack sends it or somebody presses again.
        interactionId: view.id,
        ...(note !== '' && { note }),
        ...(await located.who()),
      })
    }, log)
    await ack(answerTo(outcome, ref ? noteTitle(ref.verdict) : 'Not decided'))
  })
}

function noteIn({ state }: Submission['view']): string {
  return (state.values[NOTE_BLOCK]?.[NOTE_BLOCK]?.value ?? '').trim()
}

function answerTo(outcome: PressOutcome<unknown>, title: string): Answer {
  if (outcome.ok) return { response_action: 'clear' }
  const { code, text } = outcome.refusal
  if (code === undefined || PASSING.has(code)) {
    return { response_action: 'errors', errors: { [NOTE_BLOCK]: text } }
  }
  return { response_action: 'update', view: refusalModal(title, outcome.refusal) }
}
