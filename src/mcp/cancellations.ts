// Lets clients of 2025 and before end a call: they say so in a message of its own, and leave the connection open.

import { randomUUID } from 'node:crypto'
import type { Request, Response } from 'express'
import type { KeyPrincipal } from '../identity/principal.ts'

const SESSION = 'Mcp-Session-Id'

/** A JSON-RPC message, of which nothing was checked. */
type Message = { id?: unknown; method?: unknown; params?: { requestId?: unknown } | null } | null

export interface Cancellations {
  /** Whatever ends the call aborts the signal: a message that cancels it, or the end of its connection. */
  follow(message: unknown, caller: KeyPrincipal, req: Request, res: Response): AbortSignal
}

/** In this process alone: a call that another one serves goes on until its time is over. */
export function createCancellations(): Cancellations {
  const calls = new Map<string, AbortController>()

  return {
    follow(message, caller, req, res) {
      const { id, method, params } = (message ?? {}) as NonNullable<Message>
      const session = req.get(SESSION)
      // Nothing is kept of a session: its name only tells the calls of two clients with one key apart.
      if (method === 'initialize') res.set(SESSION, randomUUID())
      const nameOf = (call: unknown) => JSON.stringify([caller.id, session, call])
      if (method === 'notifications/cancelled') calls.get(nameOf(params?.requestId))?.abort()
      const gone = new AbortController()
      const name = nameOf(id)
      if (session !== undefined && id !== undefined) calls.set(name, gone)
      res.once('close', () => {
        gone.abort()
        if (calls.get(name) === gone) calls.delete(name)
      })
      return gone.signal
    },
  }
}
