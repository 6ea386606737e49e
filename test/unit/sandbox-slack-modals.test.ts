// Shows that the stand-in opens, changes and sends modals as Slack does, and refuses what Slack refuses.

import express from 'express'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NotInTheModal } from '../../src/sandbox/slack/modal-actions.ts'
import { createSlackStandIn, type SlackStandIn } from '../../src/sandbox/slack-stand-in.ts'

const ANA = 'U0ANARUIZ0'
const BEN = 'U0BENOKAFO'
const CHANNEL = 'C0APPROVALS'
let now = 0
let slack: SlackStandIn
let url = ''
let close = () => {}
let received: Record<string, unknown>[] = []
let reply: { status: number; body: unknown }

beforeAll(async () => {
  const app = express()
  app.post('/v1/webhooks/slack/:kind', express.urlencoded({ extended: false }), (req, res) => {
    received.push(JSON.parse(req.body.payload))
    if (reply.body === undefined) res.status(reply.status).end()
    else res.status(reply.status).json(reply.body)
  })
  app.use('/slack', (req, res, next) => slack.router(req, res, next))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  close = () => server.close()
})
afterAll(() => close())

beforeEach(() => {
  now = 1_700_000_000_000
  received = []
  reply = { status: 200, body: undefined }
  slack = createSlackStandIn({
    signingSecret: 'secret',
    botToken: 'xoxb',
    productUrl: () => url,
    selfUrl: () => `${url}/slack`,
    clock: { now: () => now },
  })
})

async function call(method: string, args: Record<string, unknown>) {
  const form = Object.entries(args).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  const answer = await fetch(`${slack.apiUrl()}${method}`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb' },
    body: new URLSearchParams(form),
  })
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as a caller reads them
  return (await answer.json()) as any
}

const plain = (text: string) => ({ type: 'plain_text', text })
const option = (value: string) => ({ text: plain(value), value })
const button = (id: string) => ({ type: 'button', action_id: id, text: plain('Go'), value: id })
const field = { type: 'plain_text_input', action_id: 'note', max_length: 10 }
const input = (more = {}) => ({
  type: 'input',
  block_id: 'note',
  label: plain('Note'),
  element: field,
  ...more,
})
const modal = (more = {}) => ({ type: 'modal', title: plain('A modal'), blocks: [], ...more })
const form = (more = {}) =>
  modal({ callback_id: 'note', private_metadata: 'ours', submit: plain('Send'), blocks: [input(more)] })

/** Of a button that Ana presses now. */
async function trigger(userId = ANA): Promise<string> {
  const blocks = [{ type: 'actions', elements: [button('go')] }]
  const { ts } = await call('chat.postMessage', { channel: CHANNEL, blocks })
  await slack.click({ channel: CHANNEL, ts, actionId: 'go', userId })
  return String(received.at(-1)?.trigger_id)
}
async function opened(view: object, userId = ANA): Promise<string> {
  const answer = await call('views.open', { trigger_id: await trigger(userId), view })
  expect(answer).toMatchObject({ ok: true, view: { id: expect.stringMatching(/^V/) } })
  received = []
  return answer.view.id
}
const shown = () => slack.modals()[0]

describe('a modal', () => {
  test('is opened by a trigger once, and within three seconds', async () => {
    const trigger_id = await trigger()
    expect(await call('views.open', { trigger_id, view: modal() })).toMatchObject({ ok: true })
    expect(await call('views.open', { trigger_id, view: modal() })).toMatchObject({
      error: 'exchanged_trigger_id',
    })
    expect(await call('views.open', { trigger_id: '1.2.3', view: modal() })).toMatchObject({
      error: 'invalid_trigger_id',
    })
    const late = await trigger()
    now += 3_000
    expect(await call('views.open', { trigger_id: late, view: modal() })).toMatchObject({
      error: 'expired_trigger_id',
    })
    expect(slack.modals()).toMatchObject([{ userId: ANA, view: modal() }])
  })

  test('is one for each person, in the place of the one before', async () => {
    await opened(modal())
    const second = await opened(modal({ title: plain('Another') }))
    const bens = await opened(modal(), BEN)
    expect(slack.modals().map(({ id, userId }) => [id, userId])).toEqual([
      [second, ANA],
      [bens, BEN],
    ])
  })

  test('is changed by its id or the app’s own, and not behind somebody’s back', async () => {
    const view_id = await opened(modal({ external_id: 'mine' }))
    const { view } = await call('views.update', {
      external_id: 'mine',
      view: modal({ blocks: [input()], submit: plain('Send') }),
    })
    expect(shown()).toMatchObject({ id: view_id, hash: view.hash, view: { blocks: [input()] } })
    const change = { view_id, hash: view.hash, view: modal() }
    expect(await call('views.update', change)).toMatchObject({ ok: true })
    expect(await call('views.update', change)).toMatchObject({ error: 'hash_conflict' })
    await slack.closeModal({ viewId: view_id, userId: ANA })
    expect(await call('views.update', { view_id, view: modal() })).toMatchObject({ error: 'not_found' })
    expect(received).toEqual([])
  })

  const blocks = (...all: object[]) => modal({ blocks: all, submit: plain('Send') })
  test.each<[string, object | string, string]>([
    ['no view', 'nothing', 'invalid_arguments'],
    ['a Home tab', modal({ type: 'home' }), 'invalid_arguments'],
    ['a title over 24', modal({ title: plain('x'.repeat(25)) }), 'invalid_arguments'],
    ['no title', modal({ title: undefined }), 'invalid_arguments'],
    ['a submit over 24', modal({ submit: plain('x'.repeat(25)) }), 'invalid_arguments'],
    ['metadata over 3000', modal({ private_metadata: 'x'.repeat(3001) }), 'invalid_arguments'],
    ['a callback_id over 255', modal({ callback_id: 'x'.repeat(256) }), 'invalid_arguments'],
    ['101 blocks', blocks(...Array(101).fill({ type: 'divider' })), 'invalid_arguments'],
    ['a field and no submit', modal({ blocks: [input()] }), 'invalid_arguments'],
    ['a field without a label', blocks(input({ label: undefined })), 'invalid_arguments'],
    ['a field for 3001', blocks(input({ element: { ...field, max_length: 3001 } })), 'invalid_arguments'],
    ['a field of no kind', blocks(input({ element: { type: 'button' } })), 'invalid_arguments'],
    ['more than 250 KB', modal({ more: 'x'.repeat(250_000) }), 'view_too_large'],
  ])('%s is refused, and the trigger is as good as before', async (_, view, error) => {
    const trigger_id = await trigger()
    expect(await call('views.open', { trigger_id, view })).toMatchObject({ ok: false, error })
    expect(slack.modals()).toEqual([])
    expect(
      await call('views.open', { trigger_id, view: blocks(...Array(100).fill({ type: 'divider' })) }),
    ).toMatchObject({ ok: true })
  })
})

describe('what is pressed and sent', () => {
  test('of a button in a modal tells which modal, and no channel', async () => {
    const viewId = await opened(
      modal({ private_metadata: 'ours', blocks: [{ type: 'actions', elements: [button('next')] }] }),
    )
    await slack.pressInModal({ viewId, actionId: 'next', userId: ANA })
    expect(received).toMatchObject([
      {
        type: 'block_actions',
        user: { id: ANA },
        container: { type: 'view', view_id: viewId },
        view: { id: viewId, private_metadata: 'ours' },
        actions: [{ action_id: 'next', value: 'next' }],
      },
    ])
    for (const name of ['channel', 'message', 'response_url']) expect(received[0]).not.toHaveProperty(name)
    const strange = [
      { viewId, actionId: 'other', userId: ANA },
      { viewId, actionId: 'next', userId: BEN },
      { viewId: 'V0', actionId: 'next', userId: ANA },
    ]
    for (const press of strange) await expect(slack.pressInModal(press)).rejects.toThrow(NotInTheModal)
    await expect(slack.submit({ viewId, userId: ANA })).rejects.toThrow(NotInTheModal)
  })

  test('of a menu names what was chosen alone', async () => {
    const menu = { type: 'overflow', action_id: 'more', options: [option('one'), option('two')] }
    const { ts } = await call('chat.postMessage', {
      channel: CHANNEL,
      blocks: [{ type: 'actions', elements: [menu] }],
    })
    await slack.click({ channel: CHANNEL, ts, actionId: 'more', option: 'two', userId: ANA })
    expect(received).toMatchObject([{ actions: [{ type: 'overflow', selected_option: option('two') }] }])
    expect(JSON.stringify(received[0]?.actions)).not.toContain('one')
    const single = { ...menu, options: [option('one')] }
    const many = { ...menu, options: [1, 2, 3, 4, 5, 6].map((value) => option(`${value}`)) }
    for (const elements of [
      [single],
      [many],
      [{ ...menu, options: [option('x'.repeat(151)), option('a')] }],
    ]) {
      const answer = await call('chat.postMessage', {
        channel: CHANNEL,
        blocks: [{ type: 'actions', elements }],
      })
      expect(answer).toMatchObject({ error: 'invalid_blocks' })
    }
  })

  test('a field that must be filled is asked for by Slack itself, and then sent', async () => {
    const viewId = await opened(form())
    const send = (note?: string) =>
      slack.submit({ viewId, userId: ANA, ...(note !== undefined && { values: { note } }) })
    await send()
    expect(shown()?.errors).toEqual({ note: 'Please complete this required field.' })
    await send('x'.repeat(11))
    expect(shown()?.errors).toEqual({ note: 'Please use at most 10 characters.' })
    expect(received).toEqual([])
    await send('because')
    expect(received).toMatchObject([
      {
        type: 'view_submission',
        user: { id: ANA },
        view: {
          id: viewId,
          callback_id: 'note',
          private_metadata: 'ours',
          state: { values: { note: { note: { type: 'plain_text_input', value: 'because' } } } },
        },
      },
    ])
    expect(slack.modals()).toEqual([])
  })

  test.each<[unknown, object | undefined]>([
    [undefined, undefined],
    [{ response_action: 'clear' }, undefined],
    [{ response_action: 'errors', errors: { note: 'no' } }, { errors: { note: 'no' } }],
    [{ response_action: 'update', view: modal({ title: plain('No') }) }, { view: { title: plain('No') } }],
    [{ response_action: 'update', view: {} }, { trouble: 'We had some trouble connecting. Try again?' }],
  ])('the answer %j is shown as it is', async (body, state) => {
    const viewId = await opened(form({ optional: true }))
    reply = { status: 200, body }
    await slack.submit({ viewId, userId: ANA })
    if (state) expect(shown()).toMatchObject(state)
    else expect(shown()).toBeUndefined()
  })

  test('an answer that is none leaves it open, to try again', async () => {
    const viewId = await opened(form({ optional: true }))
    reply = { status: 500, body: undefined }
    await slack.submit({ viewId, userId: ANA })
    expect(shown()).toMatchObject({ id: viewId, trouble: expect.stringContaining('trouble connecting') })
  })

  test('an app that wants to know hears that a modal was closed', async () => {
    const viewId = await opened(modal({ notify_on_close: true }))
    await slack.closeModal({ viewId, userId: ANA })
    expect(received).toMatchObject([{ type: 'view_closed', view: { id: viewId } }])
  })
})
