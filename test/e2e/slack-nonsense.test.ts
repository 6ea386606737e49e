// Shows that signed but nonsensical requests of Slack are refused in time, never with a 5xx, and not recorded.

import { beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded, remembered } from '../fakes/peek.ts'
import { sharedServer } from '../fakes/shared-server.ts'
import { clickOf, payload, postToSlackEndpoint, submissionOf } from '../fakes/slack-requests.ts'

const SLACK_WAITS_MS = 3_000
const NOBODY = 'apr_01hzzzzzzzzzzzzzzzzzzzzzzz'

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  let asked: ApprovalView
  let ts: string

  beforeAll(async () => {
    await server.running.destination()
    asked = (await server.running.ask()).body
    ts = (await eventually(() => server.running.slack.messages(CHANNEL)[0])).ts
    await remembered(server.databaseUrl, asked.id)
  })

  const post = (body: string, headers?: Record<string, string>) =>
    postToSlackEndpoint(server.running.url, server.clock, { body, ...(headers && { headers }) })
  const click = (differences: object) => payload(clickOf({ approvalId: asked.id, ts }, { ...differences }))
  const submission = (view: object) => {
    const sent = submissionOf({ metadata: '{}' })
    return payload({ ...sent, view: { ...(sent.view as object), ...view } })
  }
  const noted = (value: unknown) => submission({ state: { values: { note: { note: { value } } } } })
  const button = (differences: object) =>
    click({ actions: [{ type: 'button', action_id: 'approve_action', block_id: 'b', ...differences }] })

  const malformed: [string, () => string][] = [
    ['nothing at all', () => ''],
    ['a form without a payload', () => 'a=b'],
    ['a payload that is not JSON', () => 'payload=%7Bnope'],
    ['the payload null', () => payload(null)],
    ['the payload 1', () => payload(1)],
    ['the payload "x"', () => payload('x')],
    ['a list as payload', () => payload([])],
    ['an empty payload', () => payload({})],
    ['a good payload behind another', () => `${payload({})}&${click({})}`],
    ['an unknown type', () => click({ type: 'what_is_this' })],
    ['a legacy interactive message', () => click({ type: 'interactive_message' })],
    ['a modal without a view', () => payload({ type: 'view_submission' })],
    ['a modal that is null', () => payload({ ...submissionOf({ metadata: '' }), view: null })],
    ['a modal with NUL', () => submission({ id: 'V\0' })],
    ['a modal without a name', () => submission({ callback_id: undefined })],
    ['a modal with metadata of a kilometre', () => submission({ private_metadata: 'x'.repeat(3001) })],
    ['a modal without fields', () => submission({ state: undefined })],
    ['fields that are a list', () => submission({ state: { values: [[]] } })],
    ['a field that is null', () => submission({ state: { values: { note: { note: null } } } })],
    ['a note that is a number', () => noted(5)],
    ['a note with NUL', () => noted('a\0b')],
    ['a note with half a character', () => noted('\ud800')],
    ['a note of 2,001 characters', () => noted('x'.repeat(2001))],
    ['response_urls that are null', () => payload(submissionOf({ metadata: '' }, { response_urls: null }))],
    ['a click in a modal that is a text', () => click({ view: 'V1' })],
    ['an event that is null', () => payload({ type: 'event_callback', event: null })],
    ['no actions', () => click({ actions: [] })],
    ['actions that are null', () => click({ actions: null })],
    ['actions that are a text', () => click({ actions: 'approve_action' })],
    ['an action that is null', () => click({ actions: [null] })],
    ['an action id that is a number', () => button({ action_id: 5 })],
    ['a value that is a number', () => button({ value: 5 })],
    ['a value that is an object', () => button({ value: { id: 1 } })],
    ['no user', () => click({ user: null })],
    ['a user with NUL', () => click({ user: { id: 'U\0' } })],
    ['no container', () => click({ container: null })],
    ['a timestamp with NUL', () => click({ container: { channel_id: CHANNEL, message_ts: `${ts}\0` } })],
    ['a team that is a text', () => click({ team: 'T0SANDBOX0' })],
    ['a team with NUL', () => click({ team: { id: 'T\0' } })],
    ['no trigger_id', () => click({ trigger_id: undefined })],
    ['hundreds of levels', () => `payload=${'['.repeat(50_000)}`],
  ]

  test.each(malformed)('%s is a 400 at once', async (_what, body) => {
    const before = await recorded(server.databaseUrl)
    const answer = await post(body())
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'malformed_payload' })
    expect(answer.tookMs).toBeLessThan(SLACK_WAITS_MS)
    expect(await recorded(server.databaseUrl)).toEqual(before)
  })

  const harmless: [string, () => string][] = [
    ['no value', () => button({})],
    ['an empty value', () => button({ value: '' })],
    ['no channel', () => click({ channel: null, container: { message_ts: ts } })],
    ['an unknown approval', () => button({ value: NOBODY })],
    ['an id with NUL', () => button({ value: `${asked.id}\0` })],
    ['an id with a wildcard', () => button({ value: 'apr_%' })],
    ['SQL', () => button({ value: "' or 1=1 --" })],
    [
      'a menu instead of a button',
      () => button({ type: 'static_select', selected_option: { value: asked.id } }),
    ],
    ['a choice of a menu that is none', () => button({ action_id: 'decide_with_note' })],
    [
      'a choice of something else',
      () => button({ action_id: 'decide_with_note', selected_option: { value: 'withdraw x' } }),
    ],
    ['a page of no modal', () => button({ action_id: 'next_page', value: '2' })],
    ['a page that is none', () => inModal({ value: '-1' })],
    ['a page without a number', () => inModal({ value: 'last' })],
    ['a page of what we did not write', () => inModal({ value: '2' }, 'apr_x')],
    ['the approval behind a thousand others', () => manyActions(1_000)],
  ]

  test.each(harmless)('a click with %s decides nothing, and is answered in time', async (_what, body) => {
    const before = await recorded(server.databaseUrl)
    const answer = await post(body())
    expect(answer.status).toBe(200)
    expect(answer.tookMs).toBeLessThan(SLACK_WAITS_MS)
    expect(await recorded(server.databaseUrl)).toEqual(before)
  })

  /** Of a modal whose metadata is as we would write it, unless said otherwise. */
  function inModal(
    differences: object,
    metadata = JSON.stringify({ approvalId: asked.id, channelId: CHANNEL, ts }),
  ): string {
    const view = { id: 'V0', callback_id: '', private_metadata: metadata }
    const action = { type: 'button', action_id: 'next_page', block_id: 'b', ...differences }
    return click({ container: { type: 'view', view_id: 'V0' }, channel: null, view, actions: [action] })
  }

  test('a modal that was closed is taken note of, and one of another name is a 404 at once', async () => {
    const before = await recorded(server.databaseUrl)
    const closed = payload(submissionOf({ metadata: '' }, { type: 'view_closed', is_cleared: false }))
    expect((await post(closed)).status).toBe(200)
    const answer = await post(submission({ callback_id: 'another' }))
    expect(answer.status).toBe(404)
    expect(answer.tookMs).toBeLessThan(SLACK_WAITS_MS)
    expect(await recorded(server.databaseUrl)).toEqual(before)
  })

  function manyActions(count: number): string {
    const element = { type: 'button', action_id: 'approve_action', block_id: 'b' }
    const others = Array.from({ length: count }, () => ({ ...element, value: NOBODY }))
    return click({ actions: [...others, { ...element, value: asked.id }] })
  }

  test('an unknown action id decides nothing, and is a 404 at once', async () => {
    const before = await recorded(server.databaseUrl)
    const answer = await post(button({ action_id: 'approve_action_not', value: asked.id }))
    expect(answer.status).toBe(404)
    expect(answer.tookMs).toBeLessThan(SLACK_WAITS_MS)
    expect(await recorded(server.databaseUrl)).toEqual(before)
  })

  test('a click under another content type decides nothing', async () => {
    const before = await recorded(server.databaseUrl)
    const answer = await post(click({}), { 'content-type': 'application/json' })
    expect(answer.status).toBe(400)
    expect(await recorded(server.databaseUrl)).toEqual(before)
  })

  test('after all of this, the same click without a fault decides', async () => {
    expect((await post(click({}))).status).toBe(200)
    const { body } = await server.running.call('GET', `/v1/approvals/${asked.id}`)
    expect(body).toMatchObject({ status: 'approved', review_notes: 'Approved by Ana Ruiz via slack' })
  })
})
