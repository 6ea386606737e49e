// Is the sandbox only for this machine, does it set itself up once, and does its agent learn the answer?

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { mountSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import type { Snapshot } from '../../src/sandbox/snapshot.ts'

let dataDir = ''
let port = 0
let server: Server
let sandbox: Sandbox
/** What a tiny product was asked for. */
let posted: { path: string; body: Record<string, unknown>; headers: Record<string, unknown> }[] = []
const known = new Set<string>()
/** Answers the agent that waits, once it waits. */
let release: ((decision: Record<string, unknown>) => void) | undefined

async function start(): Promise<void> {
  port = 0
  release = undefined
  const app = express()
  const clock = { now: () => Date.now() }
  sandbox = mountSandbox(app, {
    productUrl: () => `http://127.0.0.1:${port}`,
    adminKey: 'admin',
    slackSigningSecret: 'secret',
    slackBotToken: 'xoxb',
    dataDir,
    log: pino({ level: 'silent' }),
    clock,
  })
  mountTinyProduct(app)
  server = app.listen(port, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  port = (server.address() as { port: number }).port
}

async function stop(): Promise<void> {
  sandbox.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

function mountTinyProduct(app: express.Express): void {
  app.post('/v1/{*path}', express.json(), (req, _res, next) => {
    posted.push({ path: req.path, body: req.body, headers: req.headers })
    next()
  })
  const created = (path: string) => posted.filter((one) => one.path === path)
  app.get('/v1/settings/notifications', (_req, res) => {
    const data = created('/v1/settings/notifications').map(({ body }) => body)
    res.json({ data, next_cursor: null })
  })
  app.post('/v1/settings/notifications', (_req, res) => res.status(201).json({}))
  app.post('/v1/api-keys', (req, res) => {
    const key = `${req.body.roles}-key-${created('/v1/api-keys').length}`
    known.add(key)
    res.status(201).json({ key })
  })
  const pending = { id: 'apr_1', url: 'http://x', status: 'pending', closed_at: null, decisions: [] }
  const expires_at = new Date(Date.now() + 60_000).toISOString()
  app.post('/v1/approvals', (_req, res) => res.status(201).json({ ...pending, expires_at }))
  app.get('/v1/approvals/:id', (req, res) => {
    const key = req.headers.authorization?.replace('Bearer ', '') ?? ''
    if (!known.has(key)) res.status(401).json({ detail: 'This API key is not known here' })
    else if (req.params.id !== 'apr_1') res.status(404).json({ detail: 'Approval request not found' })
    else release = (decision) => res.json({ ...pending, expires_at, ...decision })
  })
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sandbox-'))
  posted = []
  known.clear()
  await start()
})
afterEach(async () => {
  await stop()
  rmSync(dataDir, { recursive: true })
})

interface Sent {
  method?: string
  headers?: Record<string, string>
  body?: unknown
}

function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (res) => {
      res.destroy()
      resolve({ status: res.statusCode ?? 0, headers: res.headers })
    })
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function snapshot(): Promise<Snapshot> {
  const closing = new AbortController()
  const response = await fetch(`http://127.0.0.1:${port}/sandbox/state`, { signal: closing.signal })
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const [, data] = /^data: (.*)\n\n/m.exec(text) ?? []
    if (data) return JSON.parse(data)
  }
  throw new Error('the stream ended')
}

async function reviewerKey(): Promise<[number, unknown]> {
  const answer = await fetch(`http://127.0.0.1:${port}/sandbox/reviewer-key`, {
    method: 'POST',
    headers: json,
  })
  return [answer.status, await answer.json()]
}

async function decide(decision: Record<string, unknown>): Promise<void> {
  await expect.poll(() => release).toBeDefined()
  release?.({ closed_at: new Date().toISOString(), ...decision })
}

const json = { 'content-type': 'application/json' }
const ask = { kind: 'refund', expires_in_seconds: 60 }

test('the page is served with a strict policy and is never cached', async () => {
  for (const path of ['/sandbox', '/sandbox/page.js', '/sandbox/base.css']) {
    const { status, headers } = await send(path)
    expect(status, path).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
  }
})

test.each([
  ['a foreign Host', { host: 'evil.example' }],
  ['another port', { host: '127.0.0.1:1' }],
  ['a foreign Origin', { origin: 'https://evil.example' }],
  ['a sandboxed frame', { origin: 'null' }],
  ['X-Forwarded-For', { 'x-forwarded-for': '203.0.113.9' }],
  ['Forwarded', { forwarded: 'for=203.0.113.9' }],
  ['Via', { via: '1.1 proxy' }],
])('%s is refused everywhere', async (_, headers) => {
  for (const path of ['/sandbox', '/sandbox/page.js', '/sandbox/state']) {
    expect((await send(path, { headers })).status, path).toBe(403)
  }
  for (const path of ['/sandbox/ask', '/sandbox/reviewer-key', '/sandbox/slack/api/auth.test']) {
    expect((await send(path, { method: 'POST', headers: { ...json, ...headers }, body: ask })).status).toBe(
      403,
    )
  }
})

test('it opens under each name of this machine', async () => {
  for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
    const headers = { host: `${name}:${port}`, origin: `http://${name}:${port}` }
    expect((await send('/sandbox', { headers })).status, name).toBe(200)
  }
})

test('what a foreign page could send without asking is not taken', async () => {
  const headers = { 'content-type': 'text/plain' }
  for (const path of ['/sandbox/ask', '/sandbox/reviewer-key']) {
    expect((await send(path, { method: 'POST', headers, body: ask })).status, path).toBe(415)
  }
})

test('it sets itself up once, and keeps its keys to itself', async () => {
  await sandbox.ready()
  await stop()
  await start()
  await sandbox.ready()
  const keys = '/v1/api-keys'
  expect(posted.map(({ path }) => path)).toEqual(['/v1/settings/notifications', keys, keys])
  expect(posted[0]?.body).toMatchObject({
    channel_type: 'slack',
    config: { bot_token: 'xoxb', channel_id: 'C0APPROVALS' },
  })
  expect(posted[1]?.body).toMatchObject({ roles: ['agent'] })
  expect(posted[2]?.body).toMatchObject({
    roles: ['reviewer'],
    person: { name: 'Ana Ruiz', email: 'ana.ruiz@example.com' },
  })
  const file = join(dataDir, 'sandbox-slack.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  for (const key of known) expect(readFileSync(file, 'utf8')).toContain(key)
  for (const key of known) expect(JSON.stringify(await snapshot())).not.toContain(key)
})

test('a reviewer’s key is given to whoever asks for it, and is another one once it is not known any more', async () => {
  expect(await reviewerKey()).toEqual([409, { detail: expect.stringContaining('no key yet') }])
  await sandbox.ready()
  expect(await reviewerKey()).toEqual([200, { key: 'reviewer-key-2' }])
  known.delete('reviewer-key-2')
  await stop()
  await start()
  await sandbox.ready()
  expect(await reviewerKey()).toEqual([200, { key: 'reviewer-key-3' }])
  expect((await send('/sandbox/reviewer-key')).status).toBe(404)
})

test('a set-up that fails says so on the page too', async () => {
  await stop()
  await start()
  server.prependListener('request', (req) => {
    if (req.url === '/v1/api-keys') req.url = '/nowhere'
  })
  await expect(sandbox.ready()).rejects.toThrow('404')
  expect(await snapshot()).toMatchObject({ ready: false, problem: expect.stringContaining('404') })
})

test('the agent asks, waits and tells how soon after the decision it was released', async () => {
  await sandbox.ready()
  expect((await send('/sandbox/ask', { method: 'POST', headers: json, body: ask })).status).toBe(202)
  await expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('waiting')
  const request = posted.at(-1)
  expect(request?.body).toMatchObject({ action: { tool: 'stripe.refund' }, expires_in_seconds: 60 })
  expect(request?.headers['idempotency-key']).toBeTruthy()
  const decisions = [{ reviewer: { name: 'Ana' }, note: 'checked' }]
  await decide({ status: 'approved', decisions })
  await expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('approved')
  const { runs } = await snapshot()
  expect(runs[0]).toMatchObject({ decided_by: 'Ana', note: 'checked', told_after_ms: expect.any(Number) })
})

test('cards and waiting requests survive a restart', async () => {
  await sandbox.ready()
  await send('/sandbox/ask', { method: 'POST', headers: json, body: ask })
  await expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('waiting')
  const form = new URLSearchParams({ channel: 'C0APPROVALS', text: 'a card' })
  const headers = { authorization: 'Bearer xoxb' }
  const api = `http://127.0.0.1:${port}/sandbox/slack/api/chat.postMessage`
  expect(await (await fetch(api, { method: 'POST', headers, body: form })).json()).toMatchObject({ ok: true })
  await stop()
  await start()
  await sandbox.ready()
  expect((await snapshot()).messages).toMatchObject([{ text: 'a card' }])
  await decide({ status: 'denied' })
  await expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('denied')
})
