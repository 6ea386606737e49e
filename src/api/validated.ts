// Holds an input against its schema, and says what is wrong with each part of it.

import type { z } from 'zod'
import { identifier, setApart } from '../kit/identifier.ts'
import type { ProblemResult } from './result.ts'
import { BETWEEN_FIELDS, MOST_NAMED, wordsFor } from './words.ts'

export interface Mistake {
  path: string
  message: string
  /** The message with what it is about, where that is not in the message itself. */
  sentence: string
}

export type Valid<T> = { value: T } | { mistakes: Mistake[] }

/** In the `detail` of a problem; more of them are in its `errors`. */
const MOST_SENTENCES = 20

/** `within`: the member of the body that it is. */
export function validated<T>(schema: z.ZodType<T>, input: unknown, within?: string): Valid<T> {
  const parsed = schema.safeParse(input, { error: wordsFor })
  if (parsed.success) return { value: parsed.data }
  return { mistakes: parsed.error.issues.flatMap((issue) => mistakesIn(issue, within)) }
}

/** A mistake whose message says what it is about. */
export function mistake(path: string, message: string): Mistake {
  return { path, message, sentence: message }
}

export function invalid(mistakes: Mistake[]): ProblemResult {
  const sentences = mistakes.slice(0, MOST_SENTENCES).map(({ sentence }) => sentence)
  const more = mistakes.length - sentences.length
  const detail = [...sentences, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
  const errors = mistakes.slice(0, MOST_NAMED).map(({ path, message }) => ({ path, message }))
  return { problem: { status: 400, code: 'invalid_request', detail, errors } }
}

function mistakesIn(issue: z.core.$ZodIssue, within?: string): Mistake[] {
  const path = [...(within === undefined ? [] : [within]), ...issue.path.map(shown)].join('.')
  if (issue.code !== 'unrecognized_keys') return [mistakeAt(path || 'body', issue)]
  const messages = issue.message.split(BETWEEN_FIELDS)
  return issue.keys.map((key, at) =>
    mistakeAt(path ? `${path}.${shown(key)}` : shown(key), { ...issue, message: messages[at] ?? '' }),
  )
}

/** The name of a field is anybody's text. */
function shown(name: PropertyKey): string {
  return setApart(identifier(String(name)))
}

function mistakeAt(path: string, { code, message }: z.core.$ZodIssue): Mistake {
  if (message.startsWith('is required')) return { path, message, sentence: `\`${path}\` ${message}` }
  // A custom sentence is a documented one and stands for itself, unless it begins with its verb.
  const standsAlone = code === 'custom' && !/^(must|is|has) /.test(message)
  return { path, message, sentence: standsAlone ? message : `${path}: ${message}` }
}
