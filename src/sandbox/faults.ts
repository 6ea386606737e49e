// Makes the calls to a platform's stand-in fail on demand, so that every failure can be seen and tested.

import type { Request, Response } from 'express'

/** What every stand-in can do; each adds how its platform words a refusal. */
export interface Fault {
  /** Which call it hits. */
  method: string
  status?: number
  retryAfterSeconds?: number
  /** How many calls it hits: 1 unless said otherwise. */
  times?: number
  /** Keeps the caller waiting until released, then does as if nothing happened. */
  hang?: boolean
  /** Cuts the connection: after the call did its work (true) or before (false). */
  dropAfterPosting?: boolean
}

export interface Answer {
  status: number
  /** A string goes out as plain text, `undefined` as nothing, anything else as JSON. */
  body: unknown
  retryAfterSeconds?: number | undefined
}

export interface Faults<F extends Fault> {
  /** Returns what releases the calls that hang on it. */
  failNext(fault: F): () => void
  /** Answers with `work()`, or as the next fault for this method wants it. */
  answer(method: string, req: Request, res: Response, work: () => Answer | Promise<Answer>): Promise<void>
}

/** `refusalOf` words a fault as the platform would; without an answer, the call does its work. */
export function createFaults<F extends Fault>(refusalOf: (fault: F) => Answer | undefined): Faults<F> {
  const waiting: { fault: F; left: number; released: Promise<void> }[] = []

  function next(method: string) {
    const index = waiting.findIndex(({ fault }) => fault.method === method)
    const found = waiting[index]
    if (found) {
      found.left -= 1
      if (found.left === 0) waiting.splice(index, 1)
    }
    return found
  }

  return {
    failNext(fault) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push({ fault, left: fault.times ?? 1, released: promise })
      return resolve
    },
    async answer(method, req, res, work) {
      const hit = next(method)
      const fault = hit?.fault
      if (fault?.hang) {
        await hit?.released
        // A caller that gave up meanwhile is gone: the platform would do nothing for it either.
        if (req.socket.destroyed) return
      }
      if (fault?.dropAfterPosting === true) await work()
      if (fault?.dropAfterPosting !== undefined) req.socket.destroy()
      else send(res, (fault && refusalOf(fault)) ?? (await work()))
    },
  }
}

function send(res: Response, { status, body, retryAfterSeconds }: Answer): void {
  res.status(status)
  if (retryAfterSeconds !== undefined) res.set('Retry-After', String(retryAfterSeconds))
  if (body === undefined) res.end()
  else if (typeof body === 'string') res.type('text/plain').send(body)
  else res.json(body)
}
