// Shows that a server that stops lets requests under way end, and waits for none of them for ever.

import { once } from 'node:events'
import { type ClientRequest, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PATIENCE } from '../../src/api/patience.ts'
import { closed, createHttpServer, listen } from '../../src/api/server.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A server with one request under way. */
async function asked(): Promise<{ stop(): Promise<void>; request: ClientRequest; answer: ServerResponse }> {
  const reached = Promise.withResolvers<ServerResponse>()
  const server = createHttpServer((_req, res) => reached.resolve(res), PATIENCE)
  await listen(server, { host: '127.0.0.1', port: 0 })
  const { port } = server.address() as AddressInfo
  const request = get({ host: '127.0.0.1', port, agent: false })
  return { stop: () => closed(server), request, answer: await reached.promise }
}

test('a request under way is answered whole within fifteen seconds', async () => {
  const { stop, request, answer } = await asked()
  const stopping = stop()
  vi.advanceTimersByTime(14_999)
  answer.write('half ')
  const [response] = await once(request, 'response')
  answer.end('whole')
  expect(Buffer.concat(await response.toArray()).toString()).toBe('half whole')
  await stopping
})

test('a request that never ends is cut after fifteen seconds', async () => {
  const { stop, request } = await asked()
  const cut = once(request, 'error')
  const stopping = stop()
  vi.advanceTimersByTime(15_040)
  await stopping
  expect((await cut)[0]).toMatchObject({ code: 'ECONNRESET' })
})

test('who sends slowly has ten seconds for the headers, and twenty for the whole request', () => {
  const { headersTimeout, requestTimeout } = createHttpServer(() => undefined, PATIENCE)
  expect([headersTimeout, requestTimeout]).toEqual([10_000, 20_000])
})
