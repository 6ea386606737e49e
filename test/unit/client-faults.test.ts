// Shows that the client never takes for a yes what is none, whatever the server and the network do.

import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  Denied,
  Expired,
  InvalidReceipt,
  Refused,
  Unavailable,
  Unreached,
  Withdrawn,
} from '../../packages/client/src/errors.ts'
import { createClient } from '../../packages/client/src/index.ts'
import {
  ACTION,
  AGENT,
  type Answer,
  APPROVAL_ID,
  json,
  type Lies,
  problem,
  type Script,
  startLyingServer,
} from '../fakes/lying-server.ts'

const IMPATIENT = { timeoutSeconds: 0.2, waitSeconds: 0.1, patienceSeconds: 0.05 }

async function told(script: Script, more: { issuer?: string } = {}) {
  const server = await startLyingServer(script)
  const client = createClient({ url: server.url, auth: 'csk_1', ...IMPATIENT, ...more })
  try {
    const outcome = await client.requireApproval(ACTION, { agent: AGENT }).catch((error) => error)
    return { outcome, asked: server.asked }
  } finally {
    await server.close()
  }
}

/** A receipt that is good but for one thing, and all the rest is true. */
const receipt =
  (differences: Parameters<Lies['receipt']>[0]): Answer =>
  (res, { receipt, approval }) =>
    json(res, 200, { receipt: receipt(differences), approval: approval({ status: 'approved' }) })
const saying =
  (differences: Record<string, unknown>, status = 200): Answer =>
  (res, { approval }) =>
    json(res, status, approval(differences))
const HTML: Answer = (res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>')
const stranger = generateKeyPairSync('ed25519').privateKey

const UNREACHED = {
  reached: false,
  unreached_reasons: [{ destination: 'Approvals', reason: 'channel_not_found' }],
}
const ON_ITS_WAY = { reached: false, unreached_reasons: [{ destination: 'Approvals', reason: 'waiting' }] }

test('told nothing but the truth, it resolves', async () => {
  const { outcome, asked } = await told({})
  expect(outcome).toMatchObject({ action: ACTION, claims: { jti: 'rdm_1' } })
  expect(asked).toEqual(['ask', 'wait', 'redeem', 'keys'])
})

describe.concurrent('it is no yes, and no answer that can be trusted:', () => {
  test.each<[string, Script]>([
    ['approved, without a receipt', { redeem: saying({ status: 'approved' }) }],
    ['approved, with an empty receipt', { ask: saying({ status: 'approved', receipt: '' }) }],
    ['a receipt that is no text', { ask: saying({ status: 'approved', receipt: { ok: true } }) }],
    ['a receipt that is two parts', { ask: saying({ status: 'approved', receipt: 'e30.e30' }) }],
    ['a signature of another key', { redeem: receipt({ key: stranger }) }],
    ['the algorithm none', { redeem: receipt({ header: { alg: 'none' } }) }],
    ['the algorithm HS256', { redeem: receipt({ header: { alg: 'HS256' } }) }],
    ['a token of another type', { redeem: receipt({ header: { typ: 'JWT' } }) }],
    ['a critical header', { redeem: receipt({ header: { crit: ['exp'] } }) }],
    ['a key that nobody has', { redeem: receipt({ header: { kid: 'key-2' } }) }],
    ['no key', { redeem: receipt({ header: { kid: undefined } }) }],
    ['another issuer', { redeem: receipt({ claims: { iss: 'https://other.example.com' } }) }],
    ['another audience', { redeem: receipt({ claims: { aud: 'payments.payout' } }) }],
    ['several audiences', { redeem: receipt({ claims: { aud: [ACTION.tool] } }) }],
    ['another digest', { redeem: receipt({ claims: { digest: `sha256:${'0'.repeat(64)}` } }) }],
    ['another approval', { redeem: receipt({ claims: { approval_id: 'apr_2' } }) }],
    ['another agent', { redeem: receipt({ claims: { agent: { id: 'other' } } }) }],
    ['no agent', { redeem: receipt({ claims: { agent: null } }) }],
    ['no redemption', { redeem: receipt({ claims: { jti: '' } }) }],
    ['an expired receipt', { redeem: receipt({ claims: { exp: Math.floor(Date.now() / 1000) - 1 } }) }],
    ['a receipt without an end', { redeem: receipt({ claims: { exp: undefined } }) }],
    ['an end in words', { redeem: receipt({ claims: { exp: '2999' } }) }],
    ['no keys', { keys: (res) => json(res, 200, { keys: [] }) }],
    ['keys that are none', { keys: (res) => json(res, 200, { keys: [null, { kid: 'key-1', x: 'AA' }] }) }],
    ['keys as HTML', { keys: HTML }],
    ['another approval’s id', { wait: saying({ status: 'approved', id: 'apr_2' }) }],
    ['an id that is a path', { ask: saying({ id: '../keys' }) }],
    ['the approval of another action', { ask: saying({ status: 'approved', digest: 'sha256:1' }) }],
    ['a status of its own', { wait: saying({ status: 'APPROVED' }) }],
    ['a page', { ask: HTML }],
    ['a page with 502', { wait: (res) => res.writeHead(502).end('<h1>Bad Gateway</h1>') }],
    ['a page with 403', { wait: (res) => res.writeHead(403).end('<h1>Blocked</h1>') }],
    ['half of an answer', { wait: (res) => res.setHeader('content-type', 'application/json').end('{"id":') }],
    ['a cut answer', { wait: (res) => res.writeHead(200, { 'content-length': 900 }).end('{') }],
    ['an empty answer', { ask: (res) => res.end() }],
    ['null', { ask: (res) => json(res, 200, null) }],
    ['a list', { redeem: (res) => json(res, 200, []) }],
    ['a broken connection', { wait: (res) => res.destroy() }],
    ['a redirect', { redeem: (res) => res.writeHead(302, { location: '/v1/yes' }).end() }],
    ['no answer', { wait: () => {} }],
    ['an answer that never ends', { redeem: (res) => res.writeHead(200).write('{') }],
    ['a problem without a code', { ask: (res) => json(res, 401, {}, 'application/problem+json') }],
    ['an outage', { redeem: (res) => problem(res, 503, 'not_ready') }],
  ])('%s', async (_, script) => {
    const { outcome } = await told(script)
    const isOutage = outcome instanceof Refused && outcome.status >= 500
    expect(outcome instanceof Unavailable || isOutage, String(outcome)).toBe(true)
  })

  test.each<[string, Script, new (...given: never[]) => Error, string]>([
    ['a no', { wait: saying({ status: 'denied', review_notes: 'Denied by Ana' }) }, Denied, 'Denied by Ana'],
    ['nobody in time', { wait: saying({ status: 'expired' }) }, Expired, 'It is expired'],
    ['taken back', { wait: saying({ status: 'withdrawn' }) }, Withdrawn, 'It is withdrawn'],
    [
      'a yes that was taken back',
      { redeem: (res) => problem(res, 409, 'grant_revoked') },
      Withdrawn,
      'grant_revoked',
    ],
    ['an unknown key', { ask: (res) => problem(res, 401, 'unauthorized') }, Refused, 'unauthorized'],
    ['a used grant', { redeem: (res) => problem(res, 409, 'already_redeemed') }, Refused, 'already_redeemed'],
    [
      'nobody reached, twice',
      { ask: saying(UNREACHED), wait: saying(UNREACHED) },
      Unreached,
      'Nobody is reached (Approvals: channel_not_found)',
    ],
    [
      'nobody reached, and no time left',
      { wait: saying({ status: 'expired', reached: false, unreached_reasons: [] }) },
      Unreached,
      'Nobody is reached ()',
    ],
  ])('it says so: %s', async (_, script, kind, sentence) => {
    const { outcome } = await told(script)
    expect(outcome).toBeInstanceOf(kind)
    expect(outcome.message).toBe(sentence)
  })
})

test('a card whose turn has not come is waited for', async () => {
  let waits = 0
  const wait: Answer = (res, lies) => saying(waits++ === 0 ? ON_ITS_WAY : { status: 'approved' })(res, lies)
  const { outcome } = await told({ ask: saying(ON_ITS_WAY), wait })
  expect(outcome).toMatchObject({ action: ACTION })
})

test('a receipt of the right server under another name is taken where the name is given', async () => {
  const issuer = 'https://countersign.example.com'
  const script = { redeem: receipt({ claims: { iss: issuer } }) }
  expect((await told(script, { issuer: `${issuer}/` })).outcome).toMatchObject({ claims: { iss: issuer } })
})

test('the very same receipt is worth one run, and its key is asked for once', async () => {
  const server = await startLyingServer({})
  const client = createClient({ url: server.url, auth: 'csk_1', ...IMPATIENT })
  try {
    await client.requireApproval(ACTION, { agent: AGENT })
    await expect(client.requireApproval(ACTION, { agent: AGENT })).rejects.toMatchObject({
      code: 'already_redeemed',
    })
    expect(server.asked.filter((question) => question === 'keys')).toHaveLength(1)
    await expect(client.verifyReceipt('e30.e30.e30', ACTION)).rejects.toBeInstanceOf(InvalidReceipt)
  } finally {
    await server.close()
  }
})

describe('a guarded function', () => {
  async function guarded(script: Script, args: Record<string, unknown>, meanwhile = () => {}) {
    const ran: unknown[] = []
    const server = await startLyingServer(script)
    const client = createClient({ url: server.url, auth: 'csk_1', ...IMPATIENT })
    const refund = client.guard(ACTION.tool, (given: object) => ran.push(given), {
      agent: AGENT,
      environment: ACTION.environment,
      onPending: meanwhile,
    })
    const outcome = await refund(args).catch((error) => error)
    await server.close()
    return { ran, outcome }
  }

  test('runs once with what was approved, whatever became of the arguments meanwhile', async () => {
    const args = { order: 1042 }
    const { ran, outcome } = await guarded({}, args, () => {
      args.order = 4711
    })
    expect(ran).toEqual([{ order: 1042 }])
    expect(outcome).toBe(1)
  })

  test.each<[string, Script]>([
    ['is denied', { wait: saying({ status: 'denied' }) }],
    ['is approved for something else', { redeem: receipt({ claims: { digest: 'sha256:1' } }) }],
  ])('does not run when it %s', async (_, script) => {
    expect((await guarded(script, { order: 1042 })).ran).toEqual([])
  })

  test.each([
    ['a date', { at: new Date(0) }],
    ['not a number', { at: Number.NaN }],
    ['a big integer', { at: 1n }],
    ['a function', { at: () => 1 }],
    ['half a character', { at: '\ud800' }],
    ['a map', { at: new Map() }],
    ['a hole', { at: [undefined] }],
  ])('does not ask with what JSON does not keep: %s', async (_, args) => {
    const { ran, outcome } = await guarded({}, args)
    expect([ran, outcome]).toEqual([[], expect.any(TypeError)])
  })
})

test('an aborted signal ends the wait, with its reason, also where it asks again', async () => {
  for (const wait of [() => {}, (res) => res.destroy()] satisfies Answer[]) {
    const server = await startLyingServer({ wait })
    const client = createClient({ url: server.url, auth: 'csk_1' })
    const ending = new AbortController()
    const waiting = client.requireApproval(ACTION, {
      agent: AGENT,
      signal: ending.signal,
      onPending: ({ id }) => setTimeout(() => ending.abort(new Error(id)), 20),
    })
    await expect(waiting).rejects.toThrow(APPROVAL_ID)
    await server.close()
  }
})

test('it is told once more when only a moment was bad, and asks under the same Idempotency-Key', async () => {
  const bad = new Set<string>()
  const script: Script = {
    get ask() {
      return once('ask')
    },
    get wait() {
      return once('wait')
    },
    get redeem() {
      return once('redeem')
    },
    get keys() {
      return once('keys')
    },
  }
  function once(question: string): Answer | undefined {
    if (bad.has(question)) return undefined
    bad.add(question)
    return (res) => res.destroy()
  }
  const server = await startLyingServer(script)
  const client = createClient({ url: server.url, auth: 'csk_1', ...IMPATIENT, patienceSeconds: 5 })
  const { claims } = await client.requireApproval(ACTION, { agent: AGENT })
  expect(claims.jti).toBe('rdm_1')
  expect(server.asked).toHaveLength(8)
  await server.close()
})

test.each([
  [{ url: 'countersign.example.com' }, /^url: /],
  [{ url: 'https://countersign.example.com/v1' }, /^url: /],
  [{ url: 'ftp://countersign.example.com' }, /^url: /],
  [{ url: 'https://countersign.example.com', auth: 'csk 1' }, /^auth: /],
])('%j is refused', (options, sentence) => {
  expect(() => createClient(options)).toThrow(sentence)
})
