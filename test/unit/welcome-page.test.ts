// Shows that the root of the server tells a person where to go, and a program what it told before.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mountConsole } from '../../src/console/console.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

const servers: Server[] = []
async function serve(hasSandbox: boolean): Promise<string> {
  const app = express()
  mountConsole(app, { hasSandbox })
  app.use((_req, res) => void res.status(404).json({}))
  const server = createServer(app).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

let real: string
let sandboxed: string
beforeAll(async () => {
  real = await serve(false)
  sandboxed = await serve(true)
})
afterAll(() => {
  for (const server of servers) server.close()
})

const get = (url: string, accept: string) => fetch(url, { headers: { accept } })
const linksOn = async (url: string) =>
  [...(await (await get(url, BROWSER)).text()).matchAll(/href="([^"]+)"/g)].map(([, href]) => String(href))

test('a browser gets a page within the same limits as the others', async () => {
  const page = await get(real, BROWSER)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(page.headers.get('vary')).toBe('Accept')
  const other = await get(`${real}/approvals/apr_x`, BROWSER)
  expect(page.headers.get('content-security-policy')).toBe(other.headers.get('content-security-policy'))
})

test('what it links to is there, and the sandbox only where there is one', async () => {
  const links = await linksOn(real)
  const ours = links.filter((href) => /^\/(console|docs)\//.test(href))
  expect(ours.length).toBeGreaterThan(5)
  for (const href of ours) expect((await fetch(real + href)).status, href).toBe(200)
  expect(links.filter((href) => !ours.includes(href))).toEqual(['/openapi.json', '/healthz', '/readyz'])
  expect((await linksOn(sandboxed)).filter((href) => !links.includes(href))).toEqual(['/sandbox'])
})

test.each(['*/*', 'application/json', 'text/plain'])('who accepts %s gets no page', async (accept) => {
  expect((await get(real, accept)).status).toBe(404)
})

test('the documentation is shown as text, and no other file is', async () => {
  const page = await fetch(`${real}/docs/api.md`)
  expect(page.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(await page.text()).toMatch(/^# The HTTP API\n/)
  for (const path of ['images', 'none.md', '..%2fREADME.md', '..%2fpackage.json', '.md']) {
    expect((await fetch(`${real}/docs/${path}`)).status, path).toBe(404)
  }
})
