// Answers what goes wrong with a problem that has a stable code, and never an internal message.

import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Refusal, RefusalCode } from '../approvals/refusals.ts'
import { identifier, setApart } from '../kit/identifier.ts'
import type { Logger } from '../kit/log.ts'
import { logFailure } from '../kit/log-failure.ts'
import { Outage } from '../kit/outage.ts'
import { sendProblem } from '../kit/problem.ts'
import type { ProblemResult } from './result.ts'

/** The member in which a refusal names who was first. */
const FIRST: Partial<Record<RefusalCode, string>> = {
  already_decided: 'decided_by',
  already_acknowledged: 'acknowledged_by',
}

/** People decide in minutes, not in seconds. */
const TRY_AGAIN_SECONDS = 30
const AFTER_OUTAGE_SECONDS = 5

/** What a refusal is about that there is not. */
const MISSING: Partial<Record<RefusalCode, string>> = {
  approval_not_found: 'approval',
  event_not_found: 'alert',
}

/** Where on a card there is something to press, here there is something to call. */
const IN_THE_API: Partial<Record<RefusalCode, string>> = {
  details_not_opened:
    'Read all of it before you approve, and say so: POST its digest to /v1/approvals/:id/seen',
}

/** `id`: of what was asked for. */
export function problemOf({ status, code, text, first, facts }: Refusal, id?: string): ProblemResult {
  const member = FIRST[code]
  const missing = MISSING[code]
  const detail =
    missing !== undefined && id !== undefined ? thereIsNo(missing, id) : (IN_THE_API[code] ?? text)
  const problem = { status, code, detail, ...(member && first !== null && { [member]: first }), ...facts }
  return status === 429 ? { problem, headers: { 'Retry-After': String(TRY_AGAIN_SECONDS) } } : { problem }
}

/** `what`: such as `destination`. */
export function notFound(what: string, id: string): ProblemResult {
  return { problem: { status: 404, code: 'not_found', detail: thereIsNo(what, id) } }
}

/** The id is anybody's text. */
export function thereIsNo(what: string, id: string): string {
  return `There is no ${what} ${setApart(identifier(id))}`
}

export const nothingHere: RequestHandler = (_req, res) =>
  sendProblem(res, { status: 404, code: 'not_found', detail: 'There is nothing here' })

type BodyProblem = [status: number, code: string, detail: string]

const UNREADABLE: BodyProblem = [400, 'malformed_body', 'The body could not be read']

/** By body-parser's `type`: https://github.com/expressjs/body-parser#errors */
const BODY_PROBLEMS: Record<string, BodyProblem> = {
  'entity.too.large': [413, 'payload_too_large', 'The body has more than 256 KB'],
  'encoding.unsupported': [415, 'unsupported_media_type', 'Send the body without content encoding'],
  'request.size.invalid': [400, 'malformed_body', 'The body does not have the length that was announced'],
  'request.aborted': [400, 'malformed_body', 'The body did not arrive whole'],
}

export function answerErrors(log: Logger): ErrorRequestHandler {
  return (error, req, res, next) => {
    if (res.headersSent) return next(error)
    // http-errors marks what is the sender's fault; of a body that does not decompress it says only that.
    const known = BODY_PROBLEMS[error?.type] ?? (error?.expose === true ? UNREADABLE : undefined)
    if (known) {
      const [status, code, detail] = known
      return sendProblem(res, { status, code, detail })
    }
    if (error instanceof URIError) {
      return sendProblem(res, { status: 400, code: 'malformed_url', detail: 'The path is not valid' })
    }
    logFailure(log, error, 'a request failed', { method: req.method, path: req.path })
    const { problem, headers } = problemOfFailure(error)
    if (headers) res.set(headers)
    sendProblem(res, problem)
  }
}

/** What is told of a failure in our own work: never its message, but that of an outage. */
export function problemOfFailure(error: unknown): ProblemResult {
  if (error instanceof Outage) {
    const { code, message: detail } = error
    const headers = { 'Retry-After': String(AFTER_OUTAGE_SECONDS) }
    return { problem: { status: 503, code, detail }, headers }
  }
  const detail = 'Something went wrong here; it is logged'
  return { problem: { status: 500, code: 'internal_error', detail } }
}
