// Receives webhooks in a test: a server on loopback that remembers them and answers as the test says.

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the product must be told, or it would refuse an address inside. */
export const LETS_LOOPBACK = { EGRESS_ALLOW_CIDRS: '127.0.0.0/8', EGRESS_ALLOW_HTTP: 'true' }

export interface Received {
  path: string
  /** The id of the event. */
  id: string
  type: string
}

export interface Reply {
  status: number
  headers?: Record<string, string>
}

export interface Receiver {
  url(path: string): string
  /** Those that were answered with 2xx, in order. */
  readonly received: Received[]
  /** Requests that were sent and are not answered yet. */
  underWay(): number
  close(): Promise<void>
}

/** `answer` is asked before each reply; undefined: 204. */
export async function startReceiver(
  answer: (request: Received) => Reply | undefined = () => undefined,
): Promise<Receiver> {
  const received: Received[] = []
  let underWay = 0
  const server = createServer(async (req, res) => {
    underWay += 1
    res.once('close', () => {
      underWay -= 1
    })
    const { id, type } = JSON.parse(await bodyOf(req))
    const request = { path: req.url ?? '', id, type }
    const { status, headers } = answer(request) ?? { status: 204 }
    if (status < 300) received.push(request)
    res.writeHead(status, headers).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    received,
    underWay: () => underWay,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
