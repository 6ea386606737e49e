// Parses JSON strictly: whatever two readers could read differently is refused.

import { isSafeNumber, parse } from 'lossless-json'

const MAX_DEPTH = 32
const MAX_STRING = 65_536

export const JSON_FAULTS = [
  'malformed_json',
  'duplicate_key',
  'unsafe_number',
  'lone_surrogate',
  'json_too_deep',
  'string_too_long',
] as const
export type JsonFault = (typeof JSON_FAULTS)[number]

export class JsonError extends Error {
  readonly code: JsonFault
  constructor(code: JsonFault, sentence: string) {
    super(sentence)
    this.code = code
  }
}

/**
 * RFC 8259 JSON in UTF-8 within the I-JSON limits of RFC 7493: no key twice, no integer beyond 2^53, no number
 * whose digits a double does not keep, no lone surrogate; two bodies with one digest are then one request. Throws a
 * JsonError whose message is for the sender.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const value = parsed(decoded(bytes))
  check(value, 1)
  return value
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new JsonError('malformed_json', 'The body is not valid UTF-8')
  }
}

function parsed(text: string): unknown {
  try {
    return parse(text, undefined, { parseNumber: safeNumber, onDuplicateKey: refuseDuplicate })
  } catch (error) {
    if (error instanceof JsonError) throw error
    if (error instanceof RangeError) throw tooDeep()
    throw new JsonError('malformed_json', 'The body is not valid JSON')
  }
}

function safeNumber(digits: string): number {
  const value = Number(digits)
  const isSafe = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
  // Canonical JSON knows no negative zero: what is digested, kept and shown is 0.
  if (isSafe && isSafeNumber(digits)) return value === 0 ? 0 : value
  throw new JsonError(
    'unsafe_number',
    isSafe
      ? 'A number has more digits than JSON readers keep; send it as a string'
      : 'A number is larger than 2^53 - 1; send it as a string',
  )
}

function refuseDuplicate(): never {
  throw new JsonError('duplicate_key', 'An object has the same key twice')
}

function tooDeep(): JsonError {
  return new JsonError('json_too_deep', `The body is nested more than ${MAX_DEPTH} levels deep`)
}

function check(value: unknown, depth: number): void {
  if (typeof value === 'string') checkText(value)
  if (typeof value !== 'object' || value === null) return
  if (depth > MAX_DEPTH) throw tooDeep()
  for (const [key, child] of Object.entries(value)) {
    checkText(key)
    check(child, depth + 1)
  }
}

function checkText(text: string): void {
  if (!text.isWellFormed()) throw new JsonError('lone_surrogate', 'A string holds half a character')
  if (text.length > MAX_STRING) {
    throw new JsonError('string_too_long', `A string has more than ${MAX_STRING} characters`)
  }
}
