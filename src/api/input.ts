// Validates JSON bodies and queries against their schema, or sends a refusal that names each mistake.

import express, { type RequestHandler, type Response } from 'express'
import { z } from 'zod'
import { canonicalType, type EventType } from '../events/catalogue.ts'
import { SEVERITY_WORDS, severityOf } from '../events/severity.ts'
import { type IdPrefix, isId } from '../kit/ids.ts'
import { sendProblem } from '../kit/problem.ts'
import { JsonError, parseStrictJson } from '../kit/strict-json.ts'
import { wholeNumber } from '../kit/whole-number.ts'

const BODY_LIMIT = '256kb'

/** Text as both databases and every surface can hold it. `max` counts UTF-16 units. */
export function text(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must be well-formed text without NUL')
}

/**
 * Visible ASCII with single blanks inside, so that a reviewer sees all of what is digested. The refusal names the first
 * character that breaks this.
 */
export function identifier(max: number) {
  return z
    .string()
    .min(1, { abort: true })
    .max(max)
    .regex(/^[!-~]+(?: [!-~]+)*$/, {
      error: ({ input }) =>
        `has ${firstForeign(String(input))}, counted from 1; an identifier is visible ASCII with single blanks inside`,
    })
}

/** Such as `U+200B at position 8`, in characters. */
function firstForeign(text: string): string {
  const at = text.search(/[^ -~]|^ | $|(?<= ) /u)
  const code = text.codePointAt(at)?.toString(16).toUpperCase().padStart(4, '0')
  return `U+${code} at position ${[...text.slice(0, at)].length + 1}`
}

/** Kept key for key: `z.record` would drop a `__proto__`, and the reviewer would not see what runs. */
export const jsonObject = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be a JSON object',
  )
  .meta({ type: 'object' })

/** A level of the shared scale; the words of other products' vocabularies are read as medium. */
export const level = z.enum(SEVERITY_WORDS).transform((word) => severityOf(word))

/** One of the catalogue, by its own name or by an alias. */
export const eventType = text(100)
  .refine((given) => canonicalType(given) !== undefined, 'is not an event type')
  .transform((given) => canonicalType(given) as EventType)

/** A whole number as a query carries it. */
export function whole(from: number, to: number, absent: number) {
  return wholeNumber(from, to)
    .meta({ type: 'integer', minimum: from, maximum: to, default: absent })
    .default(absent)
}

export const instant = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-11-21T09:30:00Z' })
  .transform((time) => Date.parse(time))

/** Of a list whose cursor is the id of the last one before. */
export function pageQuery(prefix: IdPrefix) {
  return {
    limit: whole(1, 200, 50),
    cursor: z
      .string()
      .refine((cursor) => isId(cursor, prefix), 'must be the next_cursor of an earlier page')
      .optional(),
  }
}

const readBody = express.raw({ type: 'application/json', limit: BODY_LIMIT, inflate: false })

/** Reads a JSON body; errors on the way are answered by `answerErrors`. */
export const jsonBody: RequestHandler = (req, res, next) =>
  readBody(req, res, (error) => {
    if (error) return next(error)
    if (!Buffer.isBuffer(req.body)) {
      const detail = 'Send a JSON object with Content-Type: application/json'
      return sendProblem(res, { status: 415, code: 'unsupported_media_type', detail })
    }
    parseBody(req, res, next)
  })

/** As `jsonBody`, for requests that need no words: nothing at all counts as `{}`. */
export const optionalJsonBody: RequestHandler = (req, res, next) => {
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length']) > 0
  if (hasBody) return jsonBody(req, res, next)
  req.body = {}
  next()
}

const parseBody: RequestHandler = (req, res, next) => {
  try {
    req.body = parseStrictJson(req.body)
    next()
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    sendProblem(res, { status: 400, code: error.code, detail: error.message })
  }
}

/** The valid input, or undefined after the refusal was sent. `within`: the member of the body that it is. */
export function validated<T>(
  schema: z.ZodType<T>,
  input: unknown,
  res: Response,
  within?: string,
): T | undefined {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap((issue) => inWords(issue, within))
  const [first] = errors
  // A custom sentence is a documented one and stands for itself, unless it begins with its verb.
  const standsAlone = parsed.error.issues[0]?.code === 'custom' && !/^(must|is) /.test(first?.message ?? '')
  const detail = standsAlone ? first?.message : `${first?.path}: ${first?.message}`
  sendProblem(res, { status: 400, code: 'invalid_request', detail: detail ?? 'Invalid request', errors })
  return undefined
}

function inWords(issue: z.core.$ZodIssue, within?: string): { path: string; message: string }[] {
  const path = [...(within === undefined ? [] : [within]), ...issue.path].join('.')
  if (issue.code !== 'unrecognized_keys') return [{ path: path || 'body', message: issue.message }]
  return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: 'Unknown field' }))
}
