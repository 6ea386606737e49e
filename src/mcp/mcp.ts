// Serves the tools of agents at `/mcp`, for whoever may call the API, and for no page of another site.

import {
  type Request as ExpressRequest,
  type Response as ExpressResponse,
  type RequestHandler,
  Router,
} from 'express'
import { readJsonBody } from '../api/json-body.ts'
import { admit, type Gate, knownCaller, onlyMethods, send } from '../api/serve.ts'
import { createCancellations } from './cancellations.ts'
import type { Handler, HandlerOptions } from './handler.ts'

export interface McpOptions extends HandlerOptions {
  gate: Gate
  /** Where people reach its pages. */
  publicUrl: string
}

/** What the protocol says beside the message. */
const HEADERS = ['accept', 'content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name']

export function createMcp(options: McpOptions): Router {
  const { gate, publicUrl } = options
  const { origin, href } = new URL('/mcp', publicUrl)
  const cancellations = createCancellations()
  // Not loaded before somebody asks.
  let handler: Promise<Handler> | undefined
  const loaded = () =>
    (handler ??= import('./handler.ts').then(({ createHandler }) => createHandler(options)))

  async function serve(req: ExpressRequest, res: ExpressResponse): Promise<void> {
    const known = await knownCaller(['agent'], gate, req, res)
    if ('problem' in known) return send(res, known)
    const read = await readJsonBody(req, res)
    if ('problem' in read) return send(res, read)
    const { value: message } = read
    // Of old clients' lists each message would have to be counted.
    if (Array.isArray(message)) return send(res, ONE_BY_ONE)
    const { answer, isWait } = await loaded()
    if (!admit(known.value, isWait(message), gate, req, res)) return
    const signal = cancellations.follow(message, known.value, req, res)
    const headers = HEADERS.flatMap((name): [string, string][] => {
      const value = req.get(name)
      return value === undefined ? [] : [[name, value]]
    })
    const request = new Request(href, { method: 'POST', headers, signal })
    await sendWebResponse(res, await answer(request, message, known.value))
  }

  const router = Router({ caseSensitive: true })
  router
    .route('/mcp')
    .all(notFromElsewhere(origin))
    .post(serve)
    .all(onlyMethods(['post']))
  return router
}

const ONE_BY_ONE = {
  problem: { status: 400, code: 'invalid_request', detail: 'Send one message at a time, not a list of them' },
}

/** A page can be made to reach this address under another name, and says then where it came from. */
function notFromElsewhere(origin: string): RequestHandler {
  return (req, res, next) => {
    res.set('Cache-Control', 'no-store')
    const given = req.get('origin')
    if (given === undefined || given === origin) return next()
    const detail = 'Pages of other sites may not call this'
    send(res, { problem: { status: 403, code: 'origin_not_allowed', detail } })
  }
}

async function sendWebResponse(res: ExpressResponse, { status, headers, body }: Response): Promise<void> {
  res.status(status).setHeaders(headers)
  res.flushHeaders()
  // What is answered is small, and has an end soon after whoever asked is gone.
  for await (const part of body ?? []) if (!res.closed) res.write(part)
  res.end()
}
