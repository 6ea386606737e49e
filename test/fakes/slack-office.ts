// Starts a product with a channel of Slack, where people press cards and fill in modals.

import { beforeAll, expect } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { Message } from '../../src/sandbox/slack/messages.ts'
import type { Modal } from '../../src/sandbox/slack/modals.ts'
import type { AppAnswer } from '../../src/sandbox/slack/signed-post.ts'
import { CHANNEL, eventually } from './countersign.ts'
import type { databases } from './databases.ts'
import { remembered } from './peek.ts'
import { underRule } from './rules-in-force.ts'
import { type SharedServer, sharedServer } from './shared-server.ts'
import { ANA } from './slack-requests.ts'

type Json = Record<string, unknown>
type Who = { userId?: string }

export interface SlackOffice extends SharedServer {
  /** Resolves once its card stands there, and is remembered. `rule`: what the policy asks of it. */
  ask(wanted?: Json, rule?: Json): Promise<ApprovalView>
  cardOf(approval: { id: string }, channel?: string): Promise<Message>
  /** By Ana, unless somebody else is named here and below. */
  press(approval: { id: string }, actionId: string, more?: Who & { option?: string }): Promise<AppAnswer>
  /** Once it shows this. */
  modal(text: string, userId?: string): Promise<Modal>
  /** Presses, and resolves with the modal that shows this then. */
  open(
    approval: { id: string },
    actionId: string,
    text: string,
    more?: Who & { option?: string },
  ): Promise<Modal>
  submit(modal: Modal, note?: string): Promise<AppAnswer>
  read(approval: { id: string }): Promise<ApprovalView>
  /** What only they see in the channel. */
  toldTo(userId?: string): string[]
}

/** To be called inside `describe`. */
export function slackOffice(
  create: (typeof databases)[number]['create'],
  destination: Json = {},
): SlackOffice {
  const server = sharedServer(create)
  const slack = () => server.running.slack

  beforeAll(() => server.running.destination(destination))

  const cardOf: SlackOffice['cardOf'] = ({ id }, channel = CHANNEL) =>
    eventually(() =>
      slack()
        .messages(channel)
        .find((message) => !message.ephemeralFor && JSON.stringify(message).includes(id)),
    )
  const modalThat = (looks: (modal: Modal) => boolean, text: string) =>
    eventually(() =>
      slack()
        .modals()
        .find((one) => looks(one) && JSON.stringify(one).includes(text)),
    )
  const modal: SlackOffice['modal'] = (text, by = ANA) => modalThat(({ userId }) => userId === by, text)
  const press: SlackOffice['press'] = async (approval, actionId, { userId = ANA, ...more } = {}) => {
    const { ts } = await cardOf(approval)
    const answer = await slack().click({ channel: CHANNEL, ts, actionId, userId, ...more })
    expect(answer.status).toBe(200)
    return answer
  }

  return Object.assign(Object.create(server), {
    async ask(wanted: Json = {}, rule?: Json) {
      const { running } = server
      const ask = () => running.ask(wanted)
      const { body } = await (rule ? underRule(running, rule, ask) : ask())
      await cardOf(body)
      await remembered(server.databaseUrl, body.id, CHANNEL)
      return body
    },
    cardOf,
    press,
    modal,
    async open(approval, actionId, text, { userId = ANA, ...more } = {}) {
      const before = new Set(
        slack()
          .modals()
          .map(({ id }) => id),
      )
      await press(approval, actionId, { userId, ...more })
      return modalThat((one) => one.userId === userId && !before.has(one.id), text)
    },
    submit({ id: viewId, userId }, note) {
      return slack().submit({ viewId, userId, ...(note !== undefined && { values: { note } }) })
    },
    read: async ({ id }) => (await server.running.call<ApprovalView>('GET', `/v1/approvals/${id}`)).body,
    toldTo: (userId = ANA) =>
      slack()
        .messages(CHANNEL)
        .flatMap(({ ephemeralFor, text }) => (ephemeralFor === userId ? [text] : [])),
  } satisfies Omit<SlackOffice, keyof SharedServer>)
}
