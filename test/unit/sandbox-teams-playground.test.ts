// Shows that a client of Microsoft's without tokens can talk to the product by the relay, only from this machine.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import { startTeams, type TeamsServer } from '../fakes/teams-server.ts'

const FOREIGN_TENANT = '00000000-0000-0000-0000-0000000000001'
const servers: Server[] = []
let teams: TeamsServer
let relay: string
let playgroundUrl: string
/** What the product got. */
const arrived: { activity: Record<string, unknown>; claims: Record<string, unknown> }[] = []
/** What the Playground was sent. */
const shown: { path: string; body: unknown }[] = []

async function serve(app: Express): Promise<string> {
  const server = createServer(app)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  const product = express()
  product.post('/api/messages', express.json(), (req, res) => {
    const token = req.get('authorization')?.replace('Bearer ', '') ?? ''
    arrived.push({ activity: req.body, claims: decodeJwt(token) })
    res.status(200).json({ statusCode: 200 })
  })
  const productUrl = await serve(product)
  teams = await startTeams(systemClock, () => productUrl)
  relay = teams.teams.serviceUrl().replace('/connector/', '/playground')

  const playground = express()
  playground.use(express.json(), (req, res) => {
    shown.push({ path: req.url, body: req.body })
    res.status(201).json({ id: 'message-1', tenantId: FOREIGN_TENANT })
  })
  playgroundUrl = `${await serve(playground)}/_connector`
})
afterAll(async () => {
  for (const server of servers) server.close()
  await teams.close()
})

const send = (activity: unknown) =>
  fetch(`${relay}/messages`, { method: 'POST', body: JSON.stringify(activity) })
const written = () => ({
  type: 'message',
  text: 'status',
  serviceUrl: playgroundUrl,
  conversation: { id: 'c', tenantId: FOREIGN_TENANT },
  channelData: { tenant: { id: FOREIGN_TENANT } },
})

test('what is written there arrives as from the tenant of the sandbox, with a token for that very activity', async () => {
  const answer = await send(written())
  expect([answer.status, await answer.json()]).toEqual([200, { statusCode: 200 }])
  const { activity, claims } = arrived.at(-1) as (typeof arrived)[number]
  expect(activity).toMatchObject({
    text: 'status',
    conversation: { id: 'c', tenantId: teams.teams.tenantId },
    channelData: { tenant: { id: teams.teams.tenantId } },
  })
  expect(claims).toMatchObject({ aud: teams.app.appId, serviceurl: activity.serviceUrl })
})

test('what the product sends there is shown there, and what it answers is of that tenant too', async () => {
  await send(written())
  const serviceUrl = String(arrived.at(-1)?.activity.serviceUrl)
  const body = JSON.stringify({ type: 'message', text: 'hello' })
  const answer = await fetch(`${serviceUrl}v3/conversations/c/activities`, { method: 'POST', body })
  expect([answer.status, await answer.json()]).toEqual([
    201,
    { id: 'message-1', tenantId: teams.teams.tenantId },
  ])
  expect(shown.at(-1)).toEqual({
    path: '/_connector/v3/conversations/c/activities',
    body: { type: 'message', text: 'hello' },
  })
})

test.each([
  ['another machine', { ...written(), serviceUrl: 'http://192.0.2.1:80/' }],
  [
    'an address that only begins like this machine’s',
    { ...written(), serviceUrl: 'http://localhost.example/' },
  ],
  ['nonsense', []],
])('%s is not served', async (_who, activity) => {
  const before = arrived.length
  expect((await send(activity)).status).toBe(400)
  expect(arrived.length).toBe(before)
})
