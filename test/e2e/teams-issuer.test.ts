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
async function flood(count: number, agent: Agent): Promise<Record<number, number>> {
  const body = JSON.stringify(typing())
  const statuses: Record<number, number> = {}
  let left = count
  const sendSome = async () => {
    while (left-- > 0) {
      const status = await post(body, `Bearer ${strangersToken(left)}`, agent)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: 20 }, sendSome))
  return statuses
}

function strangersToken(number: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const appId = running.config.teams?.appId
  const emulator = { iss: `https://sts.windows.net/${randomUUID()}/`, appid: appId, tid: randomUUID() }
  const bot = { iss: 'https://api.botframework.com', serviceurl: running.teams.serviceUrl() }
  const exp = Math.floor(Date.now() / 1000) + 3600
  const claims = { aud: appId, exp, ...(number % 2 === 0 ? emulator : bot) }
  const header = { alg: 'RS256', typ: 'JWT', kid: randomUUID() }
  return `${part(header)}.${part(claims)}.${randomBytes(256).toString('base64url')}`
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
