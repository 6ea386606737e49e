// Decides whether the arguments of an action are as the conditions of a rule say.

import { matchesGlob } from '../kit/glob.ts'
import { compareDecimals, type Decimal, decimalOf, decimalOfNumber } from './decimal.ts'
import type { Condition, Test, Value } from './policy.ts'

/**
 * Either all conditions hold as far as can be told, with a sentence for each thing that cannot; or the first that does
 * not hold, as the policy writes it.
 */
export type Looked = { unknown: string[] } | { failed: string }

type Told = boolean | 'is missing' | 'is not a number' | 'is not a text' | 'is not true or false'

/**
 * Reads own properties alone, and changes nothing. That something cannot be told is no answer: whoever asks decides
 * what it means.
 */
export function lookAt(args: Record<string, unknown>, conditions: Condition[]): Looked {
  const unknown: string[] = []
  for (const { path, shown, tests } of conditions) {
    const value = valueAt(args, path)
    for (const test of tests) {
      const told = tell(value, test)
      if (told === false) return { failed: shown }
      if (told !== true && !unknown.includes(`${shown} ${told}`)) unknown.push(`${shown} ${told}`)
    }
  }
  return { unknown }
}

/** undefined: there is nothing. A null says as much. */
function valueAt(args: Record<string, unknown>, path: string[]): unknown {
  let value: unknown = args
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined
    if (Array.isArray(value) ? !/^(0|[1-9]\d{0,9})$/.test(name) : !Object.hasOwn(value, name))
      return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value ?? undefined
}

function tell(value: unknown, test: Test): Told {
  if (test.operator === 'present') return (value !== undefined) === test.is
  if (value === undefined) return 'is missing'
  switch (test.operator) {
    case 'equals':
    case 'in':
      return among(value, test.values)
    case 'not': {
      const told = among(value, test.values)
      return typeof told === 'boolean' ? !told : told
    }
    case 'like':
      return typeof value === 'string' ? matchesGlob(test.glob, value) : 'is not a text'
    default: {
      const number = numberIn(value)
      if (!number) return 'is not a number'
      const compared = compareDecimals(number, test.than)
      return test.operator === 'above' ? compared > 0 : compared < 0
    }
  }
}

/** Told where one of them can be compared with it. */
function among(value: unknown, values: Value[]): Told {
  let told: Told = false
  let isComparable = false
  for (const one of values) {
    const same = isSame(value, one)
    if (same === true) return true
    if (same === false) isComparable = true
    else told = same
  }
  return isComparable ? false : told
}

/** A text of the policy is compared as text, a number with a number or decimal text. */
function isSame(value: unknown, one: Value): Told {
  if (typeof one === 'string') return typeof value === 'string' ? value === one : 'is not a text'
  if (typeof one === 'boolean') return typeof value === 'boolean' ? value === one : 'is not true or false'
  const number = numberIn(value)
  return number ? compareDecimals(number, one) === 0 : 'is not a number'
}

function numberIn(value: unknown): Decimal | undefined {
  if (typeof value === 'number') return decimalOfNumber(value)
  return typeof value === 'string' ? decimalOf(value) : undefined
}
