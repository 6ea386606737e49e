// Shows the policy over HTTP: kept as it was sent, changed by one at a time, checked, and explained for any request.

import { beforeAll, describe, expect, test } from 'vitest'
import { ADMIN_KEY } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

const [sqlite] = databases
const YAML = 'application/yaml'
const POLICY = `# Money needs two people
default: ask
rules:
  - name: large refunds
    match: { tools: ["payments.*"], where: { amount: { above: 500 } } }
    ask:
      requirements: [{ group: payments, approvals: 1 }, { group: reviewers, approvals: 1 }]
      escalate: { after_seconds: 600, to: payments }
      note_required: [deny]
  - name: reads
    match: { tools: ["*.read"], max_risk: low }
    allow: true
    shadow: true
  - name: never
    match: { tools: ["db.drop_*"], environments: [production] }
    deny: Ask the database team
risk_floors: [{ tools: ["payments.*"], at_least: high }]
`

const server = sharedServer((sqlite as NonNullable<typeof sqlite>).create)
let members: { id: string; name: string }[]

beforeAll(async () => {
  await server.running.key(reviewer('Ana Ruiz'))
  const { body } = await server.running.call<{ data: typeof members }>('GET', '/v1/people')
  members = body.data.map(({ id, name }) => ({ id, name }))
  await server.running.call('POST', '/v1/groups', { body: { name: 'payments', kind: 'people' } })
  for (const { id } of members) {
    await server.running.call('POST', '/v1/groups/payments/members', { body: { person_id: id } })
  }
})

async function send(
  method: string,
  path: string,
  { body, headers = {} }: { body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> } = {},
) {
  const response = await fetch(server.running.url + path, {
    method,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': YAML, ...headers },
    ...(body !== undefined && { body }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

async function put(text: string, headers: Record<string, string> = {}) {
  const answer = await send('PUT', '/v1/policies', { body: text, headers })
  return { ...answer, body: JSON.parse(answer.text) }
}

const inForce = async () => (await send('GET', '/v1/policies')).headers.get('etag')

describe('the policy', () => {
  test('before the first there is none', async () => {
    expect(await send('GET', '/v1/policies')).toMatchObject({ status: 404 })
    expect(await put(POLICY, { 'if-match': '"1"' })).toMatchObject({
      status: 412,
      body: {
        code: 'policy_changed',
        detail:
          'There is no policy yet, not the one that yours was made from: read it, and make yours from it',
      },
    })
  })

  test.each([YAML, 'application/x-yaml', 'text/yaml; charset=utf-8', 'application/json'])(
    'a text that is sent as %s is answered byte for byte',
    async (type) => {
      const text = `\ufeff{"rules":  [] } # ${type}\r\n`
      const { body, headers } = await put(text, { 'content-type': type })
      const read = await fetch(`${server.running.url}/v1/policies`, {
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
      })
      expect(Buffer.from(await read.arrayBuffer()).equals(Buffer.from(text))).toBe(true)
      expect(read.headers.get('content-type')?.split(';')[0]).toBe(type.split(';')[0])
      expect(read.headers.get('etag')).toBe(`"${body.version}"`)
      expect(headers.get('etag')).toBe(`"${body.version}"`)
    },
  )

  test('earlier versions stay, are listed by pages, and are read by their numbers', async () => {
    const first = (await put('rules: [] # one')).body.version
    await put('rules: [] # two')
    const list = (query: string) =>
      server.running.call<{ data: { version: number }[]; next_cursor: string | null }>(
        'GET',
        `/v1/policies/versions${query}`,
      )
    const { body: page } = await list('?limit=1')
    expect(page.data).toMatchObject([{ version: first + 1, media_type: YAML, created_by: 'key_environment' }])
    const { body: rest } = await list(`?cursor=${page.next_cursor}&limit=200`)
    expect(rest.data.map(({ version }) => version)).toEqual(
      Array.from({ length: first }, (_, at) => first - at),
    )
    expect(rest.next_cursor).toBeNull()
    expect((await send('GET', `/v1/policies/versions/${first}`)).text).toBe('rules: [] # one')
    for (const none of ['0', '999', '01x', 'versions', '%00']) {
      expect((await send('GET', `/v1/policies/versions/${none}`)).status, none).toBe(404)
    }
  })

  test('it is changed only while the version that was read is in force', async () => {
    const etag = (await inForce()) as string
    expect(await put('rules: [] # mine', { 'if-match': etag })).toMatchObject({ status: 200 })
    expect(await put('rules: [] # theirs', { 'if-match': etag })).toMatchObject({
      status: 412,
      body: {
        code: 'policy_changed',
        detail: expect.stringMatching(/^Version \d+ is in force, not the one/),
      },
    })
    for (const none of ['*', '3', 'W/"3"', '"x"', '"1", "2"']) {
      expect(await put('rules: []', { 'if-match': none }), none).toMatchObject({
        status: 400,
        body: { errors: [{ path: 'If-Match' }] },
      })
    }
  })

  test('a mistake is told with its rule, its line and what was meant, and changes nothing', async () => {
    const before = await inForce()
    const text =
      'rules:\n  - name: reads\n    match: {tools: "*.read"}\n    allow: true\n  - {name: x, approve: true}\n'
    for (const path of ['/v1/policies', '/v1/policies/check']) {
      const method = path.endsWith('check') ? 'POST' : 'PUT'
      const { status, text: answer } = await send(method, path, { body: text })
      expect([status, JSON.parse(answer)]).toMatchObject([
        422,
        {
          code: 'invalid_policy',
          detail: expect.stringMatching(/^line 3, rule "reads": match\.tools must be a list such as /),
          errors: [
            {
              rule: 'reads',
              line: 3,
              path: 'rules[0].match.tools',
              message: 'match.tools must be a list such as ["payments.*"]',
            },
            { rule: 'x', line: 5, path: 'rules[1].approve' },
          ],
        },
      ])
    }
    expect(await inForce()).toBe(before)
  })

  test('a check keeps nothing, and names the version that it would replace', async () => {
    const before = await inForce()
    const { status, text } = await send('POST', '/v1/policies/check', { body: POLICY })
    expect([status, JSON.parse(text)]).toEqual([
      200,
      { rules: 3, version_in_force: Number(before?.slice(1, -1)) },
    ])
    expect(await inForce()).toBe(before)
  })

  test.each<
    [string, { body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> }, number, string]
  >([
    [
      'another type',
      { body: 'rules: []', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported_media_type',
    ],
    ['nothing', { body: '' }, 422, 'invalid_policy'],
    ['bytes that are no UTF-8', { body: new Uint8Array([0x61, 0xff]) }, 400, 'malformed_body'],
    ['more than 256 KB', { body: `rules: [] #${'x'.repeat(262_144)}` }, 413, 'payload_too_large'],
  ])('%s is refused', async (_what, request, status, code) => {
    const answer = await send('PUT', '/v1/policies', request)
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([status, code])
  })
})

test('a group that it names is neither renamed nor deleted', async () => {
  await put(POLICY.replace('group: payments', 'group: PAYMENTS'))
  for (const [method, body] of [
    ['DELETE', undefined],
    ['PATCH', { name: 'money' }],
  ] as const) {
    const answer = await server.running.call(method, '/v1/groups/payments', { body })
    expect(answer).toMatchObject({ status: 409, body: { code: 'group_in_use' } })
  }
  await put('rules: []')
  expect(
    (await server.running.call('PATCH', '/v1/groups/payments', { body: { name: 'money' } })).status,
  ).toBe(200)
  await server.running.call('PATCH', '/v1/groups/money', { body: { name: 'payments' } })
})

describe('an explanation', () => {
  const request = (tool: string, args: object = {}, more: object = {}) => ({
    agent: { id: 'agent-1' },
    action: { tool, arguments: args, environment: 'production' },
    ...more,
  })
  const ask = (body: object) =>
    server.running.call<Record<string, never>>('POST', '/v1/policies/explain', { body })
  let version: number

  beforeAll(async () => {
    version = (await put(POLICY)).body.version
  })

  test('says which rule applies, why the others do not, what it asks, and who could decide', async () => {
    const { status, body } = await ask({ request: request('Payments.Refund', { amount: '500.01' }) })
    const payments = { group: 'payments', kind: 'people', members, size: members.length }
    const reviewers = { group: 'reviewers', kind: 'reviewers', members: null, size: null }
    expect([status, body]).toMatchObject([
      200,
      {
        version,
        effect: 'ask',
        rule: 'large refunds',
        because: [],
        risk: { given: 'medium', level: 'high' },
        asks: {
          requirements: [
            { approvals: 1, of: payments },
            { approvals: 1, of: reviewers },
          ],
          escalate: { after_seconds: 600, to: payments },
          note_required: ['deny'],
        },
        rules: [
          { rule: 'large refunds', outcome: 'applied', why: 'Everything fits' },
          { rule: 'reads', outcome: 'not_reached' },
          { rule: 'never', outcome: 'not_reached' },
        ],
      },
    ])
  })

  test.each<[string, object, object]>([
    [
      'what cannot be told is a reason',
      request('payments.refund', { amount: 'a lot' }),
      {
        rule: 'large refunds',
        because: ['amount is not a number'],
        rules: [{ why: 'amount is not a number, so it matches' }, {}, {}],
      },
    ],
    [
      'a shadow rule is noted',
      request('crm.read', {}, { risk: { level: 'low' } }),
      {
        effect: 'ask',
        rule: null,
        rules: [
          { outcome: 'did_not_fit', why: 'It is not for the tool crm.read' },
          { outcome: 'noted', would: 'allow', shadow: true },
          { outcome: 'did_not_fit' },
        ],
      },
    ],
    [
      'a rule that does not fit says what does not',
      request('crm.read', {}, { risk: { level: 'high' } }),
      { rules: [{}, { why: 'The risk is high, above low' }, {}] },
    ],
    [
      'small amounts are asked about as usual',
      request('payments.refund', { amount: 500 }),
      { rule: null, rules: [{ why: 'amount is not as it says' }, {}, {}] },
    ],
    [
      'a rule that denies tells the agent why',
      request('db.drop_table'),
      { effect: 'deny', rule: 'never', text: 'Ask the database team', asks: null },
    ],
  ])('%s', async (_what, asked, expected) => {
    expect((await ask({ request: asked })).body).toMatchObject(expected)
  })

  test('of another text, which need not be in force', async () => {
    const policy = 'rules: [{name: all, match: {environments: [staging]}, allow: true}]\ndefault: deny'
    expect((await ask({ policy, request: request('crm.read') })).body).toMatchObject({
      version: null,
      effect: 'deny',
      rule: null,
      rules: [{ why: 'It is not for the environment production' }],
    })
    expect(await ask({ policy: 'rules: 5', request: request('crm.read') })).toMatchObject({
      status: 422,
      body: { code: 'invalid_policy' },
    })
  })

  test('of an approval it tells by the version that is on record with it, whatever is in force by now', async () => {
    const { body: asked } = await server.running.ask(request('payments.refund', { amount: '700' }))
    const before = (await inForce()) as string
    await put('rules: []')
    expect((await ask({ approval_id: asked.id })).body).toMatchObject({
      version: Number(before.slice(1, -1)),
      rule: 'large refunds',
      risk: { level: 'high' },
    })
    const policy = 'rules: [{name: other, match: {tools: ["payments.*"]}, allow: true}]'
    expect((await ask({ approval_id: asked.id, policy })).body).toMatchObject({
      version: null,
      rule: 'other',
    })
    await put(POLICY)
  })

  test('what shadow rules would have done is counted beside what became of it', async () => {
    const key = await server.running.key(reviewer('Ben Okafor'))
    let page = 0
    const reads = async (verdict?: string) => {
      page += 1
      const { body } = await server.running.ask(request('crm.read', { page }, { risk: { level: 'low' } }))
      if (verdict === undefined) return body.id
      await server.running.call('POST', `/v1/approvals/${body.id}/decision`, {
        key,
        body: { decision: verdict },
      })
      return body.id
    }
    const ids = [await reads('approve'), await reads('approve'), await reads('deny'), await reads()]
    const { body } = await ask({ last_days: 7 })
    const statuses = { approved: 2, denied: 1, pending: 1, expired: 0, withdrawn: 0 }
    const shadows = [{ rule: 'reads', would: 'allow' }]
    expect(body).toEqual({
      counts: [{ rule: 'reads', would: 'allow', approvals: 4, statuses }],
      approvals: ids.toReversed().map((id) => expect.objectContaining({ id, tool: 'crm.read', shadows })),
      complete: true,
    })
    server.clock.advance(8 * 24 * 3_600_000)
    expect((await ask({ last_days: 7 })).body).toMatchObject({ counts: [], approvals: [] })
  })

  test.each([
    [{}, 'Give exactly one of request, approval_id and last_days'],
    [{ last_days: 1, approval_id: 'apr_00000000000000000000000000' }, 'Give exactly one of'],
    [{ last_days: 91 }, 'last_days: must be a whole number from 1 to 90'],
    [{ last_days: 1, policy: 'rules: []' }, 'leave policy out'],
    [{ approval_id: 'apr_x' }, 'must be the id of an approval'],
    [{ request: { agent: {} } }, 'is required'],
  ])('%j is refused', async (body, detail) => {
    expect(await ask(body)).toMatchObject({ status: 400, body: { detail: expect.stringContaining(detail) } })
  })

  test('of an approval that there is not, there is none', async () => {
    expect(await ask({ approval_id: 'apr_00000000000000000000000000' })).toMatchObject({ status: 404 })
  })
})
