// Serves the sandbox beside a tiny product, anew for each test of a file, and asks it as its page does.

import { mkdtempSync, rmSync } from 'node:fs'
import { request, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import express from 'express'
import { pino } from 'pino'
import { afterEach, beforeEach } from 'vitest'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import type { Snapshot } from '../../src/sandbox/snapshot.ts'
import { createTinyProduct, type TinyProduct } from './tiny-product.ts'

interface Sent {
  method?: string
  headers?: Record<string, string>
  body?: unknown
}

export const JSON_HEADERS = { 'content-type': 'application/json' }

export function sandboxServer() {
  let server: Server
  const served = {
    port: 0,
    dataDir: '',
    sandbox: undefined as unknown as Sandbox,
    product: undefined as unknown as TinyProduct,
    /** Changes the path of a request before anybody sees it. */
    rewrite: (path: string) => path,
    start,
    stop,
    send,
    raw,
    snapshot,
    act,
  }

  async function start(): Promise<void> {
    served.port = 0
    const app = express()
    served.sandbox = createSandbox({
      productUrl: () => `http://127.0.0.1:${served.port}`,
      adminKey: 'admin',
      dataDir: served.dataDir,
      log: pino({ level: 'silent' }),
      clock: { now: () => Date.now() },
    })
    app.use((req, _res, next) => {
      req.url = served.rewrite(req.url)
      next()
    })
    served.sandbox.mount(app)
    served.product.mount(app)
    server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    served.port = (server.address() as { port: number }).port
  }

  async function stop(): Promise<void> {
    served.sandbox.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }

  beforeEach(async () => {
    served.dataDir = mkdtempSync(join(tmpdir(), 'sandbox-'))
    served.product = createTinyProduct()
    served.rewrite = (path) => path
    await start()
  })
  afterEach(async () => {
    await stop()
    rmSync(served.dataDir, { recursive: true })
  })

  function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
    return new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: served.port, path, method, headers }, (res) => {
        res.destroy()
        resolve({ status: res.statusCode ?? 0, headers: res.headers })
      })
      sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  /** The answer to a request whose first line is this one. */
  async function raw(line: string): Promise<string> {
    const socket = connect(served.port, '127.0.0.1')
    socket.end(`${line}\r\nHost: 127.0.0.1:${served.port}\r\n\r\n`)
    return text(socket)
  }

  async function snapshot(): Promise<Snapshot> {
    const closing = new AbortController()
    const response = await fetch(`http://127.0.0.1:${served.port}/sandbox/state`, { signal: closing.signal })
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
    const init = { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(body) }
    const answer = await fetch(`http://127.0.0.1:${served.port}/sandbox/${action}`, init)
    return [answer.status, await answer.json()]
  }

  return served
}
