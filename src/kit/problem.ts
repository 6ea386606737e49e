// Sends an error over HTTP as RFC 9457 problem details with a stable code.

import { STATUS_CODES } from 'node:http'
import type { Response } from 'express'

export interface Problem {
  status: number
  /** Stable: clients switch on it. */
  code: string
  /** One sentence for a person. */
  detail: string
  /** Further members, for example `errors` or `decided_by`. */
  [member: string]: unknown
}

export function sendProblem(res: Response, problem: Problem): void {
  const { status, detail, code, ...more } = problem
  res.locals.problem = code
  res
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail, code, ...more }))
}

/** Of the problem that was sent; undefined: it was another answer, or none. */
export function codeOf(res: Response): string | undefined {
  return res.locals.problem
}
