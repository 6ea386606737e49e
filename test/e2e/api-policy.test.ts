// Shows what a policy makes of an agent's request: answered at once, or asked of whom, how long and how seriously.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded, select } from '../fakes/peek.ts'
import { LETS_LOOPBACK } from '../fakes/receiver.ts'
import { govern } from '../fakes/rules-in-force.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

const SECOND = 'C0SECURITY'

let told: EventView[] = []
let hook: Server
beforeAll(async () => {
  hook = createServer(async (req, res) => {
    told.push(JSON.parse(await new Response(req as never).text()))
    res.writeHead(204).end()
  })
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  hook.closeAllConnections()
  hook.close()
})

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create, LETS_LOOPBACK)
  const ids = { main: '', second: '', hook: '' }

  beforeAll(async () => {
    told = []
    const { running } = server
    ids.main = await running.destination()
    const config = { bot_token: 'xoxb-test', channel_id: SECOND }
    ids.second = await running.destination({ name: 'Security', config, tools: ['nothing.at.all'] })
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/in`
    ids.hook = await running.destination({ channel_type: 'webhook', name: 'A bridge', config: { url } })
  })

  const ask = (wanted: object = {}, headers: Record<string, string> = {}) =>
    server.running.ask(wanted as never, { headers })
  const same = (tool: string) => ({ action: { tool, arguments: { always: 'the same' } } })
  /** Under the key of the agent that `ask` has. */
  const again = async (wanted: object, headers: Record<string, string> = {}) => {
    const body = { agent: { id: 'agent-1' }, ...wanted }
    agentKey ??= await server.running.key({ roles: ['agent'] })
    return server.running.call<ApprovalView>('POST', '/v1/approvals', { key: agentKey, body, headers })
  }
  let agentKey: string | undefined
  const read = async ({ id }: ApprovalView, query = '') =>
    (await server.running.call<ApprovalView>('GET', `/v1/approvals/${id}${query}`)).body
  const heard = ({ id }: ApprovalView) => told.filter(({ approval_id }) => approval_id === id)
  /** The channels where it has a card. */
  const cards = ({ id }: ApprovalView) =>
    [CHANNEL, SECOND].filter((channel) =>
      server.running.slack.messages(channel).some((message) => JSON.stringify(message).includes(id)),
    )

  test.each([
    ['allows', { rules: [{ name: 'reads', match: {}, allow: true }] }, 'approved', 'reads', 'rule “reads”'],
    [
      'denies',
      { rules: [{ name: 'never', match: {}, deny: 'Ask the database team' }] },
      'denied',
      'never',
      'Ask the database team',
    ],
    [
      'denies what no rule is for',
      { default: 'deny' },
      'denied',
      null,
      'No rule of the policy allows it or asks for it',
    ],
  ] as const)('what the policy %s is closed at once; machines hear of it, people do not', async (...row) => {
    const [, policy, status, rule, why] = row
    const version = await govern(server.running, policy)
    const asked = await ask()
    const answered_by = { kind: 'policy', rule }
    const said = `${status === 'approved' ? 'Approved' : 'Denied'} by policy: ${why}`
    expect(asked).toMatchObject({
      status: 201,
      body: {
        status,
        answered_by,
        closed_at: asked.body.created_at,
        decisions: [],
        progress: [],
        policy: { version, rule, because: [] },
        review_notes: said,
      },
    })
    expect(await read(asked.body, '?wait_seconds=60')).toEqual(asked.body)

    const key = await server.running.key(reviewer('Ana Ruiz'))
    const path = `/v1/approvals/${asked.body.id}`
    const press = { key, body: { decision: status === 'approved' ? 'deny' : 'approve' } }
    const late = await server.running.call('POST', `${path}/decision`, press)
    const body = { code: 'already_decided', detail: `Already ${status}` }
    expect(late).toMatchObject({ status: 409, body })
    expect(late.body).not.toHaveProperty('decided_by')

    await eventually(() => heard(asked.body).length === 1)
    expect(heard(asked.body)).toMatchObject([
      { type: 'approval.decided', action: status, data: { answered_by, policy: { version, rule } } },
    ])
    expect(cards(asked.body)).toEqual([])
    const sql = `select destination_id from deliveries where subject_id = '${asked.body.id}'`
    expect(await select(server.databaseUrl, sql)).toEqual([{ destination_id: ids.hook }])
    const audited = `select action from audit where subject = '${asked.body.id}' order by id`
    expect(await select(server.databaseUrl, audited)).toEqual([
      { action: 'approval.requested' },
      { action: 'approval.answered' },
    ])
  })

  test('an Idempotency-Key gets the same answer, whatever the policy says by then', async () => {
    const keyed = { 'idempotency-key': 'once' }
    await govern(server.running, { rules: [{ name: 'reads', match: {}, allow: true }] })
    const first = await again(same('db.read'), keyed)
    await govern(server.running, { default: 'deny' })
    expect(await again(same('db.read'), keyed)).toMatchObject({ status: 200, body: first.body })
    const other = await again(same('db.read'), { 'idempotency-key': 'twice' })
    expect(other).toMatchObject({ status: 201, body: { status: 'denied' } })
  })

  test('the same request is asked once while it waits, until the policy asks more of people or denies it', async () => {
    const version = await govern(server.running, {})
    const { body: waiting } = await again(same('db.write'))
    expect(waiting).toMatchObject({ status: 'pending', policy: { version, rule: null } })
    for (const rule of [{ allow: true }, { ask: {} }]) {
      await govern(server.running, { rules: [{ name: 'later', match: {}, ...rule }] })
      expect(await again(same('db.write'))).toMatchObject({ status: 200, body: waiting })
    }
    const two = { requirements: [{ group: 'reviewers', approvals: 2 }] }
    await govern(server.running, { rules: [{ name: 'both', match: {}, ask: two }] })
    const stricter = await again(same('db.write'))
    expect(stricter).toMatchObject({ status: 201, body: { policy: { rule: 'both' } } })
    expect(await again(same('db.write'))).toMatchObject({ status: 200, body: stricter.body })
    await govern(server.running, { rules: [{ name: 'never', match: {}, deny: 'No' }] })
    const { status, body } = await again(same('db.write'))
    expect([status, body.status]).toEqual([201, 'denied'])
    expect(body.id).not.toBe(waiting.id)
    expect((await read(waiting)).status).toBe('pending')
  })

  test('what the policy allows is allowed anew each time', async () => {
    await govern(server.running, { rules: [{ name: 'reads', match: {}, allow: true }] })
    const [one, two] = [await again(same('db.read')), await again(same('db.read'))]
    expect([one.status, two.status, one.body.id === two.body.id]).toEqual([201, 201, false])
  })

  test('a floor raises the risk, by which rules and filters then go', async () => {
    const match = { min_risk: 'high' }
    await govern(server.running, {
      risk_floors: [{ tools: ['payments.*'], at_least: 'high' }],
      rules: [{ name: 'serious', match, ask: { requirements: [{ group: 'reviewers', approvals: 2 }] } }],
    })
    const raised = await ask({ action: { tool: 'payments.refund' }, risk: { level: 'low', score: 0.2 } })
    expect(raised.body).toMatchObject({
      risk: { level: 'high', score: 0.2 },
      policy: { rule: 'serious' },
      progress: [{ requirement: 'reviewers', approved: [], missing: 2 }],
    })
    await eventually(() => heard(raised.body).length > 0)
    expect(heard(raised.body)).toMatchObject([{ type: 'approval.requested', severity: 'high' }])
    const critical = await ask({ action: { tool: 'payments.refund' }, risk: { level: 'critical' } })
    expect(critical.body.risk.level).toBe('critical')
    expect((await ask({ risk: { level: 'low' } })).body).toMatchObject({
      risk: { level: 'low' },
      policy: { rule: null },
    })
  })

  test.each([
    [3600, 600],
    [600, 600],
    [60, 60],
    [undefined, 600],
  ])('who asks for %s seconds gets %s where the rule gives 600 at most', async (given, expected) => {
    await govern(server.running, { rules: [{ name: 'soon', match: {}, ask: { expires_in_seconds: 600 } }] })
    const { body } = await ask({ ...(given !== undefined && { expires_in_seconds: given }) })
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(expected * 1000)
  })

  test('cards go where the rule says, whatever the filters there, and machines hear as before', async () => {
    await govern(server.running, {
      rules: [{ name: 'there', match: {}, ask: { destinations: [ids.second] } }],
    })
    const { body } = await ask()
    await eventually(() => cards(body).length > 0 && heard(body).length > 0)
    expect(cards(body)).toEqual([SECOND])
    await server.running.call('POST', `/v1/approvals/${body.id}/withdraw`)
    await eventually(() => heard(body).length === 2)
    expect(cards(body)).toEqual([SECOND])
  })

  test('what the agent must give is refused without it, by name, and nothing is recorded', async () => {
    const require = ['reasons', 'summary', 'requested_by']
    await govern(server.running, { rules: [{ name: 'tell me why', match: {}, ask: { require } }] })
    const whole = {
      action: { tool: 't', summary: 'What it does' },
      reasons: ['BECAUSE'],
      requested_by: { email: 'olu@example.com' },
    }
    const before = await recorded(server.databaseUrl)
    for (const [given, named] of [
      [{}, 'reasons, summary and requested_by'],
      [{ ...whole, reasons: [' '] }, 'reasons'],
      [{ ...whole, action: { tool: 't', summary: 't' }, reasons: [] }, 'reasons and summary'],
    ] as const) {
      const detail = `The policy asks the agent for ${named}`
      expect(await ask(given)).toMatchObject({ status: 422, body: { code: 'required_by_policy', detail } })
    }
    expect(await recorded(server.databaseUrl)).toEqual(before)
    expect((await ask(whole)).status).toBe(201)
  })

  test('why a rule applied although something could not be compared is said', async () => {
    const match = { where: { amount: { above: 500 } } }
    await govern(server.running, { rules: [{ name: 'large', match, ask: {} }] })
    const arguments_ = { amount: 'much' }
    const { body } = await ask({ action: { tool: 't', arguments: arguments_ } })
    expect(body.policy?.because).toEqual([expect.stringContaining('amount')])
    expect((await ask({ action: { tool: 't', arguments: { amount: '480.00' } } })).body.policy).toMatchObject(
      {
        rule: null,
      },
    )
  })

  test('a test of a destination is subject to no policy', async () => {
    await govern(server.running, { default: 'deny' })
    const path = `/v1/settings/notifications/${ids.main}/test`
    expect((await server.running.call('POST', path)).body).toMatchObject({ status: 'pending', policy: null })
  })
})
