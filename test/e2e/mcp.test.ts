// Shows that agents ask, wait and redeem by tools as they do by the API: with its keys, limits, checks and refusals.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { CLIENTS, type McpClient } from '../fakes/mcp-clients.ts'
import { select } from '../fakes/peek.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'
import { areWaiting } from '../fakes/waiting.ts'

const [sqlite] = databases
const { create } = sqlite as NonNullable<typeof sqlite>
const server = sharedServer(create)
const AGENT = { roles: ['agent'], agent_id: 'refund-agent' }
let agent: string
let judge: string

beforeAll(async () => {
  agent = await server.running.key(AGENT)
  judge = await server.running.key(reviewer('Ana Ruiz'))
})

/** Asked by nobody else. */
const refund = () => ({
  tool: 'payments.refund',
  arguments: { order: randomBytes(6).toString('hex'), amount: '480.00' },
  environment: 'production',
})

const decide = (id: unknown, decision = 'approve', note?: string) =>
  server.running.call('POST', `/v1/approvals/${id}/decision`, { key: judge, body: { decision, note } })

const read = async (id: unknown) =>
  (await server.running.call<ApprovalView>('GET', `/v1/approvals/${id}`)).body

/** The approvals of that key that wait. */
async function pendingOf(key: string): Promise<ApprovalView[]> {
  const path = '/v1/approvals?status=pending&include=details'
  return (await server.running.call<{ data: ApprovalView[] }>('GET', path, { key })).body.data
}

const onlyPendingOf = (key: string) => eventually(async () => (await pendingOf(key))[0])

interface Posted {
  status: number
  headers: Headers
  /** The one message that was answered, or the problem. */
  body: Record<string, unknown> & { code?: string; result?: { content: { text: string }[] } }
}

/** Without a client, as anybody may send it. */
async function post(body: unknown, headers: Record<string, string> = {}): Promise<Posted> {
  const response = await fetch(`${server.running.url}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${agent}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  const [, data = text] = /^data: (.*)$/m.exec(text) ?? []
  return { status: response.status, headers: response.headers, body: data === '' ? {} : JSON.parse(data) }
}

const calling = (name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
})

describe.each(CLIENTS)('$name', ({ overHttp }) => {
  let client: McpClient

  beforeAll(async () => {
    client = await overHttp(server.running.url, agent)
  })
  afterAll(() => client.close())

  test('reads what each tool does, takes and answers', async () => {
    const tools = await client.tools()
    expect([...tools.keys()]).toEqual([
      'request_approval',
      'check_approval',
      'wait_for_approval',
      'redeem',
      'report_event',
      'approve',
    ])
    for (const [name, tool] of tools) {
      const { annotations, inputSchema, outputSchema } = tool as Record<string, Record<string, unknown>>
      expect(Object.keys(annotations ?? {})).toHaveLength(4)
      expect(inputSchema?.type).toBe('object')
      // Claude Code reads the text of `approve`, and it alone.
      expect(outputSchema?.type).toBe(name === 'approve' ? undefined : 'object')
    }
    expect(tools.get('wait_for_approval')?.annotations).toMatchObject({ readOnlyHint: true })
    expect(tools.get('redeem')?.annotations).toMatchObject({ readOnlyHint: false, idempotentHint: false })
  })

  test('asks, waits until somebody has decided, and redeems what was approved once', async () => {
    const action = refund()
    const { structured: asked, text } = await client.call('request_approval', { action })
    expect(asked).toMatchObject({
      status: 'pending',
      next: expect.stringContaining('Call wait_for_approval with this approval_id'),
    })
    expect(JSON.parse(text)).toEqual(asked)
    const { approval_id } = asked
    expect((await read(approval_id)).agent.id).toBe('refund-agent')

    const waiting = client.call('wait_for_approval', { approval_id })
    expect((await client.call('check_approval', { approval_id })).structured.status).toBe('pending')
    await decide(approval_id)
    expect((await waiting).structured).toMatchObject({
      status: 'approved',
      grant: { state: 'live' },
      next: expect.stringContaining('call redeem'),
    })

    const other = { ...action, environment: 'staging' }
    expect((await client.call('redeem', { approval_id, action: other })).text).toBe(
      'action_mismatch: This is not the action that was approved: action.environment differs',
    )
    const { structured: redeemed } = await client.call('redeem', { approval_id, action })
    expect(redeemed).toMatchObject({ approval_id, receipt: expect.stringMatching(/^ey.*\..*\./) })
    expect(redeemed.next).toMatch(/^Run exactly this action now, once/)
    expect(await client.call('redeem', { approval_id, action })).toMatchObject({
      isError: true,
      text: 'already_redeemed: Already redeemed: what was approved may run once',
    })
  })

  test('who gives up waiting is waited for by nothing', async () => {
    const { structured } = await client.call('request_approval', { action: refund() })
    const hangUp = new AbortController()
    const { approval_id } = structured
    const waiting = client.call('wait_for_approval', { approval_id }, hangUp.signal).catch(() => 'gave up')
    await areWaiting(server.running.url, 1)
    hangUp.abort()
    expect(await waiting).toBe('gave up')
    await areWaiting(server.running.url, 0)
  })

  test('of another agent an approval is not found, and nothing of it is told', async () => {
    const { body: others } = await server.running.ask()
    const { id: approval_id, action } = others
    const { tool, arguments: args } = action
    const answers = await Promise.all([
      client.call('check_approval', { approval_id }),
      client.call('wait_for_approval', { approval_id }),
      client.call('redeem', { approval_id, action: { tool, arguments: args } }),
    ])
    for (const answer of answers) {
      expect(answer).toEqual({
        isError: true,
        structured: {},
        text: `approval_not_found: There is no approval ${approval_id}`,
      })
    }
  })

  test('what is wrong with an input is told in words', async () => {
    const { isError, text } = await client.call('request_approval', { action: { toll: 'payments.refund' } })
    expect([isError, text]).toEqual([
      true,
      'invalid_request: `action.tool` is required; action.toll: Unknown field (did you mean tool?)',
    ])
  })

  test('a permission is given only with a redeemed receipt, and for exactly what people saw', async () => {
    const key = await server.running.key(AGENT)
    const asking = await overHttp(server.running.url, key)
    const input = { command: 'git push', list: [1, { b: 2, a: 1 }], text: 'é\u2028' }
    const ask = { tool_name: 'Bash', input, tool_use_id: 'toolu_1' }
    const asked = asking.call('approve', ask)
    const { id } = await onlyPendingOf(key)
    await decide(id)
    const { text, structured, isError } = await asked
    expect(JSON.parse(text)).toEqual({ behavior: 'allow', updatedInput: input })
    expect([structured, isError]).toEqual([{}, false])
    expect(await read(id)).toMatchObject({
      action: { tool: 'Bash', arguments: input },
      grant: { state: 'redeemed' },
      metadata: { tool_use_id: 'toolu_1' },
    })

    // The next run is another question.
    const again = asking.call('approve', ask)
    const { id: next } = await onlyPendingOf(key)
    expect(next).not.toBe(id)
    await decide(next, 'deny', 'not on a Friday')
    expect(JSON.parse((await again).text)).toEqual({
      behavior: 'deny',
      message: expect.stringMatching(/^Denied by Ana Ruiz/),
    })
    await asking.close()
  })
})

test('a yes that comes after Claude Code gave up is found by its next question, and is not used up before', async () => {
  const key = await server.running.key({ roles: ['agent'] })
  const [old] = CLIENTS
  const client = await (old as NonNullable<typeof old>).overHttp(server.running.url, key)
  const hangUp = new AbortController()
  const ask = { tool_name: 'Bash', input: { command: 'ls' } }
  const first = client.call('approve', ask, hangUp.signal).catch(() => 'gave up')
  const { id, agent: asking } = await onlyPendingOf(key)
  expect(asking.id).toBe('claude-code')
  hangUp.abort()
  expect(await first).toBe('gave up')
  await areWaiting(server.running.url, 0)
  await decide(id)
  expect(await read(id)).toMatchObject({ status: 'approved', grant: { state: 'live' } })
  expect(JSON.parse((await client.call('approve', ask)).text).behavior).toBe('allow')
  expect((await read(id)).grant?.state).toBe('redeemed')
  await client.close()
})

test('a refusal denies a permission, with its code', async () => {
  const { body } = await post(calling('approve', { tool_name: 'Bash', input: 'ls' }))
  expect(JSON.parse(body.result?.content[0]?.text ?? '')).toEqual({
    behavior: 'deny',
    message: 'invalid_request: input: must be a JSON object',
  })
})

test('an event is reported, and nobody reports what only Countersign tells', async () => {
  const [, , modern] = CLIENTS
  const client = await (modern as NonNullable<typeof modern>).overHttp(server.running.url, agent)
  const { structured } = await client.call('report_event', {
    type: 'policy.violation',
    summary: 'It tried to send an address',
    data: { policy: 'no-pii' },
  })
  expect(structured).toEqual({
    event_id: expect.stringMatching(/^evt_/),
    type: 'policy.violation',
    severity: 'high',
  })
  const { body } = await server.running.call('GET', `/v1/events/${structured.event_id}`)
  expect(body).toMatchObject({ agent: { id: 'refund-agent' }, data: { policy: 'no-pii' } })
  expect((await client.call('report_event', { type: 'approval.decided' })).text).toMatch(
    /^reserved_event_type: /,
  )
  const named = { agent: { id: 'another' } }
  expect((await client.call('report_event', { type: 'incident', ...named })).text).toMatch(
    /^agent_mismatch: /,
  )
  expect((await client.call('request_approval', { action: refund(), ...named })).text).toMatch(
    /^agent_mismatch: /,
  )
  await client.close()
})

describe('at the door', () => {
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

  test.each(['http://evil.example', 'null', 'http://localhost:1'])(
    'a page of %s may not call it, with or without a key',
    async (origin) => {
      for (const authorization of [`Bearer ${agent}`, '']) {
        const { status, body } = await post(list, { origin, authorization })
        expect([status, body.code]).toEqual([403, 'origin_not_allowed'])
      }
    },
  )

  test('a name that somebody makes lead here is no name of ours', async () => {
    const headers = { host: 'evil.example', origin: 'http://evil.example', authorization: `Bearer ${agent}` }
    const sent = request(`${server.running.url}/mcp`, { method: 'POST', headers }).end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    answer.resume()
    expect(answer.statusCode).toBe(403)
  })

  test('our own pages may call it', async () => {
    expect((await post(list, { origin: server.running.url })).status).toBe(200)
  })

  test('it takes the keys of agents alone', async () => {
    const wanted: [string, number, string][] = [
      ['', 401, 'unauthorized'],
      ['Bearer csk_nobody', 401, 'unauthorized'],
      [`Bearer ${judge}`, 403, 'forbidden'],
    ]
    for (const [authorization, status, code] of wanted) {
      const answer = await post(list, { authorization })
      expect([answer.status, answer.body.code]).toEqual([status, code])
    }
  })

  test.each<[string, string, number, unknown]>([
    ['no JSON', '{"jsonrpc":', 400, 'malformed_json'],
    ['a key twice', '{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}', 400, 'duplicate_key'],
    ['a number that readers change', '{"jsonrpc":"2.0","id":12345678901234567890}', 400, 'unsafe_number'],
    ['a list of messages', '[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]', 400, 'invalid_request'],
    ['more than 256 KB', JSON.stringify('x'.repeat(300_000)), 413, 'payload_too_large'],
  ])('%s is refused as the API refuses it', async (_, body, status, code) => {
    const answer = await post(body)
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })

  test.each(['5', 'null', '{}', '{"jsonrpc":"1.0","id":1,"method":"tools/list"}'])(
    'what is no message of the protocol is refused: %s',
    async (body) => {
      const { status, body: answer } = await post(body)
      expect([status, answer.error]).toEqual([400, expect.objectContaining({ code: -32600 })])
    },
  )

  test('no stream is opened for what never changes', async () => {
    const { status, body } = await server.running.call('GET', '/mcp', { key: agent })
    expect([status, body.code]).toEqual([405, 'method_not_allowed'])
  })

  test('the limits of a key count, and who waits takes no place of who does not', async () => {
    const key = await server.running.key(AGENT)
    const { data } = (await server.running.call<{ data: { id: string }[] }>('GET', '/v1/api-keys')).body
    const limits = { waits: 1, concurrent_requests: 1, pending_approvals: 1 }
    await server.running.call('PATCH', `/v1/api-keys/${data.at(-1)?.id}`, { body: { limits } })
    const authorization = `Bearer ${key}`
    const waiting = post(calling('approve', { tool_name: 'Bash', input: {} }), { authorization })
    const { id } = await onlyPendingOf(key)
    const second = await post(calling('wait_for_approval', { approval_id: id }), { authorization })
    expect([second.status, second.body.code]).toEqual([429, 'too_many_waits'])
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0)
    const { body } = await post(calling('request_approval', { action: refund() }), { authorization })
    expect(body.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^too_many_pending: /) }],
    })
    await decide(id)
    await waiting
  })
})

test('what is refused to a tool leaves the trace that it leaves in the API', async () => {
  const { body } = await server.running.ask()
  const { result } = (await post(calling('redeem', { approval_id: body.id, action: refund() }))).body
  expect(result?.content[0]?.text).toMatch(/^approval_not_found/)
  const traced = `select canonical from audit where action = 'attempt.refused'`
  const facts = await eventually(async () =>
    (await select(server.databaseUrl, traced))
      .map(({ canonical }) => JSON.parse(String(canonical)).facts)
      .find(({ about }) => about === body.id),
  )
  expect(facts).toMatchObject({ surface: 'api', reason: 'approval_not_found' })
})

test('who waits when the server stops is told that nobody has decided', async () => {
  const database = await create()
  const stopping = await startCountersign({ databaseUrl: database.url })
  const key = await stopping.key(AGENT)
  const [old] = CLIENTS
  const client = await (old as NonNullable<typeof old>).overHttp(stopping.url, key)
  const { structured } = await client.call('request_approval', { action: refund() })
  const answers = Promise.all([
    client.call('wait_for_approval', { approval_id: structured.approval_id }),
    client.call('approve', { tool_name: 'Bash', input: {} }),
  ])
  await areWaiting(stopping.url, 2)
  await stopping.stop()
  const [waited, asked] = await answers
  expect(waited.structured.status).toBe('pending')
  expect(JSON.parse(asked.text)).toEqual({
    behavior: 'deny',
    message: 'Nobody has decided yet; ask again, a later yes is found',
  })
  await client.close()
  await database.drop()
})
