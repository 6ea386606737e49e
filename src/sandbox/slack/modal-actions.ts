// Does in a modal what people do there: presses a button, fills it in and sends it, or closes it.

import { parseJson } from './content.ts'
import { isObject, type JsonObject } from './messages.ts'
import { type Modal, type Modals, type Values, viewPayload } from './modals.ts'
import { findIn, personPayload } from './payloads.ts'
import type { AppAnswer } from './signed-post.ts'
import type { Triggers } from './triggers.ts'
import { findUser, type User } from './workspace.ts'

export interface ModalPress {
  viewId: string
  actionId: string
  userId: string
}

export interface Submission {
  viewId: string
  userId: string
  /** What stands in each field, by the name of its block. */
  values?: Record<string, string>
}

export interface ModalActions {
  /** Throws NotInTheModal when there is no such button, as the next one where somebody else's modal is meant. */
  pressInModal(press: ModalPress): Promise<AppAnswer>
  /** Nothing is sent while a field wants something else: the modal then says what. */
  submit(submission: Submission): Promise<AppAnswer>
  closeModal(which: Pick<Submission, 'viewId' | 'userId'>): Promise<AppAnswer>
}

export class NotInTheModal extends Error {}

const NOTHING_SENT: AppAnswer = { status: 200, body: '', contentType: '', tookMs: 0 }
const TROUBLE = 'We had some trouble connecting. Try again?'

interface ModalActionsOptions {
  modals: Modals
  triggers: Triggers
  /** Posts a signed payload to where the app takes interactions. */
  send(payload: JsonObject): Promise<AppAnswer>
  nextTs(): string
}

export function modalActions({ modals, triggers, send, nextTs }: ModalActionsOptions): ModalActions {
  function openFor(viewId: string, userId: string): { modal: Modal; user: User } {
    const modal = modals.find(viewId)
    const user = findUser(userId)
    if (!modal || !user || modal.userId !== userId)
      throw new NotInTheModal(`${userId} has no modal ${viewId}`)
    return { modal, user }
  }

  return {
    async pressInModal({ viewId, actionId, userId }) {
      const { modal, user } = openFor(viewId, userId)
      const button = findIn(modal.view.blocks, actionId)
      if (!button) throw new NotInTheModal(`no button ${actionId} in the modal ${viewId}`)
      return send({
        type: 'block_actions',
        ...personPayload(user),
        container: { type: 'view', view_id: modal.id },
        trigger_id: triggers.issue(userId),
        view: viewPayload(modal, {}),
        actions: [{ ...button.element, block_id: button.blockId, action_ts: nextTs() }],
      })
    },

    async submit({ viewId, userId, values = {} }) {
      const { modal, user } = openFor(viewId, userId)
      if (modal.view.submit === undefined) throw new NotInTheModal(`nothing is to be sent in ${viewId}`)
      const errors = mistakesIn(modal, values)
      modals.say(modal, { errors, trouble: null })
      if (Object.keys(errors).length > 0) return NOTHING_SENT
      const answer = await send({
        type: 'view_submission',
        ...personPayload(user),
        trigger_id: triggers.issue(userId),
        view: viewPayload(modal, stateOf(modal, values)),
        response_urls: [],
      })
      take(modal, answer)
      return answer
    },

    async closeModal({ viewId, userId }) {
      const { modal, user } = openFor(viewId, userId)
      modals.close(modal)
      if (modal.view.notify_on_close !== true) return NOTHING_SENT
      const view = viewPayload(modal, {})
      return send({ type: 'view_closed', ...personPayload(user), view, is_cleared: false })
    },
  }

  /** Whatever the app answers to a submission, Slack shows in the modal. */
  function take(modal: Modal, answer: AppAnswer): void {
    const said = answer.body === '' ? {} : parseJson(answer.body)
    const { response_action, errors, view } = isObject(said) ? said : {}
    if (answer.status !== 200 || !isObject(said)) modals.say(modal, { errors: {}, trouble: TROUBLE })
    else if (response_action === 'errors' && isObject(errors)) {
      modals.say(modal, { errors: errors as Record<string, string>, trouble: null })
    } else if (response_action !== 'update') modals.close(modal)
    else if (modals.replace(modal, view)) modals.say(modal, { errors: {}, trouble: TROUBLE })
  }
}

function fieldsOf({ view }: Modal): { block: JsonObject; element: JsonObject }[] {
  return view.blocks.flatMap((block) =>
    block.type === 'input' && isObject(block.element) ? [{ block, element: block.element }] : [],
  )
}

/** What Slack itself says of a field before it sends anything. */
function mistakesIn(modal: Modal, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    fieldsOf(modal).flatMap(({ block, element }) => {
      const value = values[String(block.block_id)] ?? ''
      const most = Number(element.max_length ?? 3000)
      if (value === '' && block.optional !== true)
        return [[block.block_id, 'Please complete this required field.']]
      if (value.length > most) return [[block.block_id, `Please use at most ${most} characters.`]]
      return []
    }),
  )
}

function stateOf(modal: Modal, values: Record<string, string>): Values {
  return Object.fromEntries(
    fieldsOf(modal).map(({ block, element }) => {
      const value = values[String(block.block_id)] || null
      return [String(block.block_id), { [String(element.action_id)]: { type: String(element.type), value } }]
    }),
  )
}
