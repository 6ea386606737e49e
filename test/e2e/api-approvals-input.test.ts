// Shows that every mistake in what an agent sends is a 4xx that names it, and never a 5xx.

import { describe, expect, test } from 'vitest'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { sharedServer } from '../fakes/shared-server.ts'

interface Problem {
  type: string
  status: number
  code: string
  detail: string
  errors?: { path: string; message: string }[]
}

const request = (differences: object = {}) => ({
  agent: { id: 'a' },
  action: { tool: 't' },
  ...differences,
})

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)

  const post = (body: unknown, headers: Record<string, string> = {}, path = '/v1/approvals') =>
    server.running.call<Problem>('POST', path, { body, headers })
  const approvals = async () => (await select(server.databaseUrl, 'select id from approvals')).length

  test.each([
    ['note', request({ note: 1 })],
    ['agent.role', request({ agent: { id: 'a', role: 'x' } })],
    ['action.args', request({ action: { tool: 't', args: {} } })],
    ['risk.why', request({ risk: { why: 'x' } })],
    ['requested_by.name', request({ requested_by: { email: 'a@example.com', name: 'A' } })],
  ])('the unknown field %s is refused by name', async (path, body) => {
    const { status, headers, body: problem } = await post(body)
    expect(status).toBe(400)
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(problem).toMatchObject({ type: 'about:blank', status: 400, code: 'invalid_request' })
    expect(problem.errors).toEqual([{ path, message: 'Unknown field' }])
  })

  test('every mistake is named at once', async () => {
    const { body } = await post({ agent: {}, action: { tool: '' }, risk: { score: 2, level: 'grave' } })
    expect(body.errors?.map(({ path }) => path)).toEqual([
      'agent.id',
      'action.tool',
      'risk.score',
      'risk.level',
    ])
  })

  test('what is wrong with the query and with the body is said at once', async () => {
    const { body } = await post({ agent: { id: 'a' } }, {}, '/v1/approvals?dry_run=1')
    expect(body.detail).toBe('dry_run: Unknown field; `action` is required: {"tool": …}')
    const config = { webhook_url: 'x', chanel_id: 'C1' }
    const settings = { quiet_hours_start: '22:00' }
    const place = { channel_type: 'slack', name: 'A', config, settings }
    const { body: refused } = await post(place, {}, '/v1/settings/notifications')
    expect(refused.errors?.map(({ path }) => path)).toEqual([
      'config.webhook_url',
      'config.chanel_id',
      'settings.quiet_hours_end',
    ])
  })

  test.each([
    ['/v1/approvals/apr_x', 'There is no approval apr_x'],
    ['/v1/events/evt_x', 'There is no alert evt_x'],
    ['/v1/settings/notifications/dst_x', 'There is no destination dst_x'],
    ['/v1/deliveries/dlv_x', 'There is no delivery dlv_x'],
    ['/v1/people/per%E2%80%8B', 'There is no person per\\u{200b}'],
  ])('GET %s is told what there is not', async (path, detail) => {
    const { status, body } = await server.running.call<Problem>('GET', path)
    expect([status, body.detail]).toEqual([404, detail])
  })

  test.each([
    [undefined, 'An API key is needed: Authorization: Bearer <key>'],
    ['Bearer ', 'An API key is needed: Authorization: Bearer <key>'],
    ['csk_abc', 'The word Bearer belongs before the key: Authorization: Bearer <key>'],
    ['Bearer csk_abc', 'Nobody has this API key: it is mistyped, was replaced, or was revoked'],
  ])('authorization: %s is told what is wrong with it', async (authorization, detail) => {
    const headers = { ...(authorization && { authorization }) }
    const response = await fetch(`${server.running.url}/v1/approvals`, { headers })
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(await response.json()).toMatchObject({ status: 401, code: 'unauthorized', detail })
  })

  test.each([
    ['expires_in_seconds', 9],
    ['expires_in_seconds', 604_801],
    ['expires_in_seconds', 10.5],
    ['expires_in_seconds', '60'],
    ['metadata', []],
    ['reasons', 'PII'],
    ['requested_by', { email: 'nobody' }],
    ['action', { tool: 't', arguments: 'rm -rf' }],
    ['action', { tool: 't', arguments: null }],
    ['action', { tool: 'x'.repeat(201) }],
  ])('%s = %j is refused', async (field, value) => {
    const { status, body } = await post(request({ [field]: value }))
    expect(status).toBe(400)
    expect(body.errors?.[0]?.path.split('.')[0]).toBe(field)
    expect(body.detail).toContain(body.errors?.[0]?.path)
  })

  test.each([10, 604_800])('%i seconds is a time to decide in', async (seconds) => {
    const { status } = await post({
      agent: { id: 'bounds' },
      action: { tool: String(seconds) },
      expires_in_seconds: seconds,
    })
    expect(status).toBe(201)
  })

  test.each([
    ['agent.name', request({ agent: { id: 'a', name: '\0' } })],
    ['action.summary', request({ action: { tool: 't', summary: 'a\0b' } })],
    ['reasons.0', request({ reasons: ['\0'] })],
  ])('NUL in %s is refused, with where it is', async (path, body) => {
    const { status, body: problem } = await post(body)
    expect(status).toBe(400)
    expect(problem.detail).toBe(`${path}: must be well-formed text without NUL`)
  })

  test.each([
    ['agent.id', 'refund-\u200bagent', 'U+200B at position 8'],
    ['agent.id', 'refund-agent ', 'U+0020 at position 13'],
    ['agent.id', '\u0430gent', 'U+0430 at position 1'],
    ['action.tool', ' slack.post', 'U+0020 at position 1'],
    ['action.tool', 'slack  post', 'U+0020 at position 7'],
    ['action.tool', 'slack\u00a0post', 'U+00A0 at position 6'],
    ['action.tool', 'slack\tpost', 'U+0009 at position 6'],
    ['action.environment', 'production\n', 'U+000A at position 11'],
    ['action.environment', '\u3164', 'U+3164 at position 1'],
    ['action.environment', 'pro😀d\0', 'U+1F600 at position 4'],
  ])('%s = %j is no identifier, and the refusal says why', async (path, value, why) => {
    const [part = '', field = ''] = path.split('.')
    const whole: Record<string, object> = { agent: { id: 'a' }, action: { tool: 't' } }
    const before = await approvals()
    const { status, body } = await post({ ...whole, [part]: { ...whole[part], [field]: value } })
    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(body.detail).toBe(
      `${path}: has ${why}, counted from 1; an identifier is visible ASCII with single blanks inside`,
    )
    expect(await approvals()).toBe(before)
  })

  test('an identifier may have every visible ASCII character, and single blanks', async () => {
    const visible = String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 0x21 + i))
    const { status, body } = await server.running.ask({
      agent: { id: `${visible} ${visible}` },
      action: { tool: `${visible} ${visible}`, environment: visible },
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      agent: { id: `${visible} ${visible}` },
      action: { tool: `${visible} ${visible}`, environment: visible },
    })
  })

  test('what is prose stays any text', async () => {
    const prose = ' Žofie\u00a0\u200b 日本\n'
    const { status, body } = await server.running.ask({
      agent: { id: 'a', name: prose },
      action: { tool: 't', summary: prose },
      reasons: [prose],
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({ agent: { name: prose }, action: { summary: prose }, reasons: [prose] })
  })

  test('an event is never lost for its identifiers', async () => {
    const event = { type: 'policy.violation', agent: { id: 'a\u200b ' }, tool: ' t', environment: 'ä' }
    const { status, body } = await server.running.call<{ data: object[] }>('POST', '/v1/events', {
      body: event,
    })
    expect(status).toBe(201)
    expect(body.data).toMatchObject([event])
  })

  test('a list may name what was taken before', async () => {
    const query = new URLSearchParams({ agent: 'a\u200b', tool: ' t' })
    const { status, body } = await server.running.call('GET', `/v1/approvals?${query}`)
    expect([status, body]).toEqual([200, { data: [], next_cursor: null }])
  })

  test.each([
    ['a lone surrogate in a text', '{"agent":{"id":"\\ud800"},"action":{"tool":"t"}}', 'lone_surrogate'],
    ['one in the arguments', args('{"a":["\\udfff"]}'), 'lone_surrogate'],
    ['one in a name of an argument', args('{"\\ud83d":1}'), 'lone_surrogate'],
    ['an argument twice', args('{"amount":1,"amount":2}'), 'duplicate_key'],
    ['an integer that readers round', args('{"id":9007199254740993}'), 'unsafe_number'],
    ['a number beyond all', args('{"a":1e400}'), 'unsafe_number'],
    ['a number with more digits than readers keep', args('{"a":1000.0000000000000001}'), 'unsafe_number'],
    ['more characters than a string may have', args(`{"a":"${'x'.repeat(65_537)}"}`), 'string_too_long'],
    ['20,000 levels', args(`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`), 'json_too_deep'],
    ['100,000 levels that never close', '['.repeat(100_000), 'json_too_deep'],
    ['half a body', '{"agent":', 'malformed_json'],
    ['a text instead of JSON', 'hello', 'malformed_json'],
    ['an empty body', '', 'malformed_json'],
    ['a list', '[]', 'invalid_request'],
  ])('%s is refused', async (_what, body, code) => {
    const before = await approvals()
    const { status, body: problem } = await post(body)
    expect([status, problem.code]).toEqual([400, code])
    expect(await approvals()).toBe(before)
  })

  test('an argument named like a part of every object is kept, and changes the digest', async () => {
    const send = (body: string) =>
      server.running.call<{ digest: string; id: string }>('POST', '/v1/approvals', { body })
    const plain = await send(args('{"b":2}'))
    const hidden = await send(args('{"__proto__":{"to":"attacker"},"b":2}'))
    expect(hidden.status).toBe(201)
    expect(hidden.body.digest).not.toBe(plain.body.digest)
    const { body } = await server.running.call('GET', `/v1/approvals/${hidden.body.id}`)
    expect(JSON.stringify(body)).toContain('"__proto__":{"to":"attacker"}')
  })

  test.each([
    [{ 'content-type': 'text/plain' }, 415],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [{ 'content-encoding': 'gzip' }, 415],
    [{ 'content-type': 'application/json; charset=utf-8' }, 201],
  ])('the headers %j are answered %i', async (headers, status) => {
    const body = { agent: { id: 'type' }, action: { tool: JSON.stringify(headers) } }
    expect((await post(body, headers)).status).toBe(status)
  })

  test('more than 256 KB is a 413, a little less is read', async () => {
    const filled = (bytes: number) =>
      JSON.stringify(request({ metadata: { a: Array(bytes / 1000).fill('x'.repeat(997)) } }))
    expect((await post(filled(257_000))).status).toBe(201)
    const { status, body } = await post(filled(263_000))
    expect(status).toBe(413)
    expect(body.code).toBe('payload_too_large')
  })

  test.each([
    ['nothing', ''],
    ['other than ASCII', '\xe4'],
    ['more than 255 characters', 'x'.repeat(256)],
  ])('an Idempotency-Key of %s is refused', async (what, key) => {
    const body = { agent: { id: 'key' }, action: { tool: what } }
    const { status, body: problem } = await post(body, { 'idempotency-key': key })
    expect(status).toBe(400)
    expect(problem.errors?.[0]?.path).toBe('Idempotency-Key')
  })

  test.each([
    '/v1/approvals/%00',
    '/v1/approvals/apr_%00',
    '/v1/approvals/apr_01hzzzzzzzzzzzzzzzzzzzzzz%00',
    '/v1/approvals/%',
    '/v1/approvals/%ED%A0%80',
    '/v1/approvals/x?wait_seconds=%00',
    '/v1/approvals/x?%00=1',
    '/v1/approvals?tool=%00',
    '/v1/approvals?cursor=%00',
    '/v1/settings/notifications/%00',
    `/v1/approvals/${'x'.repeat(4000)}`,
    '/%00',
  ])('GET %s is a problem of the caller', async (path) => {
    const { status, headers } = await server.running.call('GET', path)
    expect([400, 404]).toContain(status)
    expect(headers.get('content-type')).toContain('application/problem+json')
  })

  test.each(['decision', 'withdraw'])(
    'POST %s of an id with NUL is a problem of the caller',
    async (verb) => {
      const key = await server.running.key({
        roles: ['agent', 'reviewer'],
        person: { name: 'R', email: 'r@example.com' },
      })
      for (const id of ['%00', 'apr_%00', "apr_' or 1=1 --"]) {
        const body = verb === 'decision' ? { decision: 'approve' } : {}
        const path = `/v1/approvals/${id}/${verb}`
        expect((await server.running.call('POST', path, { key, body })).status).toBe(404)
      }
    },
  )
})

function args(json: string): string {
  return `{"agent":{"id":"raw"},"action":{"tool":"t","arguments":${json}}}`
}
