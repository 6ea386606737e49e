// Opens what a press in Slack leads to, at once and empty, and fills it as soon as we know for whom it is.

import type { ModalView } from '@slack/types'
import type { ApprovalDesk } from '../../approvals/desk.ts'
import { ok } from '../../approvals/refusals.ts'
import { because } from '../../kit/cause.ts'
import type { Logger } from '../../kit/log.ts'
import { SendError } from '../platform.ts'
import { type Approval, loadingModal, refusalModal } from './modal.ts'
import { outcomeOf } from './press-outcome.ts'
import type { Press, Presser } from './presses.ts'
import type { Told } from './reply-card.ts'
import type { OpenView, Views } from './views.ts'

/** What somebody is shown who may decide it. */
export interface Dialog {
  title: string
  approvalId: string
  /** It is opened to approve: not by who must open all of it first, before they write anything. */
  toApprove?: boolean
  draw(approval: Approval): ModalView
  /** Of what shows all of it: whether this is its end, and what they see once it is on record that they saw that. */
  end?: { isReached(approval: Approval): boolean; draw(approval: Approval): ModalView }
}

export interface Dialogs {
  /** Calls `ack` once Slack was asked to open it. Resolves with what to tell whoever pressed where none was shown. */
  open(dialog: Dialog, press: Press, triggerId: string, ack: () => Promise<void>): Promise<Told | undefined>
  /**
   * Shows it in a modal that is open already, as it was when somebody pressed there. Resolves with what to tell them
   * where it stays as it is.
   */
  change(dialog: Dialog, press: Press, token: string, shown: OpenView): Promise<Told | undefined>
}

interface Place {
  token: string
  view: OpenView
}

const NO_TOKEN: Told = { text: 'Slack opens no window from this card: use View in Console', first: null }
const BROKEN: Told = { text: 'Something went wrong here; it is logged', first: null }
/** Whoever pressed has closed it, or gone on to another page. */
const LEFT = new Set(['not_found', 'hash_conflict'])

/** A trigger lives three seconds, and to ask who pressed may take two: so Slack is asked to open something first. */
export function createDialogs(desk: Pick<ApprovalDesk, 'open'>, views: Views, log: Logger): Dialogs {
  const look = ({ approvalId, toApprove = false }: Dialog, press: Press) =>
    outcomeOf(async () => {
      const presser = await press.who()
      const outcome = await desk.open({ approvalId, ...presser, toApprove, isLast: () => false })
      return outcome.ok ? ok({ approval: outcome.value, presser }) : outcome
    }, log)

  /** A modal never stays at Loading: what goes wrong here is said in it. */
  async function fill(dialog: Dialog, press: Press, place: Place): Promise<SendError | undefined> {
    try {
      return await filled(dialog, press, place)
    } catch (error) {
      log.error({ err: error }, 'a modal could not be filled')
      return show(place, refusalModal(dialog.title, BROKEN))
    }
  }

  async function filled(
    dialog: Dialog,
    press: Press,
    { token, view }: Place,
  ): Promise<SendError | undefined> {
    const looked = await look(dialog, press)
    if (!looked.ok) return show({ token, view }, refusalModal(dialog.title, looked.refusal))
    const { approval, presser } = looked.value
    const shown = await tried(views.update(token, view, dialog.draw(approval)))
    if (shown instanceof SendError) return shown
    await noteEnd(dialog, approval, presser, { token, view: shown })
  }

  /** Only now have they seen it. */
  async function noteEnd(
    { approvalId, end, title }: Dialog,
    approval: Approval,
    presser: Presser,
    place: Place,
  ): Promise<void> {
    if (approval.status !== 'pending' || !end?.isReached(approval)) return
    const seen = await outcomeOf(() => desk.open({ approvalId, ...presser, isLast: end.isReached }), log)
    await show(place, seen.ok ? end.draw(seen.value) : refusalModal(title, seen.refusal))
  }

  async function show({ token, view }: Place, modal: ModalView): Promise<SendError | undefined> {
    const shown = await tried(views.update(token, view, modal))
    return shown instanceof SendError ? shown : undefined
  }

  async function tried(call: Promise<OpenView>): Promise<OpenView | SendError> {
    try {
      return await call
    } catch (error) {
      if (!(error instanceof SendError)) throw error
      log.warn(because(error), 'Slack did not show a modal')
      return error
    }
  }

  return {
    async open(dialog, press, triggerId, ack) {
      const { token } = press
      const opening = token && tried(views.open(token, triggerId, loadingModal(dialog.title)))
      await ack()
      const view = await opening
      if (view instanceof SendError) return toldOf(view, 'open the window')
      if (token && view) return toldOf(await fill(dialog, press, { token, view }), 'open the window')
      const looked = await look(dialog, press)
      return looked.ok ? NO_TOKEN : looked.refusal
    },

    async change(dialog, press, token, view) {
      return toldOf(await fill(dialog, press, { token, view }), 'turn the page')
    },
  }
}

function toldOf(error: SendError | undefined, what: string): Told | undefined {
  if (!error || LEFT.has(error.code)) return undefined
  return { text: `Slack did not ${what} (${error.code}): press the button once more`, first: null }
}
