// Shows that the client never takes for a yes what is none, whatever the server and the network do.

import { describe, expect, test } from 'vitest'
import { InvalidReceipt, Refused, Unavailable } from '../../packages/client/src/errors.ts'
import { createClient } from '../../packages/client/src/index.ts'
import { ENDS, LIES, ON_ITS_WAY, receipt, saying } from '../fakes/lies.ts'
import {
  ACTION,
  AGENT,
  type Answer,
  APPROVAL_ID,
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

test('told nothing but the truth, it resolves', async () => {
  const { outcome, asked } = await told({})
  expect(outcome).toMatchObject({ action: ACTION, claims: { jti: 'rdm_1' } })
  expect(asked).toEqual(['ask', 'wait', 'redeem', 'keys'])
})

describe.concurrent('it is no yes, and no answer that can be trusted:', () => {
  test.each(LIES)('%s', async (_, script) => {
    const { outcome } = await told(script)
    const isOutage = outcome instanceof Refused && outcome.status >= 500
    expect(outcome instanceof Unavailable || isOutage, String(outcome)).toBe(true)
  })

  test.each(ENDS)('it says so: %s', async (_, script, name, sentence) => {
    const { outcome } = await told(script)
    expect([outcome.name, outcome.message]).toEqual([name, sentence])
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
