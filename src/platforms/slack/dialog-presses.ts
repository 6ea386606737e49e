// Handles the presses in Slack that open a modal or turn its pages.

import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  OverflowAction,
  SlackActionMiddlewareArgs,
} from '@slack/bolt'
import type { WebClient } from '@slack/web-api'
import type { Decide } from '../../approvals/desk.ts'
import { ok, refused } from '../../approvals/refusals.ts'
import type { Logger } from '../../kit/log.ts'
import { chosenIn, NOTE_MENU } from './buttons.ts'
import { type CardRef, cardRefIn } from './card-ref.ts'
import { DETAILS_TITLE, detailsModal, isLastPage } from './details-modal.ts'
import type { Dialog, Dialogs } from './dialogs.ts'
import { type Approval, refusalModal } from './modal.ts'
import { noteModal, noteTitle } from './note-modal.ts'
import { outcomeOf, respondIn, tell } from './press-outcome.ts'
import { type LocatePress, spotOf } from './presses.ts'

type Click<Action extends ButtonAction | OverflowAction> = SlackActionMiddlewareArgs<BlockAction<Action>> &
  Pick<AllMiddlewareArgs, 'context'>

export interface DialogOptions {
  dialogs: Dialogs
  locate: LocatePress
  clientOf: (token: string) => WebClient
  log: Logger
}

export function listenToDialogs(app: App, { dialogs, locate, clientOf, log }: DialogOptions): void {
  app.action<BlockAction<ButtonAction>>(/^(approve|deny)_note$/, (click) => {
    const { action_id, value = '' } = click.action
    const verdict = action_id === 'approve_note' ? 'approve' : 'deny'
    return open(click, noteDialog({ ...cardOf(click.body, value), verdict }))
  })

  app.action<BlockAction<OverflowAction>>(NOTE_MENU, async (click) => {
    const chosen = chosenIn(click.action.selected_option?.value ?? '')
    if (!chosen) return click.ack()
    const { approvalId, verdict } = chosen
    return open(click, noteDialog({ ...cardOf(click.body, approvalId), verdict }))
  })

  app.action<BlockAction<ButtonAction>>('view_details', (click) =>
    open(click, detailsDialog(cardOf(click.body, click.action.value ?? ''), 1)),
  )

  app.action<BlockAction<ButtonAction>>(/^(previous|next)_page$/, async ({ ack, action, body, context }) => {
    await ack()
    const card = cardRefIn(body.view?.private_metadata ?? '')
    const { id, hash } = body.view ?? {}
    const page = Number(action.value)
    if (!card || !id || !hash || !(page >= 1)) return
    const located = await outcomeOf(
      async () => ok(await locate(body, context.signedBy as string[], card)),
      log,
    )
    const { token } = located.ok ? located.value : {}
    if (!located.ok || !token)
      return log.warn({ user: body.user.id }, 'a page that was turned stays as it is')
    const told = await dialogs.change(detailsDialog(card, page), located.value, token, { id, hash })
    if (told) await tell(told, respondIn(clientOf(token), card.channelId, body.user.id), log)
  })

  async function open<Action extends ButtonAction | OverflowAction>(
    { ack, body, context, respond }: Click<Action>,
    dialog: Dialog,
  ): Promise<void> {
    const located = await outcomeOf(
      async () => ok(await locate(body, context.signedBy as string[], spotOf(body))),
      log,
    )
    if (!located.ok) await ack()
    const told = located.ok
      ? await dialogs.open(dialog, located.value, body.trigger_id, () => ack())
      : located.refusal
    if (told) await tell(told, respond, log)
  }
}

function cardOf(body: BlockAction, approvalId: string): CardRef {
  const { channelId = '', ts = '', destinationId } = spotOf(body)
  return { approvalId, channelId, ts, ...(destinationId !== undefined && { destinationId }) }
}

function noteDialog(ref: CardRef & { verdict: Decide['verdict'] }): Dialog {
  const title = noteTitle(ref.verdict)
  return {
    title,
    approvalId: ref.approvalId,
    toApprove: ref.verdict === 'approve',
    draw: (approval) =>
      approval.status === 'pending' ? noteModal(approval, ref) : refusalModal(title, closedWords(approval)),
  }
}

function closedWords(approval: Approval) {
  const outcome = refused(approval.status === 'expired' ? 'approval_expired' : 'already_decided', approval)
  return outcome.refusal
}

function detailsDialog(card: CardRef, page: number): Dialog {
  const draw = (isSeen: boolean) => (approval: Approval) => detailsModal(approval, { card, page, isSeen })
  return {
    title: DETAILS_TITLE,
    approvalId: card.approvalId,
    draw: draw(false),
    end: { isReached: (approval) => isLastPage(approval, page), draw: draw(true) },
  }
}
