// Shows that the numbers and the log tell what happened: each number is read before and after it should have changed.

import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually, freePort, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'

const ANA = 'U0ANARUIZ0'

/** Values by their series, as `name{label="value"}`. */
type Scrape = Map<string, number>

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let running: Running
  let reviewer: string
  const logged: Record<string, unknown>[] = []

  beforeAll(async () => {
    database = await create()
    // What was asked before there was a destination shall not be sent there later.
    const env = {
      UNREACHED_AFTER_SECONDS: '3600',
      EGRESS_ALLOW_CIDRS: '127.0.0.0/8',
      EGRESS_ALLOW_HTTP: 'true',
    }
    const log = pino({ level: 'debug', base: null }, { write: (line) => void logged.push(JSON.parse(line)) })
    running = await startCountersign({ databaseUrl: database.url, clock, env, log })
    const person = { name: 'Rey', email: 'rey@example.com' }
    reviewer = await running.key({ roles: ['reviewer'], person })
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
  })

  async function scrape(): Promise<Scrape> {
    const response = await fetch(`${running.url}/metrics`, {
      headers: { authorization: `Bearer ${running.config.adminKey}` },
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(
      lines.map((line) => line.split(/ (?=\S+$)/) as [string, string]).map(([k, v]) => [k, Number(v)]),
    )
  }

  /** What `work` adds to each series that has `name` in its name. */
  async function added(name: string, work: () => Promise<unknown>): Promise<Record<string, number>> {
    const before = await scrape()
    await work()
    const after = await scrape()
    const changes = [...after].map(([series, value]) => [series, value - (before.get(series) ?? 0)] as const)
    return Object.fromEntries(changes.filter(([series, change]) => series.startsWith(name) && change !== 0))
  }

  const decide = (id: string, decision: string, headers = {}) =>
    running.call('POST', `/v1/approvals/${id}/decision`, { key: reviewer, body: { decision }, headers })

  test('requests are counted by the pattern of their route, and never by what a path holds', async () => {
    const changes = await added('countersign_http_requests_total', async () => {
      const { body } = await running.ask()
      await running.call('GET', `/v1/approvals/${body.id}`)
      await running.call('GET', '/v1/approvals/apr_secret-of-somebody')
      await running.call('GET', '/v1/approvals/%ff')
      await running.call('GET', '/v1/approvals', { key: 'nobody' })
      await running.call('DELETE', '/v1/approvals')
      await running.call('POST', '/v1/approvals', { body: '{' })
      await running.call('GET', '/wp-admin/secret-of-somebody')
    })
    const of = (method: string, route: string, status: number) =>
      changes[`countersign_http_requests_total{method="${method}",route="${route}",status="${status}"}`]
    expect(of('POST', '/v1/approvals', 201)).toBe(1)
    expect(of('GET', '/v1/approvals/:id', 200)).toBe(1)
    expect(of('GET', '/v1/approvals/:id', 404)).toBe(1)
    expect(of('GET', '/v1/approvals', 401)).toBe(1)
    expect(of('DELETE', '/v1/approvals', 405)).toBe(1)
    expect(of('POST', '/v1/approvals', 400)).toBe(1)
    expect(of('GET', 'none', 404)).toBe(1)
    expect(of('GET', 'none', 400)).toBe(1)
    const problems = await scrape()
    const problem = (method: string, route: string, code: string) =>
      problems.get(`countersign_http_problems_total{method="${method}",route="${route}",code="${code}"}`)
    expect(problem('GET', '/v1/approvals', 'unauthorized')).toBe(1)
    expect(problem('POST', '/v1/approvals', 'malformed_json')).toBe(1)
    expect(problem('GET', 'none', 'not_found')).toBe(1)
    const series = [...problems.keys()]
    expect(series.filter((name) => name.includes('secret-of-somebody') || name.includes('apr_'))).toEqual([])
    expect(series.some((name) => name.startsWith('countersign_http_request_seconds_bucket{'))).toBe(true)
  })

  test('each endpoint is counted for itself, also where one route serves many', async () => {
    const asked: [string, string, string][] = [
      ['GET', '/approvals/apr_x', '/approvals/:id'],
      ['GET', '/Events/evt_x/', '/events/:id'],
      ['POST', '/v1/webhooks/slack/interactions', '/v1/webhooks/slack/interactions'],
      ['POST', '/v1/webhooks/slack/commands', '/v1/webhooks/slack/commands'],
    ]
    const changes = await added('countersign_http_requests_total', async () => {
      for (const [method, path] of asked) await (await fetch(running.url + path, { method })).text()
    })
    const routes = Object.keys(changes).map((series) =>
      /method="(\w+)",route="([^"]+)"/.exec(series)?.slice(1),
    )
    expect(routes).toEqual(expect.arrayContaining(asked.map(([method, , route]) => [method, route])))
  })

  test('who hangs up before the answer is counted as aborted', async () => {
    const { body } = await running.ask()
    const series = 'countersign_http_requests_total{method="GET",route="/v1/approvals/:id",status="aborted"}'
    const changes = await added(series, async () => {
      const socket = connect(Number(new URL(running.url).port), '127.0.0.1')
      socket.write(
        `GET /v1/approvals/${body.id}?wait_seconds=60 HTTP/1.1\r\nHost: x\r\n` +
          `Authorization: Bearer ${running.config.adminKey}\r\n\r\n`,
      )
      await delay(100)
      socket.destroy()
      await eventually(async () => (await scrape()).has(series))
    })
    expect(changes).toEqual({ [series]: 1 })
  })

  test('decisions are counted with verdict and source, with the time that they took, and once', async () => {
    const { body: first } = await running.ask()
    const { body: second } = await running.ask()
    clock.advance(42_000)
    const changes = await added('countersign_decisions_total', async () => {
      await decide(first.id, 'deny', { 'idempotency-key': 'k' })
      // The same press again, and a late one.
      expect((await decide(first.id, 'deny', { 'idempotency-key': 'k' })).status).toBe(200)
      expect((await decide(first.id, 'approve')).status).toBe(409)
    })
    expect(changes).toEqual({ 'countersign_decisions_total{verdict="deny",source="api"}': 1 })
    const times = await added('countersign_time_to_decide_seconds', () => decide(second.id, 'approve'))
    expect(times.countersign_time_to_decide_seconds_sum).toBe(42)
    expect(times.countersign_time_to_decide_seconds_count).toBe(1)
    expect(times['countersign_time_to_decide_seconds_bucket{le="30"}']).toBeUndefined()
    expect(times['countersign_time_to_decide_seconds_bucket{le="60"}']).toBe(1)
  })

  test('pending approvals are told by risk, also where there are none', async () => {
    const critical = 'countersign_pending_approvals{risk="critical"}'
    expect((await scrape()).get(critical)).toBe(0)
    const { body } = await running.ask({ risk: { level: 'critical' } })
    expect((await scrape()).get(critical)).toBe(1)
    await decide(body.id, 'deny')
    expect((await scrape()).get(critical)).toBe(0)
  })

  describe('with a destination', () => {
    let destination: string
    const deliveries = (outcome: string) =>
      `countersign_deliveries_total{channel_type="slack",outcome="${outcome}"}`
    const sends = (outcome: string, work: () => Promise<unknown>) =>
      added('countersign_deliveries_total', async () => {
        const before = (await scrape()).get(deliveries(outcome)) ?? 0
        await work()
        await eventually(async () => ((await scrape()).get(deliveries(outcome)) ?? 0) > before)
      })

    beforeAll(async () => {
      destination = await running.destination()
    })

    test('a card that arrives is delivered, and a click is a decision from there', async () => {
      let asked: ApprovalView | undefined
      const sent = await sends('delivered', async () => {
        asked = (await running.ask()).body
      })
      expect(sent).toEqual({ [deliveries('delivered')]: 1 })
      const card = running.slack
        .messages(CHANNEL)
        .find((one) => JSON.stringify(one).includes(asked?.id ?? ''))
      const click = { channel: CHANNEL, ts: card?.ts as string, actionId: 'approve_action', userId: ANA }
      const changes = await added('countersign_decisions_total', () => running.slack.click(click))
      expect(changes).toEqual({ 'countersign_decisions_total{verdict="approve",source="slack"}': 1 })
    })

    test('the decision of a test is no decision', async () => {
      const { body } = await running.call<ApprovalView>(
        'POST',
        `/v1/settings/notifications/${destination}/test`,
      )
      expect(await added('countersign_decisions_total', () => decide(body.id, 'approve'))).toEqual({})
      expect((await running.call('GET', `/v1/approvals/${body.id}`)).body.status).toBe('approved')
    })

    test('a failure is a retry, and a plea to slow down is none', async () => {
      const fail = (fault: object) => () => {
        running.slack.failNext({ method: 'chat.postMessage', ...fault })
        return running.ask()
      }
      const retried = await sends('retried', fail({ error: 'internal_error' }))
      expect(retried[deliveries('retried')]).toBe(1)
      const why = 'countersign_delivery_failures_total{channel_type="slack",reason="internal_error"}'
      expect((await scrape()).get(why)).toBe(1)
      await sends('delivered', async () => clock.advance(60_000))
      const throttled = await sends('throttled', fail({ status: 429, retryAfterSeconds: 30 }))
      expect(throttled[deliveries('throttled')]).toBe(1)
      await sends('delivered', async () => clock.advance(31_000))
    })

    test('what is sent is logged with where it went and how, and a failure with its cause; never the address', async () => {
      const nowhere = `127.0.0.1:${await freePort()}`
      const webhook = await running.destination({
        channel_type: 'webhook',
        name: 'Nowhere',
        events: ['incident'],
        config: { url: `http://${nowhere}/hooks/hush?token=hush` },
      })
      logged.length = 0
      const event = { type: 'incident', agent: { id: 'agent-1' }, summary: 'hush' }
      await running.call('POST', '/v1/events', { body: event })
      const said = (msg: string, destination: string) =>
        eventually(() => logged.find((line) => line.msg === msg && line.destination === destination))
      const sent = { eventType: 'incident', tookMs: 0, count: 1 }
      const refused = { code: 'network_error', cause: 'ECONNREFUSED' }
      expect(await said('a send failed and is tried again', webhook)).toMatchObject({ level: 40, ...refused })
      const failed = { channelType: 'webhook', host: nowhere, outcome: 'retried', code: 'network_error' }
      expect(await said('sent', webhook)).toMatchObject({ level: 20, ...sent, ...failed })
      const { host } = new URL(running.slack.apiUrl())
      const arrived = { channelType: 'slack', host, outcome: 'delivered' }
      expect(await said('sent', destination)).toMatchObject({ level: 20, ...sent, ...arrived })
      expect(JSON.stringify(logged)).not.toContain('hush')
      await running.call('DELETE', `/v1/settings/notifications/${webhook}`)
    })

    test('the queue is as old as the delivery that has been due for longest', async () => {
      const release = running.slack.failNext({ method: 'chat.postMessage', hang: true })
      await running.ask()
      clock.advance(7_000)
      expect((await scrape()).get('countersign_delivery_queue_age_seconds')).toBe(7)
      await sends('delivered', async () => release())
      expect((await scrape()).get('countersign_delivery_queue_age_seconds')).toBe(0)
    })

    test('what can never be shown is dead, and a place that is gone is switched off', async () => {
      let asked: ApprovalView | undefined
      const dead = await sends('dead', async () => {
        running.slack.failNext({ method: 'chat.postMessage', error: 'msg_too_long' })
        asked = (await running.ask()).body
      })
      expect(dead).toEqual({ [deliveries('dead')]: 1 })
      const skipped = await sends('skipped', () => decide(asked?.id as string, 'deny'))
      expect(skipped).toEqual({ [deliveries('skipped')]: 1 })
      const off = await sends('destination_disabled', async () => {
        running.slack.failNext({ method: 'chat.postMessage', error: 'channel_not_found' })
        await running.ask()
      })
      expect(off).toEqual({ [deliveries('destination_disabled')]: 1 })
      // What waits for an admin is not late.
      clock.advance(3_600_000)
      expect((await scrape()).get('countersign_delivery_queue_age_seconds')).toBe(0)
    })
  })

  test('the process tells of itself', async () => {
    expect((await scrape()).get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
  })
})
