// Shows that a destination is changed, tried, switched off and on, and deleted without losing a card.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { NotOnTheCard } from '../../src/sandbox/slack-stand-in.ts'
import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { BOT_TOKEN } from '../fakes/slack-server.ts'

const PATH = '/v1/settings/notifications'
const ANA = 'U0ANARUIZ0'

describe.each(databases)('on $name', ({ create }) => {
  let database: Awaited<ReturnType<typeof create>>
  let running: Running

  beforeAll(async () => {
    database = await create()
    running = await startCountersign({ databaseUrl: database.url })
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
  })

  const security = () =>
    running.destination({ name: 'Security', config: { bot_token: BOT_TOKEN, channel_id: 'C0SECURITY' } })
  const cardsOf = (id: string) =>
    running.slack.messages('C0SECURITY').filter((message) => JSON.stringify(message).includes(id))
  const click = (ts: string, actionId = 'approve_action') =>
    running.slack.click({ channel: 'C0SECURITY', ts, actionId, userId: ANA })
  const read = async (id: string) => (await running.call<ApprovalView>('GET', `/v1/approvals/${id}`)).body
  const remove = (id: string) => running.call('DELETE', `${PATH}/${id}`)

  test.each(['PUT', 'PATCH'])('%s changes what it names and leaves the rest, secrets too', async (method) => {
    const id = await security()
    const { status, body } = await running.call(method, `${PATH}/${id}`, {
      body: { min_severity: 'critical', config: { signing_secret: 'its own signing secret' } },
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({ name: 'Security', min_severity: 'critical', enabled: true })
    expect(body.config).toEqual({ channel_id: 'C0SECURITY', bot_token: 'set', signing_secret: 'set' })
    // As it was read: the secrets are not called "set".
    expect(
      (await running.call(method, `${PATH}/${id}`, { body: { config: body.config } })).body,
    ).toMatchObject({
      config: body.config,
    })
    // The token is still there: a test card arrives. Its removed secret is the environment's again.
    await running.call(method, `${PATH}/${id}`, { body: { config: { signing_secret: null }, events: null } })
    expect((await running.call('POST', `${PATH}/${id}/test`)).status).toBe(201)
    await remove(id)
  })

  test('a change that is not valid changes nothing', async () => {
    const id = await security()
    const { body: before } = await running.call('GET', `${PATH}/${id}`)
    for (const body of [
      { config: { channel_id: 'not-a-channel' } },
      { config: { nonsense: 1 } },
      { config: { signing_secret: 'set' } },
      { config: { bot_token: 'xoxb-wrong' } },
      { channel_type: 'teams' },
      { events: [] },
      { colour: 'red' },
    ]) {
      expect((await running.call('PATCH', `${PATH}/${id}`, { body })).status).toBe(400)
    }
    expect((await running.call('GET', `${PATH}/${id}`)).body).toEqual(before)
    await remove(id)
  })

  test('the test card is a real approval that says so, works, and stays out of statistics', async () => {
    const id = await security()
    const other = await running.destination()
    const elsewhere = running.slack.messages('C0APPROVALS').length
    const { status, body } = await running.call<ApprovalView>('POST', `${PATH}/${id}/test`, {
      body: { message: 'Does this arrive?' },
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({ test: true, status: 'pending', action: { summary: 'Does this arrive?' } })
    const [card] = cardsOf(body.id)
    expect(JSON.stringify(card)).toContain('This is a test')
    await click(card?.ts ?? '')
    expect(await read(body.id)).toMatchObject({ status: 'approved', decisions: [{ source: 'slack' }] })
    expect(running.slack.messages('C0APPROVALS').length).toBe(elsewhere)
    const { body: metrics } = await running.slack.command({
      text: 'status',
      userId: ANA,
      channel: 'C0SECURITY',
    })
    expect(metrics).toContain('Decided in 24 h: none')
    await remove(id)
    await remove(other)
  })

  test('a test that Slack refuses says with which code, and switches the destination off', async () => {
    const config = { bot_token: 'xoxb-wrong', channel_id: 'C0SECURITY' }
    // Slack could not be asked when it was saved.
    running.slack.failNext({ method: 'auth.test', status: 503 })
    const id = await running.destination({ config })
    const { status, body } = await running.call('POST', `${PATH}/${id}/test`)
    expect(status).toBe(502)
    expect(body).toMatchObject({ code: 'test_failed', error: 'invalid_auth' })
    expect((await running.call('GET', `${PATH}/${id}`)).body).toMatchObject({
      enabled: false,
      disabled_reason: 'invalid_auth',
    })
    expect((await running.call('POST', `${PATH}/${id}/test`)).body).toMatchObject({
      code: 'destination_disabled',
    })
    const change = { config: { bot_token: BOT_TOKEN }, enabled: true }
    const { body: mended } = await running.call('PATCH', `${PATH}/${id}`, { body: change })
    expect(mended).toMatchObject({ enabled: true, disabled_reason: null })
    expect((await running.call('POST', `${PATH}/${id}/test`)).status).toBe(201)
    await remove(id)
  })

  test('cards of a switched-off destination decide nothing; switched on again, they do', async () => {
    const id = await security()
    const { body: asked } = await running.ask()
    const { ts } = await eventually(() => cardsOf(asked.id)[0])
    await running.call('PATCH', `${PATH}/${id}`, { body: { enabled: false } })
    await click(ts)
    expect((await read(asked.id)).status).toBe('pending')
    await running.call('PATCH', `${PATH}/${id}`, { body: { enabled: true } })
    await click(ts)
    expect((await read(asked.id)).status).toBe('approved')
    await remove(id)
  })

  test('a deleted destination hears nothing new, its open cards still close, and then its secrets go', async () => {
    const id = await security()
    const { body: before } = await running.ask()
    const { ts } = await eventually(() => cardsOf(before.id)[0])
    expect((await remove(id)).status).toBe(204)
    expect((await running.call('GET', `${PATH}/${id}`)).status).toBe(404)
    expect((await remove(id)).status).toBe(404)

    const { body: after } = await running.ask()
    await eventually(() => !JSON.stringify(cardsOf(before.id)).includes('approve_action'))
    await expect(click(ts)).rejects.toThrow(NotOnTheCard)
    expect((await read(before.id)).status).toBe('pending')
    await running.call('POST', `/v1/approvals/${before.id}/withdraw`)
    await eventually(() => cardsOf(before.id).some((message) => message.text.includes('Withdrawn')))
    expect(cardsOf(after.id)).toEqual([])
    const secrets = `select sealed_secrets from destinations where id = '${id}'`
    await eventually(async () => (await select(database.url, secrets))[0]?.sealed_secrets === '')
  })
})
