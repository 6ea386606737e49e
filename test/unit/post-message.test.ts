// Shows that a message to a server that is dead, dies or is something else is told as unanswered, and never as a yes.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { postMessage } from '../../src/cli/post-message.ts'

const STREAM = { 'content-type': 'text/event-stream' }
const JSON_TYPE = { 'content-type': 'application/json' }
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{}}'

let server: Server
let behave: RequestListener
let origin: string

beforeAll(async () => {
  server = createServer((req, res) => behave(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

async function post(to = origin) {
  const answers: string[] = []
  const failure = await postMessage(to, {
    headers: {},
    body: Buffer.from('{}'),
    signal: new AbortController().signal,
    onAnswer: (answer) => void answers.push(answer),
  })
  return { answers, failure }
}

test.each<[string, RequestListener, unknown]>([
  ['it hangs up', (req) => req.socket.destroy(), /does not answer \(UND_ERR_SOCKET\): nobody said yes$/],
  [
    'it dies before it answers',
    (req, res) => {
      res.writeHead(200, STREAM).write(': keepalive\n\n', () => req.socket.destroy())
    },
    /does not answer/,
  ],
  [
    'it ends its answer too soon',
    (_, res) => void res.writeHead(200, STREAM).end(': keepalive\n\n'),
    /does not answer/,
  ],
  ['it is a page', (_, res) => void res.writeHead(200).end('<html>'), /it answered 200/],
  ['it leads elsewhere', (_, res) => void res.writeHead(307, { location: '/v1' }).end(), /does not answer/],
  [
    'it takes no such message',
    (_, res) => {
      res.writeHead(400, JSON_TYPE).end('{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Bad"}}')
    },
    /^Bad$/,
  ],
])('%s', async (_, listener, detail) => {
  behave = listener
  expect(await post()).toEqual({
    answers: [],
    failure: { code: 'no_answer', detail: expect.stringMatching(detail as RegExp) },
  })
})

test('a refusal keeps its code and its sentence', async () => {
  behave = (_, res) => void res.writeHead(403, JSON_TYPE).end('{"code":"forbidden","detail":"This needs …"}')
  expect(await post()).toEqual({ answers: [], failure: { code: 'forbidden', detail: 'This needs …' } })
})

test.each<[string, RequestListener]>([
  ['JSON', (_, res) => void res.writeHead(200, JSON_TYPE).end(ANSWER)],
  [
    'a stream that breaks after it',
    (req, res) => {
      res
        .writeHead(200, STREAM)
        .write(`: keepalive\n\nevent: message\ndata: ${ANSWER}\n\n`, () => req.socket.destroy())
    },
  ],
])('an answer is told once, in %s', async (_, listener) => {
  behave = listener
  expect(await post()).toEqual({ answers: [ANSWER], failure: undefined })
})

test('what needs no answer has none', async () => {
  behave = (_, res) => void res.writeHead(202).end()
  expect(await post()).toEqual({ answers: [], failure: undefined })
})
