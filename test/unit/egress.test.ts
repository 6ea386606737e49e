// Shows that a request to a configured address ends in time, with so much of the answer and no more.

import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEgress, EgressError } from '../../src/kit/egress.ts'

let answer: RequestListener
let paths: string[] = []
let server: Server
let url: string

beforeAll(async () => {
  server = createServer((req, res) => {
    paths.push(req.url ?? '')
    answer(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const egress = createEgress({ allowCidrs: ['127.0.0.1/32'], allowHttp: true })
const send = { method: 'POST', body: '{}', timeoutMs: 5_000, maxBytes: 1_000 } as const

test('an address in an allowed range gets the request as it is, and its answer comes back', async () => {
  let seen: unknown
  answer = async (req, res) => {
    seen = [req.method, req.headers['x-custom'], await new Response(req as never).text()]
    res.writeHead(201, { 'X-Left': '4', 'set-cookie': ['a=1', 'b=2'] }).end('höflich')
  }
  const request = { ...send, headers: { 'x-custom': 'yes' }, body: '{"a":1}' }
  expect(await egress.send(url, request)).toMatchObject({
    status: 201,
    headers: { 'x-left': '4', 'set-cookie': 'a=1,b=2' },
    text: 'höflich',
  })
  expect(seen).toEqual(['POST', 'yes', '{"a":1}'])
})

test('an allowed range is no more than it says', async () => {
  const { port } = new URL(url)
  const narrow = createEgress({ allowCidrs: ['127.0.0.2/32', '::/64'], allowHttp: true })
  await expect(narrow.send(url, send)).rejects.toMatchObject({ code: 'egress_refused' })
  const mapped = `http://[::ffff:127.0.0.1]:${port}/`
  await expect(narrow.send(mapped, send)).rejects.toMatchObject({ code: 'egress_refused' })
})

test('https is spoken also inside an allowed range', async () => {
  const hello = Promise.withResolvers<Buffer>()
  const listener = createTcpServer((socket) =>
    socket.once('data', hello.resolve).on('data', () => socket.destroy()),
  )
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  await expect(egress.send(`https://127.0.0.1:${port}/`, send)).rejects.toMatchObject({
    code: 'network_error',
  })
  // The first two bytes of a TLS handshake.
  expect((await hello.promise).subarray(0, 2)).toEqual(Buffer.from([0x16, 0x03]))
  listener.close()
})

test.each([301, 302, 303, 307, 308])('a redirect (%i) is an answer, not an order', async (status) => {
  paths = []
  answer = (_req, res) => void res.writeHead(status, { location: '/elsewhere' }).end()
  expect(await egress.send(url, send)).toMatchObject({ status, headers: { location: '/elsewhere' } })
  expect(paths).toEqual(['/'])
})

test('of 5 MB only the beginning is read, and the connection ends there', async () => {
  const closed = Promise.withResolvers<void>()
  answer = (req, res) => {
    req.socket.once('close', () => closed.resolve())
    res.end('x'.repeat(5_000_000))
  }
  const { status, text } = await egress.send(url, send)
  expect([status, text]).toEqual([200, 'x'.repeat(1_000)])
  await closed.promise
})

test('connections are used again when answers were read to their end', async () => {
  const sockets = new Set<unknown>()
  answer = (req, res) => {
    sockets.add(req.socket)
    res.end('y'.repeat(1_000))
  }
  for (let i = 0; i < 10; i++) await egress.send(url, send)
  expect(sockets.size).toBeLessThan(5)
})

describe('in time', () => {
  async function codeAndTime(sent: Promise<unknown>): Promise<{ code: string; tookMs: number }> {
    const from = performance.now()
    const error: unknown = await sent.catch((error) => error)
    expect(error).toBeInstanceOf(EgressError)
    return { code: (error as EgressError).code, tookMs: performance.now() - from }
  }
  const hurried = { ...send, timeoutMs: 300 }

  test.each<[string, RequestListener]>([
    ['nothing', () => {}],
    ['headers alone', (_req, res) => void res.writeHead(200).flushHeaders()],
    [
      'a body that never ends, byte by byte',
      (_req, res) => {
        const drip = setInterval(() => res.write('x'), 20)
        res.on('close', () => clearInterval(drip))
      },
    ],
  ])('a server that sends %s is left, and its connection closed', async (_what, listener) => {
    const closed = Promise.withResolvers<void>()
    answer = (req, res) => {
      req.socket.once('close', () => closed.resolve())
      listener(req, res)
    }
    const { code, tookMs } = await codeAndTime(egress.send(url, hurried))
    expect(code).toBe('timeout')
    expect(tookMs).toBeLessThan(2_000)
    await closed.promise
  })

  test('a server that never finishes the TLS handshake is left', async () => {
    const listener = createTcpServer((socket) => socket.resume())
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const { port } = listener.address() as AddressInfo
    const { code, tookMs } = await codeAndTime(egress.send(`https://127.0.0.1:${port}/`, hurried))
    expect(code).toBe('timeout')
    expect(tookMs).toBeLessThan(2_000)
    listener.close()
  })

  test('a resolver that hangs is left', async () => {
    const hanging = createEgress({ allowCidrs: [], allowHttp: false }, () => new Promise(() => {}))
    const { code, tookMs } = await codeAndTime(hanging.send('https://hooks.example/', hurried))
    expect(code).toBe('timeout')
    expect(tookMs).toBeLessThan(2_000)
  })
})

test.each<[string, RequestListener]>([
  ['closes the connection', (req) => void req.socket.destroy()],
  [
    'closes it in the middle of the body',
    (req, res) => {
      res.writeHead(200, { 'content-length': '99' }).write('half')
      setImmediate(() => req.socket.destroy())
    },
  ],
  ['speaks no HTTP', (req) => void req.socket.end('what?\r\n\r\n')],
])('a server that %s gave no answer', async (_how, listener) => {
  answer = listener
  await expect(egress.send(url, send)).rejects.toMatchObject({ code: 'network_error' })
})

test('a server that is not there gave no answer', async () => {
  await expect(egress.send('http://127.0.0.1:9/', send)).rejects.toMatchObject({ code: 'network_error' })
})

test('a name that does not resolve gave no answer', async () => {
  const lost = createEgress({ allowCidrs: [], allowHttp: false }, () =>
    Promise.reject(new Error('ENOTFOUND')),
  )
  await expect(lost.send('https://hooks.example/', send)).rejects.toMatchObject({ code: 'network_error' })
})
