// Checks that a text, from a query or the environment, is a whole number within bounds.

import { z } from 'zod'

/** At most nine digits; the refusal names the bounds. */
export function wholeNumber(from: number, to: number) {
  const sentence = `must be a whole number from ${from} to ${to}`
  return z
    .string()
    .regex(/^\d{1,9}$/, sentence)
    .transform(Number)
    .refine((value) => value >= from && value <= to, sentence)
}
