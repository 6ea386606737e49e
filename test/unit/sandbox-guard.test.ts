// Shows that the sandbox answers only to this machine, opened directly, and never to a foreign page.

import { expect, test } from 'vitest'
import { JSON_HEADERS, sandboxServer } from '../fakes/sandbox-server.ts'

const served = sandboxServer()
const { send, raw } = served
const ask = { kind: 'refund', expires_in_seconds: 60 }

const PAGES = ['/sandbox', '/sandbox/page.js', '/sandbox/adaptivecards.js', '/sandbox/state']
const CALLS = [
  '/sandbox/ask',
  '/sandbox/begin-again',
  '/sandbox/hear-in',
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
    const call = { method: 'POST', headers: { ...JSON_HEADERS, ...headers }, body: ask }
    expect((await send(path, call)).status, path).toBe(403)
  }
})

const SIGNS = [
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
]

test('what comes with the header of a proxy is refused everywhere, with a sentence', async () => {
  for (const name of SIGNS) {
    const headers = { ...JSON_HEADERS, [name]: '1' }
    const at = (path: string) => `http://127.0.0.1:${served.port}${path}`
    const answers = await Promise.all([
      ...PAGES.map((path) => fetch(at(path), { headers })),
      ...CALLS.map((path) => fetch(at(path), { method: 'POST', headers, body: '{}' })),
    ])
    for (const answer of answers) {
      expect([name, answer.url, answer.status]).toEqual([name, answer.url, 403])
      expect(await answer.json()).toMatchObject({
        detail: `The sandbox answers only to this machine, opened directly (refused for its ${name.toLowerCase()}).`,
        code: 'sandbox_is_local',
      })
    }
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
    const headers = { host: `${name}:${served.port}`, origin: `http://${name}:${served.port}` }
    expect((await send('/sandbox', { headers })).status, name).toBe(200)
  }
})

test('what a foreign page could send without asking is not taken', async () => {
  const headers = { 'content-type': 'text/plain' }
  for (const action of [
    'ask',
    'begin-again',
    'hear-in',
    'reviewer-key',
    'slack-click',
    'teams-click',
    'teams-message',
  ]) {
    const path = `/sandbox/${action}`
    expect((await send(path, { method: 'POST', headers, body: ask })).status, path).toBe(415)
  }
})
