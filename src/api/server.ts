// Runs the HTTP server of the app, with limits on how slowly a request may arrive, and an orderly end.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { StartError } from '../kit/start-error.ts'
import type { Patience } from './patience.ts'

/** Proxies keep idle connections for a minute; if we closed first, they would send into a closed one (502). */
const KEEP_ALIVE_MS = 65_000
/** Node looks for late ones only so often, every 30 s unless told: so many times while the headers may take. */
const CHECKS = 5
const IDLE_CHECK_MS = 20
/** At the end: longer than any answer takes, waiting agents apart, who are released. */
const END_WITHIN_MS = 15_000

export function createHttpServer(app: RequestListener, { headersMs, requestMs }: Patience): Server {
  const limits = {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: headersMs / CHECKS,
  }
  const server = createServer(limits, (req, res) => {
    req.url = pathOf(req.url)
    app(req, res)
  })
  return countRequests(server)
}

/** Of `http://any.host/path` the path. What has none is the root: express would answer it with a page of its own. */
function pathOf(target = ''): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '')
  return path.startsWith('/') ? path : `/${path}`
}

/** Resolves when it listens; throws a StartError when it cannot. */
export function listen(server: Server, { port, host }: { port: number; host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new StartError(`Port ${port} of ${host} is in use; stop what uses it, or set PORT.`)
          : new StartError(`Cannot listen on port ${port} of HOST ${host} (${error.code}).`),
      ),
    )
    server.listen(port, host, resolve)
  })
}

/** Of each open connection, how many of its requests are not answered to the end. */
const unanswered = new WeakMap<Server, Map<Socket, number>>()

function countRequests(server: Server): Server {
  const open = new Map<Socket, number>()
  const count = (socket: Socket, more: number) => {
    const requests = open.get(socket)
    if (requests !== undefined) open.set(socket, requests + more)
  }
  server.on('connection', (socket) => {
    // Each of the requests that a client sends without waiting for answers listens for its end.
    socket.setMaxListeners(0)
    open.set(socket, 0)
    socket.once('close', () => open.delete(socket))
  })
  server.on('request', ({ socket }, res) => {
    count(socket, 1)
    res.once('close', () => count(socket, -1))
  })
  unanswered.set(server, open)
  return server
}

/**
 * Requests under way end first, for some seconds. Every other connection is cut: Node's closeIdleConnections
 * spares those that never sent a whole header, such as browsers open in advance, and nothing ends them later.
 */
export function closed(server: Server): Promise<void> {
  const deadline = performance.now() + END_WITHIN_MS
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const isOver = performance.now() > deadline
      for (const [socket, requests] of unanswered.get(server) ?? []) {
        if (requests === 0 || isOver) socket.destroy()
      }
    }, IDLE_CHECK_MS)
    server.close(() => {
      clearInterval(timer)
      resolve()
    })
  })
}
