// Shows that what is asked of Microsoft follows no redirect and reads no endless answer.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loginHttp, MICROSOFT_LOGIN_URL } from '../../src/platforms/teams/http-client.ts'

let answer: RequestListener
let paths: (string | undefined)[]
let server: Server
let url: string

beforeAll(async () => {
  server = createServer((req, res) => {
    paths.push(req.url)
    answer(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const ask = (how: RequestListener) => {
  answer = how
  paths = []
  return loginHttp(url, 10_000).sendGetRequestAsync(`${MICROSOFT_LOGIN_URL}/asked`)
}

test('a redirect is a failure, and nobody is asked elsewhere', async () => {
  const asked = ask((_req, res) => void res.writeHead(302, { location: '/elsewhere' }).end('{}'))
  await expect(asked).rejects.toMatchObject({ code: 'network_error' })
  expect(paths).toEqual(['/asked'])
})

test('an answer of more than a megabyte is none, however well it reads', async () => {
  const asked = ask((_req, res) => void res.end(JSON.stringify('x'.repeat(1_000_000))))
  await expect(asked).rejects.toMatchObject({ code: 'network_error' })
})

test('a shorter one is read to its end', async () => {
  const body = 'x'.repeat(900_000)
  const asked = ask((_req, res) => void res.end(JSON.stringify(body)))
  expect(await asked).toMatchObject({ status: 200, body })
})
