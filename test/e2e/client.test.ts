// Shows the client at work on a running server: what each answer of people becomes, over restarts too.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiSource, type Document } from '../../packages/client/generate/api-source.ts'
import {
  type ApprovalOptions,
  type Client,
  createClient,
  Denied,
  Expired,
  Refused,
  Withdrawn,
} from '../../packages/client/src/index.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { blocks, readPage, runScript } from '../fakes/doc-page.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { keepablePort } from '../fakes/server-process.ts'

const ACTION = { tool: 'payments.refund', arguments: { order: 1042, amount: '480.00' } }
const AGENT = 'refund-agent'

// Receipts are held against the real time.
const clock = manualClock(Date.now())
let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let port: number
let running: Running
let reviewer: string
let client: Client

async function start(): Promise<void> {
  running = await startCountersign({
    databaseUrl: database.url,
    clock,
    port,
    env: { UNREACHED_AFTER_SECONDS: '60' },
  })
}

beforeAll(async () => {
  database = (await databases[0]?.create()) as typeof database
  port = await keepablePort()
  await start()
  const person = { name: 'Ana Ruiz', email: 'ana@example.com' }
  reviewer = await running.key({ roles: ['reviewer'], person })
  client = createClient({ url: running.url, auth: await running.key({ roles: ['agent'] }), waitSeconds: 30 })
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
})

const decide = (id: string, decision: string, note?: string) =>
  running.call('POST', `/v1/approvals/${id}/decision`, { key: reviewer, body: { decision, note } })

/** Asks, and meanwhile this happens to it. */
function asking(happens: (approval: { id: string }) => unknown, more: Partial<ApprovalOptions> = {}) {
  return client.requireApproval(ACTION, { agent: AGENT, onPending: happens, ...more })
}

test('the types of the client are those of the document; npm run generate writes them', async () => {
  const document = (await client.readDocument()).body as unknown as Document
  await expect(apiSource(document)).toMatchFileSnapshot('../../packages/client/src/api.ts')
})

test('approved, it resolves with a receipt, also when the server restarts in between', async () => {
  const restart = async (id: string) => {
    await running.stop()
    await start()
    await decide(id, 'approve')
  }
  // By then the call that waits is under way.
  const { receipt, claims, approval, action } = await asking(({ id }) => setTimeout(restart, 20, id))
  expect(claims).toMatchObject({
    iss: running.url,
    approvers: [{ name: 'Ana Ruiz' }],
    approval_id: approval.id,
  })
  expect(action).toEqual({ ...ACTION, environment: null })
  expect(await client.verifyReceipt(receipt, ACTION)).toEqual(claims)
  await expect(client.verifyReceipt(receipt, { ...ACTION, environment: 'staging' })).rejects.toThrow(
    'Another action',
  )
})

test('denied, it says by whom and why', async () => {
  const error = await asking(({ id }) => decide(id, 'deny', 'too much')).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(Denied)
  expect([error.name, error.message, error.note]).toEqual([
    'Denied',
    'Denied by Ana Ruiz via api: too much',
    'too much',
  ])
})

test('it tells apart that nobody answered, and that it was taken back', async () => {
  const destination = await running.destination()
  await expect(asking(() => clock.advance(60_000), { expires_in_seconds: 60 })).rejects.toBeInstanceOf(
    Expired,
  )
  await running.call('DELETE', `/v1/settings/notifications/${destination}`)
  const withdraw = ({ id }: { id: string }) => client.withdrawApproval({ path: { id } })
  await expect(asking(withdraw)).rejects.toBeInstanceOf(Withdrawn)
})

test('a yes that is revoked before it is redeemed is none', async () => {
  const admin = async ({ id }: { id: string }) => {
    await decide(id, 'approve')
    await running.call('POST', `/v1/approvals/${id}/revoke`, { body: { reason: 'wrong account' } })
  }
  const error = await asking(admin).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(Withdrawn)
  expect(error.message).toContain('wrong account')
})

test('who asks again under the same Idempotency-Key has the same approval, and a yes that came meanwhile', async () => {
  const ending = new AbortController()
  const more = { idempotencyKey: 'refund-1042', signal: ending.signal }
  let asked = ''
  const given = asking(({ id }) => {
    asked = id
    ending.abort()
  }, more)
  await expect(given).rejects.toThrow('aborted')
  await decide(asked, 'approve')
  const { approval } = await asking(() => expect.unreachable(), { idempotencyKey: 'refund-1042' })
  expect(approval).toMatchObject({ id: asked, grant: { state: 'redeemed' } })
  await expect(asking(() => {}, { idempotencyKey: 'refund-1042' })).rejects.toMatchObject({
    code: 'already_redeemed',
  })
})

test('what the server refuses is told with its code, and every operation has its types', async () => {
  const missing = client.readApproval({ path: { id: 'apr_none' } })
  await expect(missing).rejects.toBeInstanceOf(Refused)
  await expect(missing).rejects.toMatchObject({ code: 'approval_not_found', status: 404 })
  await expect(asking(() => {}, { agent: ' ' })).rejects.toMatchObject({ code: 'invalid_request' })
  const admin = createClient({ url: running.url, auth: running.config.adminKey })
  const { body } = await admin.listApprovals({ query: { status: 'denied', limit: 1 } })
  expect(body.data.map((one) => one.action.tool satisfies ApprovalView['action']['tool'])).toEqual([
    ACTION.tool,
  ])
  const contentType = 'application/yaml'
  const { headers } = await admin.setPolicy({ body: 'rules: []\n', contentType })
  expect(await admin.readPolicy()).toMatchObject({ text: 'rules: []\n', body: 'rules: []\n' })
  const stale = admin.setPolicy({ body: 'rules: []', contentType, headers: { 'If-Match': '"9"' } })
  await expect(stale).rejects.toMatchObject({ code: 'policy_changed' })
  expect(headers.get('etag')).toBe('"1"')
})

test('the program of its page runs', async () => {
  const key = await running.key({ roles: ['agent'] })
  const admin = createClient({ url: running.url, auth: running.config.adminKey })
  const program = blocks(readPage('packages/client/README.md'), 'ts').join('')
  const printed = runScript(program, { COUNTERSIGN_URL: running.url, AGENT_KEY: key })
  for (const order of [1042, 1043]) {
    const { id } = await eventually(async () => {
      const { data } = (await admin.listApprovals({ query: { status: 'pending', include: 'details' } })).body
      return data.find(({ action }) => action.arguments?.order === order)
    })
    await decide(id, 'approve')
  }
  expect(await printed).toMatch(
    /^http:\S+\/approvals\/apr_\w+\nrefunded 1043 by \d+ characters of proof\nAna Ruiz\npayments.refund\n$/,
  )
})
