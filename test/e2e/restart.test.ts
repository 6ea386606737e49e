// Shows that a restart keeps the live card, the waiting agent's question and its Idempotency-Key.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { ANA } from '../fakes/slack-requests.ts'
import { type SlackServer, startSlack } from '../fakes/slack-server.ts'

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let slackServer: SlackServer
  let running: Running

  // Slack goes on while the product is restarted: it stands on a server of its own.
  const start = async () => {
    const env = { SLACK_API_URL: slackServer.slack.apiUrl(), PUBLIC_URL: 'https://sign.example.com' }
    running = await startCountersign({ databaseUrl: database.url, clock, env })
  }
  const restart = async () => {
    await running.stop()
    await start()
  }
  beforeAll(async () => {
    database = await create()
    slackServer = await startSlack(clock, () => running.url)
    await start()
    await running.destination()
  })
  afterAll(async () => {
    await running?.stop()
    await slackServer?.close()
    await database?.drop()
  })

  const cardOf = (approval: ApprovalView, text = '') =>
    eventually(() =>
      slackServer.slack
        .messages(CHANNEL)
        .find((message) => message.text.includes(text) && JSON.stringify(message).includes(approval.id)),
    )
  const click = async (approval: ApprovalView, actionId: string) => {
    const { ts } = await cardOf(approval)
    return slackServer.slack.click({ channel: CHANNEL, ts, actionId, userId: ANA })
  }
  const calls = (method: string) => slackServer.slack.calls.filter((call) => call.method === method)
  const cardsOf = (approval: ApprovalView) =>
    slackServer.slack.messages(CHANNEL).filter((message) => JSON.stringify(message).includes(approval.id))

  test('the card that was posted before still decides, and is redrawn in place', async () => {
    const { body: asked } = await running.ask()
    const { ts } = await cardOf(asked)
    await restart()
    const waiting = running.call<ApprovalView>('GET', `/v1/approvals/${asked.id}?wait_seconds=60`)
    expect((await click(asked, 'approve_action')).status).toBe(200)
    expect((await waiting).body).toMatchObject({
      status: 'approved',
      review_notes: 'Approved by Ana Ruiz via slack',
    })
    expect((await cardOf(asked, 'Approved by')).ts).toBe(ts)
    expect(cardsOf(asked)).toHaveLength(1)
  })

  test('a card whose redraw failed is redrawn by the next start', async () => {
    const { body: asked } = await running.ask()
    const { ts } = await cardOf(asked)
    slackServer.slack.failNext({ method: 'chat.update', status: 500 })
    await click(asked, 'deny_action')
    await eventually(() => calls('chat.update').some(({ args }) => args.ts === ts))
    await restart()
    clock.advance(10_000)
    await cardOf(asked, 'Denied by')
    expect(cardsOf(asked)).toHaveLength(1)
  })

  test('a card that could not be posted is posted once after the start', async () => {
    slackServer.slack.failNext({ method: 'chat.postMessage', status: 503 })
    const { body: asked } = await running.ask()
    await eventually(() =>
      calls('chat.postMessage').some(({ args }) => JSON.stringify(args).includes(asked.id)),
    )
    await restart()
    expect(cardsOf(asked)).toEqual([])
    clock.advance(10_000)
    await cardOf(asked)
    expect(cardsOf(asked)).toHaveLength(1)
  })

  test('what expired while nobody ran is expired, and its card says so', async () => {
    const { body: asked } = await running.ask({ expires_in_seconds: 60 })
    await cardOf(asked)
    await running.stop()
    clock.advance(60_000)
    await start()
    await cardOf(asked, 'Expired')
    expect((await running.call('GET', `/v1/approvals/${asked.id}`)).body).toMatchObject({
      status: 'expired',
      decisions: [],
    })
  })

  test('keys, twins and Idempotency-Keys still hold', async () => {
    const key = await running.key({ roles: ['agent'] })
    const wanted = { action: { tool: 'db.drop', arguments: { table: 'orders' } } }
    const headers = { 'idempotency-key': 'before the restart' }
    const first = await running.ask(wanted, { key, headers })
    await cardOf(first.body)
    const withoutKey = await running.ask(wanted, { key })
    await restart()
    const repeated = await running.ask(wanted, { key, headers })
    expect([repeated.status, repeated.body.id]).toEqual([200, first.body.id])
    const twin = await running.ask(wanted, { key })
    expect([twin.status, twin.body.id]).toEqual([200, withoutKey.body.id])
    expect((await running.ask({}, { key, headers })).status).toBe(422)
    expect(cardsOf(first.body)).toHaveLength(1)
  })

  test('the answer that a press got before is its answer after', async () => {
    const judge = await running.key({
      roles: ['reviewer'],
      person: { name: 'Ben', email: 'ben@example.com' },
    })
    const { body: asked } = await running.ask()
    const call = {
      key: judge,
      body: { decision: 'approve' },
      headers: { 'idempotency-key': 'one press' },
    }
    const path = `/v1/approvals/${asked.id}/decision`
    const first = await running.call('POST', path, call)
    await restart()
    expect(await running.call('POST', path, call)).toMatchObject({ status: 200, body: first.body })
  })
})
