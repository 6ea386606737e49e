// Shows that raw bytes on a socket break nothing: nonsense, ambiguity, and senders that never finish.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import SqliteHandle from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { type Answered, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded } from '../fakes/peek.ts'
import { reviewer } from '../fakes/shared-server.ts'

const [sqlite] = databases
let database: Awaited<ReturnType<NonNullable<typeof sqlite>['create']>>
let running: Running
let authorized: string
/** Begun first, because each takes as long as the server is patient. */
let slowHeaders: Promise<Ended>
let slowBody: Promise<Ended>
let usedAgain: Promise<string[]>
let asked: ApprovalView
let longPoll: Promise<Answered<ApprovalView>>

beforeAll(async () => {
  database = await (sqlite as NonNullable<typeof sqlite>).create()
  running = await startCountersign({
    databaseUrl: database.url,
    patience: { headersMs: 2_000, requestMs: 4_000 },
  })
  usedAgain = useAgain()
  authorized = `Host: x\r\nAuthorization: Bearer ${running.config.adminKey}\r\n`
  asked = (await running.ask()).body
  longPoll = running.call<ApprovalView>('GET', `/v1/approvals/${asked.id}?wait_seconds=60`)
  slowHeaders = dribble('GET /healthz HTTP/1.1\r\nHost: x\r\n', 'X-Slow: 1\r\n')
  slowBody = dribble(
    `POST /v1/approvals HTTP/1.1\r\n${authorized}Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n`,
    ' ',
  )
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
})

interface Ended {
  text: string
  tookMs: number
}

function open(): Socket {
  // A reset after our bytes is as good an end as any other.
  return connect(Number(new URL(running.url).port), '127.0.0.1').on('error', () => undefined)
}

async function ended(socket: Socket): Promise<Ended> {
  const began = performance.now()
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  await once(socket, 'close')
  return { text: Buffer.concat(chunks).toString('latin1'), tookMs: performance.now() - began }
}

/** Sends the beginning, then one more piece ten times a second until the server has had enough. */
async function dribble(beginning: string, piece: string): Promise<Ended> {
  const socket = open()
  socket.write(beginning)
  const timer = setInterval(() => socket.write(piece), 100)
  const end = await ended(socket)
  clearInterval(timer)
  return end
}

/** All that comes back for these bytes, after which we say no more. */
async function exchange(bytes: string | Buffer): Promise<{ statuses: number[]; text: string }> {
  const socket = open()
  socket.end(bytes)
  const { text } = await ended(socket)
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
  return { statuses, text }
}

const get = (target: string, more = '') => `GET ${target} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
const post =
  (headers: string, body = '') =>
  () =>
    `POST /v1/approvals HTTP/1.1\r\n${authorized}Content-Type: application/json\r\n${headers}\r\n${body}`
const BODY = '{"agent":{"id":"a"},"action":{"tool":"t"}}'

test.each<[string, number[], string | Buffer | (() => string)]>([
  ['headers of 20 KB', [431], get('/healthz', `X: ${'x'.repeat(20_000)}\r\n`)],
  ['3,000 headers', [431], get('/healthz', 'X: 1\r\n'.repeat(3_000))],
  ['a path of 20 KB', [431], get(`/${'x'.repeat(20_000)}`)],
  ['nonsense', [400], 'nonsense\r\n\r\n'],
  ['NUL bytes', [400], Buffer.alloc(1_000)],
  ['a TLS greeting', [400], Buffer.from('160301020001000001fc0303', 'hex')],
  ['the greeting of HTTP/2', [400], 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a good request and then nonsense', [200], `${get('/healthz')}nonsense\r\n\r\n`],
  ['three good requests at once', [200, 404, 200], get('/healthz') + get('/nothing') + get('/readyz')],
  ['no Host', [400], 'GET /healthz HTTP/1.1\r\n\r\n'],
  ['HTTP/1.0', [200], 'GET /healthz HTTP/1.0\r\n\r\n'],
  ['HTTP/0.9', [200], 'GET /healthz\r\n\r\n'],
  ['HTTP/9.9', [400], 'GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n'],
  ['line feeds alone', [400], 'GET /healthz HTTP/1.1\nHost: x\n\n'],
  ['a folded header', [400], get('/healthz', 'X: a\r\n b\r\n')],
  ['a space before the colon', [400], get('/healthz', 'X : a\r\n')],
  ['a NUL in a header', [400], get('/healthz', 'X: a\0b\r\n')],
  ['an absolute URL', [200], get('http://elsewhere.example/healthz')],
  ['an absolute URL without a path', [404], get('http://elsewhere.example')],
  ['an absolute URL without anything', [404], get('http://')],
  ['a path that begins twice', [404], get('//healthz')],
  ['a path of a backslash', [404], get('/\\healthz')],
  ['a path without a slash', [400], get('healthz')],
  ['a query alone', [400], get('?limit=1')],
  ['a fragment', [404], get('/nothing#/healthz')],
  ['bytes beyond ASCII', [400], Buffer.from(get('/\xff\xfe'), 'latin1')],
  ['an asterisk', [404], 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['CONNECT', [], 'CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an upgrade', [200], get('/healthz', 'Connection: Upgrade\r\nUpgrade: websocket\r\n')],
  ['an expectation', [417], get('/healthz', 'Expect: miracles\r\n')],
  ['a chunk without a size', [400], post('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n')],
  ['a chunk of 2^70', [400], post('Transfer-Encoding: chunked\r\n', '400000000000000000\r\n{}')],
  ['a chunk that never ends', [400], post('Transfer-Encoding: chunked\r\n', 'ff\r\n{')],
  [
    'a chunk with an extension of 20 KB',
    [413],
    post('Transfer-Encoding: chunked\r\n', `2;${'x'.repeat(20_000)}\r\n{}`),
  ],
  ['two ways to measure', [400], post('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
  ['two lengths', [400], post('Content-Length: 2\r\nContent-Length: 42\r\n', BODY)],
  ['a negative length', [400], post('Content-Length: -1\r\n', BODY)],
  ['a length in hexadecimal', [400], post('Content-Length: 0x2a\r\n', BODY)],
  ['too long a length', [400], post('Content-Length: 100\r\n', BODY)],
  ['a length of 10 TB', [400], post('Content-Length: 10000000000000\r\n', BODY)],
  ['too short a length', [400], post('Content-Length: 10\r\n', BODY)],
])('%s', async (_what, statuses, bytes) => {
  const before = await recorded(database.url)
  const answer = await exchange(typeof bytes === 'function' ? bytes() : bytes)
  expect(answer.statuses, answer.text).toEqual(statuses)
  for (const secret of ['Error', 'node_modules', '    at ', '<html'])
    expect(answer.text).not.toContain(secret)
  expect(await recorded(database.url)).toEqual(before)
  expect((await running.call('GET', '/healthz')).status).toBe(200)
})

test.each([
  ['hides', 'null', ''],
  ['has no host', 'file:///page.html', 'Host:\r\n'],
])('without a Host, a page that %s where it is from is not taken for ours', async (_what, origin, host) => {
  const key = await running.key(reviewer('Ana Ruiz'))
  const { body: approval } = await running.ask()
  const body = '{"decision":"approve"}'
  const { text } = await exchange(
    `POST /v1/approvals/${approval.id}/decision HTTP/1.0\r\n${host}Authorization: Bearer ${key}\r\n` +
      `Origin: ${origin}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  expect(text).toContain('"source":"api"')
})

test('an internal error says that there was one, and nothing about it', async () => {
  const key = await running.key({ roles: ['agent'], name: 'broken' })
  const handle = new SqliteHandle(database.url)
  handle.exec("update api_keys set roles = 'no JSON' where name = 'broken'")
  handle.close()
  const answer = await running.call('GET', '/v1/approvals', { key })
  expect(answer.status).toBe(500)
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'Something went wrong here; it is logged',
    code: 'internal_error',
  })
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

/** Two answers on one connection, with a long pause between them. */
async function useAgain(): Promise<string[]> {
  const socket = open()
  const answers: string[] = []
  socket.on('data', (chunk) => answers.push(chunk.toString()))
  for (const wanted of [1, 2]) {
    socket.write(get('/healthz'))
    while (answers.length < wanted) await once(socket, 'data', { signal: AbortSignal.timeout(5_000) })
    // Longer than Node keeps one unless told.
    if (wanted === 1) await delay(6_500)
  }
  socket.destroy()
  return answers
}

test('an idle connection is kept, and used again', async () => {
  expect((await usedAgain)[0]).toContain('Keep-Alive: timeout=65')
})

describe('slow senders', () => {
  test('who does not finish the headers is shown out', async () => {
    const { text, tookMs } = await slowHeaders
    expect(text).toContain('HTTP/1.1 408 ')
    expect(tookMs).toBeGreaterThan(1_500)
  })

  test('who does not finish the body is shown out, and nothing is recorded', async () => {
    const before = await recorded(database.url)
    const { text, tookMs } = await slowBody
    expect(text).toContain('HTTP/1.1 408 ')
    expect(tookMs).toBeGreaterThan(3_500)
    expect(await recorded(database.url)).toEqual(before)
  })

  test('whoever waits for an answer outlives them', async () => {
    await running.call('POST', `/v1/approvals/${asked.id}/withdraw`)
    expect(await longPoll).toMatchObject({ status: 200, body: { id: asked.id, status: 'withdrawn' } })
  })
})
