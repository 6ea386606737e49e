// Defines the kinds of fields that bodies and queries are made of.

import { z } from 'zod'
import { canonicalType, type EventType } from '../events/catalogue.ts'
import { SEVERITIES, SEVERITY_WORDS, severityOf } from '../events/severity.ts'
import { type IdPrefix, isId } from '../kit/ids.ts'
import { inAnyCase } from '../kit/in-any-case.ts'
import { wholeNumber } from '../kit/whole-number.ts'
import { mustBe } from './words.ts'

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
  .meta({ type: 'object', additionalProperties: true })

/** Without the words of other products. */
const severityWords = ({ input }: { input?: unknown }) =>
  input === undefined ? undefined : mustBe(SEVERITIES, input)

/** A level of the shared scale; the words of other products' vocabularies are read as medium. */
export const level = inAnyCase(z.enum(SEVERITY_WORDS, { error: severityWords })).transform((word) =>
  severityOf(word),
)

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
