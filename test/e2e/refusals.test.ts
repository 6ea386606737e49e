// Shows that a refused press or call leaves a trace: on record where we know whose it was, and in the metrics always.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { select } from '../fakes/peek.ts'
import { clickOf, type Press, payload, postToSlackEndpoint } from '../fakes/slack-requests.ts'

const GUEST = 'U0GUEST000'

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let running: Running
  let asked: ApprovalView
  let ts: string

  beforeAll(async () => {
    database = await create()
    running = await startCountersign({ databaseUrl: database.url, clock, teams: true })
    await running.destination()
    asked = (await running.ask()).body
    ts = (await eventually(() => running.slack.messages(CHANNEL)[0])).ts
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
  })

  const factsOf = (canonical: unknown) => JSON.parse(String(canonical)).facts
  async function traces(): Promise<Record<string, unknown>[]> {
    const sql = `select canonical from audit where action = 'attempt.refused' order by id`
    return (await select(database.url, sql)).map(({ canonical }) => factsOf(canonical))
  }
  /** The rows that `work` adds, of which there are so many. */
  async function added(count: number, work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
    // A minute of its own, in which nothing is folded with what was refused before.
    clock.advance(60_000)
    const since = new Date(clock.now()).toISOString()
    await work()
    return eventually(async () => {
      const rows = (await traces()).filter((facts) => facts.since === since)
      return rows.length >= count ? rows : undefined
    })
  }
  async function counts(): Promise<Record<string, number>> {
    const headers = { authorization: `Bearer ${running.config.adminKey}` }
    const text = await (await fetch(`${running.url}/metrics`, { headers })).text()
    const found = text.matchAll(/^countersign_refusals_total\{surface="(\w+)",reason="(\w+)"\} (\d+)$/gm)
    return Object.fromEntries([...found].map(([, surface, reason, n]) => [`${surface} ${reason}`, Number(n)]))
  }
  const click = (press: Partial<Press>, differences = {}, secret?: string) =>
    postToSlackEndpoint(running.url, clock, {
      body: payload(clickOf({ approvalId: asked.id, ts, ...press }, differences)),
      ...(secret !== undefined && { secret }),
    })

  test('refused presses are on record, with whose and for what, folded by person, reason and approval', async () => {
    const rows = await added(2, async () => {
      await Promise.all([click({ user: GUEST }), click({ user: GUEST }), click({ user: GUEST })])
      await click({ ts: '1767225600.000999', channel: 'C0ELSEWHERE', approvalId: `${asked.id} or 1=1` })
    })
    const by = { platform: 'slack', tenant: 'T0SANDBOX0', user_id: GUEST }
    expect(rows).toMatchObject([
      { surface: 'slack', reason: 'not_a_reviewer', by, about: asked.id, count: 1 },
      { surface: 'slack', reason: 'approval_not_found', about: null },
    ])
    expect(rows).toHaveLength(2)
    expect(await counts()).toMatchObject({ 'slack not_a_reviewer': 3, 'slack approval_not_found': 1 })
  })

  test("a known key's refused calls are on record, and the mistakes in a form are not", async () => {
    const keys = [
      await running.key({ roles: ['agent'], agent_id: 'mine' }),
      await running.key({ roles: ['auditor'] }),
    ]
    const [agent = '', auditor = ''] = keys
    const body = { agent: { id: 'another' }, action: { tool: 't' } }
    const rows = await added(4, async () => {
      await running.call('POST', '/v1/approvals', { key: agent, body })
      await running.call('GET', `/v1/approvals/${asked.id}`, { key: agent })
      await running.call('POST', `/v1/approvals/${asked.id}/withdraw`, { key: agent })
      await running.call('POST', `/v1/approvals/${asked.id}/decision`, {
        key: auditor,
        body: { decision: 'approve' },
      })
      await running.call('POST', '/v1/approvals', { key: agent, body: { agent: {} } })
      await running.call('DELETE', '/v1/approvals', { key: agent })
      await running.call('POST', '/v1/approvals', { key: auditor, body })
      const twice = '{"agent":{"id":"mine"},"agent":{"id":"another"},"action":{"tool":"t"}}'
      await running.call('POST', '/v1/approvals', { key: agent, body: twice })
    })
    expect(rows).toMatchObject([
      { surface: 'api', reason: 'agent_mismatch', by: { platform: 'api' }, about: null, count: 1 },
      { surface: 'api', reason: 'approval_not_found', about: asked.id, count: 1 },
      { surface: 'api', reason: 'forbidden', about: asked.id, count: 1 },
      { surface: 'api', reason: 'forbidden', about: null, count: 1 },
    ])
  })

  test('strangers are counted by surface and reason, and are not on record', async () => {
    const before = await counts()
    const rowsBefore = await traces()
    await running.call('GET', '/v1/approvals', { key: 'nobody' })
    await running.call('GET', '/no/such/path', { key: 'nobody' })
    await click({}, {}, 'a wrong secret')
    for (const path of ['/v1/webhooks/slack/interactions/', '/V1/Webhooks/Slack/interactions']) {
      await fetch(running.url + path, { method: 'POST', body: 'unsigned' })
    }
    await click({ team: 'T0ELSEWHERE' })
    await running.teams.send({ type: 'typing', channelId: 'msteams', serviceUrl: 'https://x' }, 'no token')
    const after = await eventually(async () => {
      const now = await counts()
      return now['slack not_a_reviewer'] !== before['slack not_a_reviewer'] && now
    })
    const changes = Object.entries(after).filter(([series, value]) => value !== before[series])
    expect(
      Object.fromEntries(changes.map(([series, value]) => [series, value - (before[series] ?? 0)])),
    ).toEqual({
      'api unauthorized': 1,
      'slack invalid_signature': 3,
      'slack not_a_reviewer': 1,
      'teams invalid_token': 1,
    })
    expect(await traces()).toEqual(rowsBefore)
  })

  test('a flood of refused calls is one row while it lasts, and another at the stop', async () => {
    const database = await create()
    const flooded = await startCountersign({ databaseUrl: database.url, clock })
    const key = await flooded.key({ roles: ['auditor'] })
    const refuse = async () => {
      for (let time = 0; time < 50; time++) await flooded.call('GET', '/v1/approvals/apr_none', { key })
    }
    await Promise.all([refuse(), refuse(), refuse(), refuse()])
    const sql = `select canonical from audit where action = 'attempt.refused' order by id`
    const rows = async () =>
      (await select(database.url, sql)).map(({ canonical }) => factsOf(canonical).count)
    expect(await eventually(async () => ((await rows()).length > 0 ? rows() : undefined))).toEqual([1])
    await flooded.stop()
    expect(await rows()).toEqual([1, 199])
    await database.drop()
  })
})
