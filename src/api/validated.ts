// Holds an input against its schema, and says what is wrong with each part of it.

import type { z } from 'zod'
import type { Found, ProblemResult } from './result.ts'

export interface Mistake {
  path: string
  message: string
}

/** `within`: the member of the body that it is. */
export function validated<T>(schema: z.ZodType<T>, input: unknown, within?: string): Found<T> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return { value: parsed.data }
  const errors = parsed.error.issues.flatMap((issue) => inWords(issue, within))
  const [first] = errors
  // A custom sentence is a documented one and stands for itself, unless it begins with its verb.
  const standsAlone = parsed.error.issues[0]?.code === 'custom' && !/^(must|is) /.test(first?.message ?? '')
  const detail = standsAlone ? first?.message : `${first?.path}: ${first?.message}`
  return invalid(detail ?? 'Invalid request', errors)
}

export function invalid(detail: string, errors?: Mistake[]): ProblemResult {
  return { problem: { status: 400, code: 'invalid_request', detail, ...(errors && { errors }) } }
}

function inWords(issue: z.core.$ZodIssue, within?: string): Mistake[] {
  const path = [...(within === undefined ? [] : [within]), ...issue.path].join('.')
  if (issue.code !== 'unrecognized_keys') return [{ path: path || 'body', message: issue.message }]
  return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: 'Unknown field' }))
}
