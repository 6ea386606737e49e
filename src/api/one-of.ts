// Defines an input of one of several shapes, whose mistakes are told in the words of the one that is meant.

import { z } from 'zod'
import { withShapes } from './shapes.ts'
import { wordsFor } from './words.ts'

/** `meant`: the one among `shapes` that a value is held against. */
export function oneOf<T>(
  shapes: readonly z.ZodType<T>[],
  meant: (value: unknown) => z.ZodType<T>,
): z.ZodType<T> {
  const schema = z.unknown().transform((value, context): T => {
    const parsed = meant(value).safeParse(value, { error: wordsFor })
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) context.addIssue({ ...issue } as never)
    return z.NEVER
  })
  return withShapes(schema, shapes)
}
