// How does Slack misbehave next? Faults on demand, so that every failure can be seen and tested.

import type { Request, Response } from 'express'

export interface Fault {
  /** A Web API method, or `response_url`. */
  method: string
  /** Answered as `{ok: false, error}`. */
  error?: string
  /** The HTTP status; 429 answers `ratelimited` and `Retry-After`, the others have no JSON. */
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
  body: unknown
}

export interface Faults {
  /** Returns what releases the calls that hang on it. */
  failNext(fault: Fault): () => void
  /** Answers with `work()`, or as the next fault for this method wants it. */
  answer(method: string, req: Request, res: Response, work: () => Answer): Promise<void>
}

export function createFaults(): Faults {
  const waiting: { fault: Fault; left: number; released: Promise<void> }[] = []

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
        // A caller that gave up meanwhile is gone: Slack would do nothing for it either.
        if (req.socket.destroyed) return
      }
      if (fault?.dropAfterPosting === true) work()
      if (fault?.dropAfterPosting !== undefined) {
        req.socket.destroy()
      } else if (fault?.status === 429) {
        res.set('Retry-After', String(fault.retryAfterSeconds ?? 1)).status(429)
        res.json({ ok: false, error: 'ratelimited' })
      } else if (fault?.status !== undefined) {
        res.status(fault.status).type('text/plain').send('Slack is having trouble')
      } else if (fault?.error !== undefined) {
        res.json({ ok: false, error: fault.error })
      } else {
        const { status, body } = work()
        res.status(status).json(body)
      }
    },
  }
}
