// Shows that a chat in Microsoft's Agents Playground gets the sandbox's cards, and that a restart loses none of them.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningSandbox, startSandbox } from '../browser/sandbox.ts'
import { eventually } from '../fakes/countersign.ts'

const TENANT = '00000000-0000-0000-0000-0000000000001'
const ALEX = { id: 'user-1', name: 'Alex', aadObjectId: '00000000-0000-0000-0000-000000000020' }
/** What the Playground was asked to show, and by which method. */
const shown: { method: string; path: string; text: string }[] = []
const playground = createServer(
  express()
    .use(express.text({ type: () => true }))
    .get('/{*path}', (_req, res) => {
      res.json({ ...ALEX, userPrincipalName: 'alex@example.com', tenantId: TENANT, userRole: 'user' })
    })
    .use((req, res) => {
      shown.push({ method: req.method, path: req.path, text: String(req.body) })
      res.status(201).json({ id: 'message-1' })
    }),
)
let sandbox: RunningSandbox

beforeAll(async () => {
  await once(playground.listen(0, '127.0.0.1'), 'listening')
  sandbox = await startSandbox()
})
afterAll(async () => {
  await sandbox.remove()
  playground.closeAllConnections()
  playground.close()
})

function write(text: string): Promise<Response> {
  const { port } = playground.address() as AddressInfo
  const activity = {
    type: 'message',
    id: `activity-${text}`,
    channelId: 'msteams',
    text,
    serviceUrl: `http://127.0.0.1:${port}/_connector`,
    from: ALEX,
    recipient: { id: '28:bot', name: 'Countersign' },
    conversation: { id: 'personal-chat', conversationType: 'personal', tenantId: TENANT },
    channelData: { tenant: { id: TENANT } },
  }
  const url = `${sandbox.url}/sandbox/teams/playground/messages`
  return fetch(url, { method: 'POST', body: JSON.stringify(activity) })
}

test('a card that the Playground got before a restart is redrawn after it, and the bot still answers there', async () => {
  expect((await write('status')).status).toBe(200)
  await eventually(() => shown.some(({ text }) => text.includes('Governance status')))
  await eventually(async () => {
    const page = await sandbox.call<{ data: { name: string }[] }>('/v1/settings/notifications')
    return page.data.some(({ name }) => name === 'Agents Playground')
  })
  const asker = await sandbox.call<{ key: string }>('/v1/api-keys', { body: { name: 'a', roles: ['agent'] } })
  const body = { agent: { id: 'a' }, action: { tool: 'a.tool' } }
  const { id } = await sandbox.call<{ id: string }>('/v1/approvals', { body, key: asker.key })
  const cards = (method: string) => shown.filter((one) => one.method === method && one.text.includes(id))
  await eventually(() => cards('POST').length === 1)

  await sandbox.stop()
  await sandbox.start()
  await sandbox.call(`/v1/approvals/${id}/withdraw`, { body: {}, key: asker.key })
  await eventually(() => cards('PUT').length === 1)
  expect(cards('PUT')[0]).toMatchObject({
    path: '/_connector/v3/conversations/personal-chat/activities/message-1',
    text: expect.stringContaining('🚫 Withdrawn'),
  })
  const before = shown.length
  expect((await write('help')).status).toBe(200)
  await eventually(() => shown.slice(before).some(({ text }) => text.includes('what you can ask')))
})
