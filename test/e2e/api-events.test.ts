// Shows that agents tell what happens in our words or other products', and a batch as a whole or not at all.

import { describe, expect, test } from 'vitest'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

const EVENTS = '/v1/events'

interface Answer {
  id: string
  code: string
  detail: string
  data: Record<string, unknown>[]
  errors: { path: string; message: string }[]
}

const OURS = {
  type: 'policy.violation',
  severity: 'high',
  created_at: '2026-01-19T10:00:00Z',
  agent: { id: 'agent-123', name: 'Customer Support Bot' },
  summary: 'PII detected in agent response',
  action: 'blocked',
  data: { policy_id: 'pol-456', context: { user_id: 'user-789' } },
}
const DETAILED = {
  event: 'policy.violation',
  timestamp: OURS.created_at,
  agent_id: 'agent-123',
  agent_name: 'Customer Support Bot',
  severity: 'high',
  details: { ...OURS.data, action: 'blocked', message: OURS.summary },
}
const ENCLOSED = {
  type: 'policy.violation',
  created_at: OURS.created_at,
  data: {
    ...OURS.data,
    agent_id: 'agent-123',
    agent_name: 'Customer Support Bot',
    action: 'blocked',
    reason: OURS.summary,
  },
}
const plain = (wanted: object = {}) => ({ type: 'incident', agent: { id: 'agent-1' }, ...wanted })

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)

  const call = (method: string, path: string, body?: unknown, key?: string) =>
    server.running.call<Answer>(method, path, { ...(body !== undefined && { body }), ...(key && { key }) })
  const tell = (body: unknown, key?: string) => call('POST', EVENTS, body, key)
  const recorded = () =>
    select(server.databaseUrl, 'select id from events union all select id from deliveries')
  /** Refused, and nothing of it is on record. */
  async function refused(body: unknown, status = 400, key?: string) {
    const before = await recorded()
    const answer = await tell(body, key)
    expect(answer.status).toBe(status)
    expect(await recorded()).toEqual(before)
    return answer.body
  }

  test('the same event in our envelope and in both documented shapes becomes the same record', async () => {
    const records: unknown[] = []
    for (const shape of [OURS, DETAILED, ENCLOSED]) {
      const { status, body } = await tell(shape)
      expect(status).toBe(201)
      const { id, url, ...rest } = body.data[0] as { id: string; url: string }
      expect(url).toBe(`${server.running.url}/events/${id}`)
      expect((await call('GET', `${EVENTS}/${id}`)).body).toEqual(body.data[0])
      records.push(rest)
    }
    expect(records[0]).toEqual({
      type: 'policy.violation',
      severity: 'high',
      created_at: new Date(server.clock.now()).toISOString(),
      environment: null,
      key: { id: 'key_environment', name: 'COUNTERSIGN_ADMIN_KEY' },
      agent: OURS.agent,
      tool: null,
      summary: OURS.summary,
      action: 'blocked',
      approval_id: null,
      acknowledged: null,
      data: { ...OURS.data, occurred_at: OURS.created_at },
    })
    expect(records[1]).toEqual(records[0])
    expect(records[2]).toEqual(records[0])
  })

  test('what only another shape has is kept: its id, its environment, its meta', async () => {
    const [enclosed] = (await tell({ ...ENCLOSED, id: 'evt_abc123def456', environment: 'production' })).body
      .data
    expect(enclosed).toMatchObject({ environment: 'production', data: { source_id: 'evt_abc123def456' } })
    const [detailed] = (await tell({ ...DETAILED, meta: { request_id: 'req-xyz' } })).body.data
    expect(detailed).toMatchObject({ data: { meta: { request_id: 'req-xyz' } } })
  })

  test.each([
    [{ type: 'budget.threshold_reached' }, { type: 'budget.warning', severity: 'medium' }],
    [{ type: 'Policy.Violation' }, { type: 'policy.violation', severity: 'high' }],
    [
      { event: 'drift_alert', severity: 'medium-high' },
      { type: 'drift.alert', severity: 'medium' },
    ],
    [
      { type: 'deny', data: { agent_id: 'agent-7' } },
      { type: 'decision.deny', agent: { id: 'agent-7' } },
    ],
    [
      { type: 'incident', severity: 'warning' },
      { severity: 'medium', summary: expect.stringMatching(/now\.$/) },
    ],
    [
      { type: 'incident', data: { agent_id: 'a' }, agent: { id: 'b' } },
      { agent: { id: 'b' }, data: { agent_id: 'a' } },
    ],
  ])('%j is read as %j', async (given, read) => {
    const { status, body } = await tell(given)
    expect(status).toBe(201)
    expect(body.data[0]).toMatchObject(read)
  })

  const LONG = 'x'.repeat(16_384)
  test.each([
    [{ type: 'policy.violaton' }, 'type', 'did you mean policy.violation?'],
    [{ event: 'pii_detected' }, 'event', 'did you mean pii.detected?'],
    [{ type: 'x'.repeat(101) }, 'type', '100'],
    [plain({ severty: 'high' }), 'severty', 'did you mean severity?'],
    [plain({ agent: { id: 'a', nme: 'A' } }), 'agent.nme', 'Unknown field'],
    [{ ...DETAILED, summary: 'no' }, 'summary', 'Unknown field'],
    [{ ...ENCLOSED, tool: 'no' }, 'tool', 'Unknown field'],
    [plain({ severity: 'grave' }), 'severity', 'must be info, low, medium, high or critical'],
    [plain({ data: ['a list'] }), 'data', 'must be a JSON object'],
    [plain({ summary: 'a\0b' }), 'summary', 'NUL'],
    [plain({ created_at: 'yesterday' }), 'created_at', 'must be a time such as'],
    [plain({ data: { text: LONG } }), 'data', 'at most 16384 characters'],
    [{ ...DETAILED, details: { text: LONG } }, 'details', 'at most 16384 characters'],
    [{ ...DETAILED, meta: { text: LONG } }, 'meta', 'at most 16384 characters'],
    [{ ...ENCLOSED, data: { agent_id: 'a', text: LONG } }, 'data', 'at most 16384 characters'],
    [{}, 'type', ''],
    [[], 'body', ''],
  ])('what cannot be read is refused, and the mistake is named (%#)', async (given, path, sentence) => {
    const { code, errors } = await refused(given)
    expect(code).toBe('invalid_request')
    expect(errors[0]?.path).toBe(path)
    expect(errors[0]?.message).toContain(sentence)
  })

  test.each([
    'approval.requested',
    'approval_request',
    'hitl.approved',
    'HITL.rejected',
    'approval.unreached',
    'destination.misconfigured',
    'destination.disabled',
    'event.acknowledged',
  ])('%s is told by nobody but us, in no shape and not in a batch', async (type) => {
    const shapes = [{ type }, { event: type }, { type, data: { agent_id: 'a' } }]
    for (const body of [...shapes, { events: [plain(), { type }] }]) {
      expect((await refused(body, 403)).code).toBe('reserved_event_type')
    }
  })

  test('a batch of 100 is recorded in its order; of 101 nothing is', async () => {
    const batch = (size: number) => ({
      events: Array.from({ length: size }, (_, i) => plain({ summary: `number ${i}` })),
    })
    const { status, body } = await tell(batch(100))
    expect(status).toBe(201)
    expect(body.data.map(({ summary }) => summary)).toEqual(
      Array.from({ length: 100 }, (_, i) => `number ${i}`),
    )
    expect((await refused(batch(101))).errors[0]?.path).toBe('events')
    expect((await refused(batch(0))).errors[0]?.path).toBe('events')
    expect((await refused({ ...batch(1), more: true })).errors[0]?.path).toBe('more')
  })

  test('one bad event keeps its whole batch out, and its place is named', async () => {
    const { detail, errors } = await refused({
      events: [plain(), DETAILED, plain({ type: 'incidnt' }), plain({ agent: {} })],
    })
    expect(errors.map(({ path }) => path)).toEqual(['events.2.type', 'events.3.agent.id'])
    expect(detail).toContain('did you mean incident?')
  })

  test('a key that speaks for one agent tells of no other and of nobody', async () => {
    const key = await server.running.key({ roles: ['agent'], agent_id: 'agent-1' })
    expect((await tell(plain(), key)).status).toBe(201)
    const others = [plain({ agent: { id: 'agent-2' } }), { type: 'incident' }, DETAILED, ENCLOSED]
    for (const body of [...others, { events: [plain(), others[0]] }]) {
      expect((await refused(body, 403, key)).code).toBe('agent_mismatch')
    }
  })

  test('agents tell and do not read; reviewers and auditors read and do not tell', async () => {
    const [event] = (await tell(plain())).body.data
    const agent = await server.running.key({ roles: ['agent'] })
    expect((await call('GET', `${EVENTS}/${event?.id}`, undefined, agent)).status).toBe(403)
    for (const roles of [reviewer('Rita'), { roles: ['auditor'] }]) {
      const key = await server.running.key(roles)
      expect((await refused(plain(), 403, key)).code).toBe('forbidden')
      expect((await call('GET', `${EVENTS}/${event?.id}`, undefined, key)).status).toBe(200)
    }
  })

  test('an event that is not there, or is about an approval, is not found', async () => {
    const { body: approval } = await server.running.ask()
    const sql = `select id from events where approval_id = '${approval.id}'`
    const [own] = await select(server.databaseUrl, sql)
    for (const id of [own?.id, 'evt_00000000000000000000000000', "x'--", '%00']) {
      expect((await call('GET', `${EVENTS}/${id}`)).status).toBe(404)
    }
  })
})
