// Shows that the sandbox is only for this machine, sets itself up once, and that its agent learns the answer.

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import express from 'express'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import type { Snapshot } from '../../src/sandbox/snapshot.ts'
import { createTinyProduct, type TinyProduct } from '../fakes/tiny-product.ts'

let dataDir = ''
let port = 0
let server: Server
let sandbox: Sandbox
let product: TinyProduct

async function start(): Promise<void> {
  port = 0
  const app = express()
  const clock = { now: () => Date.now() }
  sandbox = createSandbox({
    productUrl: () => `http://127.0.0.1:${port}`,
    adminKey: 'admin',
    dataDir,
    log: pino({ level: 'silent' }),
    clock,
  })
  sandbox.mount(app)
  product.mount(app)
  server = app.listen(port, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  port = (server.address() as { port: number }).port
}

async function stop(): Promise<void> {
  sandbox.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sandbox-'))
  product = createTinyProduct()
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

/** The answer to a request whose first line is this one. */
async function raw(line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end(`${line}\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  return text(socket)
}

async function snapshot(): Promise<Snapshot> {
  const closing = new AbortController()
  const response = await fetch(`http://127.0.0.1:${port}/sandbox/state`, { signal: closing.signal })
  const decoder = new TextDecoder()
  let heard = ''
  for await (const chunk of response.body ?? []) {
    heard += decoder.decode(chunk, { stream: true })
    const [, data] = /^data: (.*)\n\n/m.exec(heard) ?? []
    if (data) return JSON.parse(data)
  }
  throw new Error('the stream ended')
}

async function act(action: string, body: Record<string, unknown> = {}): Promise<[number, unknown]> {
  const init = { method: 'POST', headers: json, body: JSON.stringify(body) }
  const answer = await fetch(`http://127.0.0.1:${port}/sandbox/${action}`, init)
  return [answer.status, await answer.json()]
}

const talk = (conversation_id: string, user_id: string | undefined) => ({ conversation_id, user_id })

const json = { 'content-type': 'application/json' }
const ask = { kind: 'refund', expires_in_seconds: 60 }

test('the page is served with a strict policy and is never cached', async () => {
  for (const path of ['/sandbox', '/sandbox/page.js', '/sandbox/base.css', '/sandbox/adaptivecards.js']) {
    const { status, headers } = await send(path)
    expect(status, path).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
  }
})

const PAGES = ['/sandbox', '/sandbox/page.js', '/sandbox/adaptivecards.js', '/sandbox/state']
const CALLS = [
  '/sandbox/ask',
  '/sandbox/reviewer-key',
  '/sandbox/slack/api/auth.test',
  '/sandbox/teams/playground/messages',
  '/sandbox/telegram/bot1:x/sendMessage',
  '/api/webhooks/1/x',
]

test.each([
  ['Host', { host: 'evil.example' }],
  ['Host', { host: '127.0.0.1:1' }],
  ['Origin', { origin: 'https://evil.example' }],
  // A sandboxed frame.
  ['Origin', { origin: 'null' }],
])('a foreign %s is refused everywhere: %o', async (_, headers) => {
  for (const path of PAGES) expect((await send(path, { headers })).status, path).toBe(403)
  for (const path of CALLS) {
    const call = { method: 'POST', headers: { ...json, ...headers }, body: ask }
    expect((await send(path, call)).status, path).toBe(403)
  }
})

test.each([
  'Forwarded',
  'X-Forwarded',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Original-Forwarded-For',
  'X-Original-URL',
  'X-Real-IP',
  'X-Client-IP',
  'Client-IP',
  'True-Client-IP',
  'X-Cluster-Client-IP',
  'CF-Connecting-IP',
  'CF-Connecting-IPv6',
  'CF-Ray',
  'CDN-Loop',
  'Fastly-Client-IP',
  'Fly-Client-IP',
  'X-Azure-ClientIP',
  'X-Azure-SocketIP',
  'X-Appengine-User-IP',
  'X-Nf-Client-Connection-IP',
  'X-Amzn-Trace-Id',
  'X-Envoy-External-Address',
  'X-Remote-Addr',
  'X-Originating-IP',
  'X-ProxyUser-IP',
  'Proxy-Connection',
  'WL-Proxy-Client-IP',
  'Tailscale-User-Login',
  'Via',
  'X-BlueCoat-Via',
])('what comes with %s came through a proxy, and is refused everywhere with a sentence', async (name) => {
  const headers = { ...json, [name]: '1' }
  const detail = `The sandbox answers only to this machine, opened directly (refused for its ${name.toLowerCase()}).`
  const answers = await Promise.all([
    ...PAGES.map((path) => fetch(`http://127.0.0.1:${port}${path}`, { headers })),
    ...CALLS.map((path) => fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body: '{}' })),
  ])
  for (const answer of answers) {
    expect(answer.status, answer.url).toBe(403)
    expect(await answer.json()).toMatchObject({ detail, code: 'sandbox_is_local' })
  }
})

test('what comes by HTTP/1.0 came through a proxy too', async () => {
  for (const path of [...PAGES, ...CALLS]) {
    const said = await raw(`${CALLS.includes(path) ? 'POST' : 'GET'} ${path} HTTP/1.0`)
    expect(said, path).toMatch(/^HTTP\/1\.\d 403 /)
    expect(said).toContain('refused for its HTTP/1.0')
  }
})

test('what a browser and the product send by themselves is no sign of a proxy', async () => {
  const headers = {
    accept: '*/*',
    'accept-encoding': 'gzip',
    'accept-language': 'en',
    authorization: 'Bearer x',
    'cache-control': 'no-cache',
    'client-request-id': 'x',
    cookie: 'a=b',
    dnt: '1',
    'last-event-id': '1',
    priority: 'u=1',
    referer: 'http://127.0.0.1/',
    'sec-ch-ua': '"Chromium"',
    'sec-fetch-site': 'same-origin',
    'upgrade-insecure-requests': '1',
    'user-agent': 'Mozilla/5.0',
    'x-client-sku': 'msal',
    'x-ms-client-request-id': 'x',
    'x-request-id': 'x',
  }
  for (const path of PAGES) expect((await send(path, { headers })).status, path).toBe(200)
})

test('it opens under each name of this machine', async () => {
  for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
    const headers = { host: `${name}:${port}`, origin: `http://${name}:${port}` }
    expect((await send('/sandbox', { headers })).status, name).toBe(200)
  }
})

test('what a foreign page could send without asking is not taken', async () => {
  const headers = { 'content-type': 'text/plain' }
  for (const action of ['ask', 'reviewer-key', 'slack-click', 'teams-click', 'teams-message']) {
    const path = `/sandbox/${action}`
    expect((await send(path, { method: 'POST', headers, body: ask })).status, path).toBe(415)
  }
})

test('it sets itself up once, and keeps its keys to itself', async () => {
  await sandbox.ready()
  await stop()
  await start()
  await sandbox.ready()
  expect(product.postedTo('/v1/settings/notifications')).toMatchObject([
    { channel_type: 'slack', config: { channel_id: 'C0APPROVALS' } },
    { channel_type: 'teams', config: { conversation_id: expect.stringMatching(/@thread\.tacv2$/) } },
    { channel_type: 'discord', config: { webhook_url: expect.stringContaining('/api/webhooks/') } },
    { channel_type: 'telegram', config: { chat_id: '-1001200000001' } },
  ])
  expect(product.postedTo('/v1/api-keys')).toMatchObject([
    { roles: ['agent'] },
    { roles: ['reviewer'], person: { name: 'Ana Ruiz', email: 'ana.ruiz@example.com' } },
  ])
  const file = join(dataDir, 'sandbox.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  for (const key of product.known) expect(readFileSync(file, 'utf8')).toContain(key)
  for (const key of product.known) expect(JSON.stringify(await snapshot())).not.toContain(key)
})

test('whatever the product is connected to is on this machine', async () => {
  await sandbox.ready()
  const told = JSON.stringify([sandbox.connections, product.postedTo('/v1/settings/notifications')])
  expect(new Set(told.match(/https?:\/\/[^/":]+/g))).toEqual(new Set(['http://127.0.0.1']))
  expect(sandbox.connections.egress.allowCidrs).toEqual(['127.0.0.0/8', '::1/128'])
})

test('on another port Discord is where it was: its destination is told the new address', async () => {
  await sandbox.ready()
  expect(product.changed).toEqual([])
  await stop()
  await start()
  await sandbox.ready()
  const webhook_url = expect.stringMatching(`^http://127\\.0\\.0\\.1:${port}/api/webhooks/`)
  expect(product.changed).toEqual([{ id: 'dst_2', config: { webhook_url } }])
})

test('a reviewer’s key is given to whoever asks for it, and is another one once it is not known any more', async () => {
  expect(await act('reviewer-key')).toEqual([409, { detail: expect.stringContaining('no key yet') }])
  await sandbox.ready()
  expect(await act('reviewer-key')).toEqual([200, { key: 'reviewer-key-2' }])
  product.known.delete('reviewer-key-2')
  await stop()
  await start()
  await sandbox.ready()
  expect(await act('reviewer-key')).toEqual([200, { key: 'reviewer-key-3' }])
  expect((await send('/sandbox/reviewer-key')).status).toBe(404)
})

test('who acts is the same person in Slack and in Teams', async () => {
  const { people, teams } = await snapshot()
  expect(people.map(({ name, guest }) => [name, guest])).toEqual([
    ['Ana Ruiz', false],
    ['Ben Okafor', false],
    ['Gil Guest', true],
  ])
  expect(teams).toMatchObject({ team: 'Operations', channel: { name: 'Approvals' } })
  await sandbox.ready()
  for (const { name, teamsId } of people) {
    expect(await act('teams-message', { ...talk(teams.channel.id, teamsId), text: 'status' })).toEqual([
      200,
      expect.objectContaining({ status: 200 }),
    ])
    expect(product.posted.at(-1)?.body).toMatchObject({ type: 'message', from: { name } })
    expect((await snapshot()).teams.messages.at(-1)).toMatchObject({
      from: name,
      byBot: false,
      text: 'status',
    })
  }
})

test('what cannot be pressed or said is told in words, whatever was sent', async () => {
  await sandbox.ready()
  const { teams, people } = await snapshot()
  const gone = [409, { detail: expect.stringContaining('no longer on the card') }]
  for (const message_id of ['1', '', null, {}]) {
    const click = { ...talk(teams.channel.id, people[0]?.teamsId), message_id, verb: 'approve' }
    expect(await act('teams-click', click)).toEqual(gone)
  }
  for (const action of ['teams-click', 'slack-click']) expect(await act(action)).toEqual(gone)
  const nobody = [409, { detail: 'There is no such person or channel here' }]
  for (const action of ['teams-message', 'slack-command']) expect(await act(action)).toEqual(nobody)
  expect(await act('teams-message', talk('19:elsewhere', people[0]?.teamsId))).toEqual(nobody)
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
  const request = product.posted.at(-1)
  expect(request?.body).toMatchObject({ action: { tool: 'stripe.refund' }, expires_in_seconds: 60 })
  expect(request?.headers['idempotency-key']).toBeTruthy()
  const decisions = [{ verdict: 'approve', reviewer: { name: 'Ana' }, note: 'checked' }]
  await product.decide({ status: 'approved', decisions })
  await expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('approved')
  const { runs } = await snapshot()
  expect(runs[0]).toMatchObject({ decided_by: 'Ana', note: 'checked', told_after_ms: expect.any(Number) })
})

test('the agent tells of a violation and waits for nobody', async () => {
  await sandbox.ready()
  const [status] = await act('ask', { ...ask, kind: 'violation' })
  expect(status).toBe(202)
  await expect
    .poll(async () => (await snapshot()).runs[0])
    .toMatchObject({ kind: 'violation', status: 'told' })
  expect(product.postedTo('/v1/events')).toMatchObject([
    {
      type: 'policy.violation',
      severity: 'high',
      agent: { id: 'sandbox-ops-copilot' },
      tool: 'gmail.send',
      action: 'blocked',
      data: { policy_name: 'no-pii-in-mail' },
    },
  ])
  expect(product.posted.at(-1)?.headers.authorization).toBe('Bearer agent-key-1')
  expect(product.postedTo('/v1/approvals')).toEqual([])
})

test('what Discord and Telegram were told survives a restart', async () => {
  await sandbox.ready()
  await tellBoth('before')
  await stop()
  await start()
  await sandbox.ready()
  const { discord, telegram } = await snapshot()
  expect(discord).toMatchObject({ channel: 'agent-approvals', messages: [{ content: 'before' }] })
  expect(telegram).toMatchObject({ chat: 'Agent approvals', messages: [{ text: 'before' }] })
})

test('Discord and Telegram take no more than the real ones do', async () => {
  await sandbox.ready()
  const answers = await Promise.all(Array.from({ length: 31 }, () => tellBoth('again')))
  expect(answers.map(([discord]) => discord).filter((status) => status === 429)).toHaveLength(1)
  expect(answers.map(([, telegram]) => telegram).filter((status) => status === 200)).toHaveLength(1)
})

test('only what is sent to a webhook is read by Discord', async () => {
  const broken = { method: 'POST', headers: json, body: '{' }
  const answer = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`, broken)).text()
  expect(await answer('/api/webhooks/1/x')).toContain('50109')
  expect(await answer('/v1/approvals')).not.toContain('50109')
})

/** As the product does it; the statuses of both answers. */
async function tellBoth(text: string): Promise<number[]> {
  const configs = product.postedTo('/v1/settings/notifications').map(({ config }) => config)
  const { webhook_url, bot_token, chat_id } = Object.assign({}, ...configs)
  const post = async (url: string, body: unknown) =>
    (await fetch(url, { method: 'POST', headers: json, body: JSON.stringify(body) })).status
  const { pathname } = new URL(webhook_url)
  return Promise.all([
    post(`http://127.0.0.1:${port}${pathname}?wait=true`, { content: text }),
    post(`http://127.0.0.1:${port}/sandbox/telegram/bot${bot_token}/sendMessage`, { chat_id, text }),
  ])
}

test('cards and waiting requests survive a restart', async () => {
  await sandbox.ready()
  await send('/sandbox/ask', { method: 'POST', headers: json, body: ask })
  await expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('waiting')
  const form = new URLSearchParams({ channel: 'C0APPROVALS', text: 'a card' })
  const headers = { authorization: `Bearer ${sandbox.connections.slack.botToken}` }
  const api = `http://127.0.0.1:${port}/sandbox/slack/api/chat.postMessage`
  expect(await (await fetch(api, { method: 'POST', headers, body: form })).json()).toMatchObject({ ok: true })
  await stop()
  await start()
  await sandbox.ready()
  expect((await snapshot()).slack.messages).toMatchObject([{ text: 'a card' }])
  await product.decide({ status: 'denied' })
  await expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('denied')
})
