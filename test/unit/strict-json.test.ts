// Shows where the documented limits of a JSON body are: what just fits is read, and one more is refused.

import { expect, test } from 'vitest'
import { JsonError, parseStrictJson } from '../../src/kit/strict-json.ts'

const read = (json: string) => parseStrictJson(Buffer.from(json))
function refusal(json: string): string | undefined {
  try {
    read(json)
  } catch (error) {
    if (error instanceof JsonError) return error.code
    throw error
  }
}
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
const text = (length: number) => JSON.stringify('x'.repeat(length))

test.each([
  ['32 levels', nested(32), nested(33), 'json_too_deep'],
  ['65,536 characters', text(65_536), text(65_537), 'string_too_long'],
  ['a name of 65,536 characters', `{${text(65_536)}:1}`, `{${text(65_537)}:1}`, 'string_too_long'],
  ['2^53 - 1', '9007199254740991', '9007199254740992', 'unsafe_number'],
  ['-(2^53 - 1)', '-9007199254740991', '-9007199254740992', 'unsafe_number'],
  ['a price', '19.99', '1000.0000000000000001', 'unsafe_number'],
  ['an exponent', '1e2', '1e400', 'unsafe_number'],
  ['17 digits', '0.30000000000000004', '0.300000000000000041', 'unsafe_number'],
  ['a small number', '5e-324', '1e-324', 'unsafe_number'],
  ['a cent', '0.01', '1e-400', 'unsafe_number'],
  ['a price with a zero at its end', '10.50', '-1e400', 'unsafe_number'],
])('%s', (_what, fits, tooMuch, code) => {
  expect(read(fits)).toEqual(JSON.parse(fits))
  expect(refusal(tooMuch)).toBe(code)
})

test.each(['-0', '-0.0', '-0e5', '0.00'])('%s is 0, as canonical JSON writes it', (zero) => {
  expect(read(zero)).toBe(0)
})
