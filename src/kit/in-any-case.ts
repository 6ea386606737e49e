// Reads a word of a fixed list whatever its case: other products spell theirs in capitals.

import { z } from 'zod'

/** `schema`: of words in lower case; it documents them as it does by itself. */
export function inAnyCase<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (typeof value === 'string' ? value.toLowerCase() : value), schema)
}
