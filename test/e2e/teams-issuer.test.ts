// Shows that Teams gets a 503 while Microsoft's keys cannot be had, and that strangers' tokens take up no memory.

import { randomBytes, randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'

let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let running: Running

beforeAll(async () => {
  database = (await databases[0]?.create()) as typeof database
  running = await startCountersign({ databaseUrl: database.url, teams: true })
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
})

const typing = () => {
  const { tenantId } = running.teams
  return {
    type: 'typing',
    channelId: 'msteams',
    serviceUrl: running.teams.serviceUrl(),
    from: { id: '29:1' },
    recipient: { id: '28:1' },
    conversation: { id: 'a:1', tenantId },
  }
}
const expectUnavailable = async () =>
  expect(await running.teams.send(typing())).toMatchObject({
    status: 503,
    body: { code: 'keys_unavailable', detail: 'Tokens cannot be checked at the moment' },
  })

test('a token that is wrong by what it says is refused before any key is asked for, however many come', async () => {
  // Whoever made the server ask would be answered 503.
  running.teams.failNext({ method: 'keys', status: 500 })
  const good = goodClaims()
  const elsewhere = 'https://smba.trafficmanager.net/emea/'
  const wrong: Record<string, string> = {
    'another issuer': tokenOf({ ...good, iss: `https://sts.windows.net/${randomUUID()}/` }),
    'no issuer': tokenOf({ ...good, iss: undefined }),
    'another audience': tokenOf({ ...good, aud: randomUUID() }),
    'our audience among others': tokenOf({ ...good, aud: [good.aud, randomUUID()] }),
    'an expiry 301 s ago': tokenOf({ ...good, exp: inSeconds(-301) }),
    'no expiry': tokenOf({ ...good, exp: undefined }),
    'a beginning in ten minutes': tokenOf({ ...good, nbf: inSeconds(600) }),
    'another service URL': tokenOf({ ...good, serviceurl: elsewhere }),
    'no service URL': tokenOf({ ...good, serviceurl: undefined }),
    'another algorithm': tokenOf(good, { alg: 'HS256' }),
    'the algorithm none': tokenOf(good, { alg: 'none' }),
    'no algorithm': tokenOf(good, { alg: undefined }),
    'no key id': tokenOf(good, { kid: undefined }),
    'an empty key id': tokenOf(good, { kid: '' }),
    'a key id that is a list': tokenOf(good, { kid: ['one'] }),
    'a header that is no JSON': tokenOf(good).replace(/^[^.]+/, 'AAAA'),
    'claims that are no JSON': tokenOf(good).replace(/\.[^.]+\./, '.AAAA.'),
  }
  for (const [what, token] of Object.entries(wrong)) {
    expect([what, (await running.teams.send(typing(), token)).status]).toEqual([what, 401])
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 20 })
  const many = await flood(500, agent, () => tokenOf({ ...good, iss: randomUUID() }))
  agent.destroy()
  expect(many).toEqual({ 401: 500 })
  await expectUnavailable()
})

test('while the keys cannot be had, everything is told so, and works again afterwards', async () => {
  const { teams } = running
  teams.failNext({ method: 'keys', status: 500 })
  await expectUnavailable()
  teams.failNext({ method: 'keys', dropAfterPosting: false })
  await expectUnavailable()
  teams.failNext({ method: 'keys', status: 200, code: 'NoDocument' })
  await expectUnavailable()
  // Now it is told where the keys are, and what they are is not.
  teams.failNext({ method: 'keys', hang: true })()
  for (const fault of [{ status: 500 }, { dropAfterPosting: false }, { status: 200, code: 'NoKeys' }]) {
    teams.failNext({ method: 'keys', ...fault })
    await expectUnavailable()
  }
  expect((await teams.send(typing())).status).toBe(200)
})

test('4,000 strangers are refused, the keys are not asked for again, and no memory is kept', async () => {
  expect((await running.teams.send(typing())).status).toBe(200)
  // Whoever made the server ask would be answered 503.
  running.teams.failNext({ method: 'keys', status: 500, times: 5_000 })
  const agent = new Agent({ keepAlive: true, maxSockets: 20 })
  try {
    expect(await flood(1_000, agent)).toEqual({ 401: 1_000 })
    const before = heapBytes()
    expect(await flood(4_000, agent)).toEqual({ 401: 4_000 })
    expect(heapBytes() - before).toBeLessThan(1_000_000)
  } finally {
    agent.destroy()
  }
}, 60_000)

/** Each from a tenant and with a key that nobody saw before; how many were answered with which status. */
async function flood(
  count: number,
  agent: Agent,
  tokenFor = strangersToken,
): Promise<Record<number, number>> {
  const body = JSON.stringify(typing())
  const statuses: Record<number, number> = {}
  let left = count
  const sendSome = async () => {
    while (left-- > 0) {
      const status = await post(body, `Bearer ${tokenFor(left)}`, agent)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: 20 }, sendSome))
  return statuses
}

function strangersToken(number: number): string {
  const good = goodClaims()
  const tid = randomUUID()
  const emulator = { ...good, iss: `https://sts.windows.net/${tid}/`, appid: good.aud, tid }
  return tokenOf(number % 2 === 0 ? emulator : good)
}

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

function goodClaims() {
  const [aud, serviceurl] = [running.config.teams?.appId, running.teams.serviceUrl()]
  return { iss: 'https://api.botframework.com', aud, serviceurl, exp: inSeconds(3600) }
}

/** Of a key that nobody saw before, unless the header names another. */
function tokenOf(claims: object, header: object = {}): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const named = { alg: 'RS256', typ: 'JWT', kid: randomUUID(), ...header }
  return `${part(named)}.${part(claims)}.${randomBytes(256).toString('base64url')}`
}

function post(body: string, authorization: string, agent: Agent): Promise<number> {
  const headers = { 'content-type': 'application/json', authorization }
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent, headers }
    request(`${running.url}/v1/webhooks/teams/interactions`, options)
      .on('error', reject)
      .on('response', (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
      })
      .end(body)
  })
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
