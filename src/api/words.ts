// Says what is wrong with an input in words for people, from the schema that it does not fit.

import { z } from 'zod'
import { example, listOf, meantBy, unknownField } from './shape-hints.ts'

/** One line for each field that an object does not have. */
export const BETWEEN_FIELDS = '\n'

/** Of very many mistakes so many are told. */
export const MOST_NAMED = 100

type Schema = z.core.$ZodType | undefined

/** As zod asks for the words of an issue; those of a schema itself come before these. */
export function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  const { schema } = issue as { schema?: Schema }
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? missing(schema)
        : `must be ${typeWords(issue.expected, issue.input, schema)}`
    case 'invalid_value':
      return issue.input === undefined
        ? `is required: ${alternatives(issue.values)}`
        : mustBe(issue.values, issue.input)
    case 'too_small':
      if (schema instanceof z.ZodNumber) return `must be ${numberWords(schema)}`
      return issue.minimum === 1
        ? 'must not be empty'
        : `must have at least ${issue.minimum} ${unitOf(issue.origin)}`
    case 'too_big':
      if (schema instanceof z.ZodNumber) return `must be ${numberWords(schema)}`
      return `must have at most ${issue.maximum} ${unitOf(issue.origin)}`
    case 'invalid_format':
      return FORMATS[issue.format]
    case 'unrecognized_keys':
      return issue.keys
        .slice(0, MOST_NAMED)
        .map((key) => unknownField(key, schema as z.ZodObject))
        .join(BETWEEN_FIELDS)
    default:
      return undefined
  }
}

const FORMATS: Record<string, string> = {
  email: 'must be an e-mail address',
  url: 'must be a URL',
  datetime: 'must be a time such as 2026-11-21T09:30:00Z',
}

/** Such as `must be approve or deny`; of a parameter that came twice, one of them. */
export function mustBe(values: readonly unknown[], input: unknown): string {
  return `must be ${alternatives(values)}${Array.isArray(input) ? ', not a list' : ''}`
}

/** Such as `approve or deny`. */
function alternatives(values: readonly unknown[]): string {
  const [last, ...others] = values.map(String).reverse()
  return others.length === 0 ? `${last}` : `${others.reverse().join(', ')} or ${last}`
}

function missing(schema: Schema): string {
  return schema instanceof z.ZodObject ? `is required: ${example(schema)}` : 'is required'
}

function typeWords(expected: string, input: unknown, schema: Schema): string {
  switch (expected) {
    case 'object':
      return schema instanceof z.ZodObject
        ? `a JSON object such as ${meantBy(input, schema) ?? example(schema)}`
        : 'a JSON object'
    case 'record':
      return 'a JSON object'
    case 'array': {
      const meant = schema instanceof z.ZodArray ? listOf(input, schema.element) : undefined
      return meant === undefined ? 'a list' : `a list such as ${meant}`
    }
    case 'string':
      return Array.isArray(input) ? 'one text, not a list' : 'a text'
    case 'boolean':
      return 'true or false'
    default:
      return schema instanceof z.ZodNumber ? numberWords(schema) : `a ${expected}`
  }
}

/** Such as `a whole number from 10 to 604800`. */
function numberWords({ format, minValue, maxValue }: z.ZodNumber): string {
  const kind = format?.includes('int') ? 'a whole number' : 'a number'
  const from = bound(minValue)
  const to = bound(maxValue)
  if (from === undefined) return to === undefined ? kind : `${kind} of at most ${to}`
  return to === undefined ? `${kind} of at least ${from}` : `${kind} from ${from} to ${to}`
}

/** What every number in JSON has is no bound of ours. */
function bound(value: number | null): number | undefined {
  return value === null || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value
}

function unitOf(origin: string): string {
  return origin === 'string' ? 'characters' : 'entries'
}
