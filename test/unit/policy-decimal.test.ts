// Shows that numbers are compared exactly, however they are written.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareDecimals, type Decimal, decimalOf, decimalOfNumber } from '../../src/policy/decimal.ts'

const order = (a: string, b: string) => compareDecimals(decimalOf(a) as Decimal, decimalOf(b) as Decimal)
const sign = fc.constantFrom('', '-', '+')
const digits = fc.bigInt({ min: 0n, max: 10n ** 30n })

/** A number as sign, digits and places after the point, and how it may be written. */
const written = fc
  .record({
    sign,
    digits,
    places: fc.nat({ max: 12 }),
    zeros: fc.nat({ max: 3 }),
    power: fc.integer({ min: -9, max: 9 }),
  })
  .map(({ sign, digits, places, zeros, power }) => {
    const padded = String(digits).padStart(places + 1, '0')
    const whole = '0'.repeat(zeros) + padded.slice(0, padded.length - places)
    const fraction = padded.slice(padded.length - places) + '0'.repeat(zeros)
    const text = `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}${power === 0 ? '' : `e${power}`}`
    // At a scale that makes every one of them whole.
    const value = (sign === '-' ? -digits : digits) * 10n ** BigInt(30 - places + power)
    return { text, value }
  })

test('two texts are in the order of the numbers that they write', () => {
  fc.assert(
    fc.property(written, written, (a, b) => {
      const expected = a.value === b.value ? 0 : a.value < b.value ? -1 : 1
      expect(order(a.text, b.text)).toBe(expected)
    }),
    { numRuns: 1_000 },
  )
})

test('a number of JSON is what it was written as', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      const decimal = decimalOfNumber(number) as Decimal
      expect(Number(`${decimal.digits}e${decimal.exponent}`)).toBe(number === 0 ? 0 : number)
    }),
    { numRuns: 1_000 },
  )
})

test.each([
  ['480.00', '479.99', 1],
  ['480.00', '480', 0],
  ['0.1', '0.10000000000000001', -1],
  ['9007199254740993', '9007199254740992', 1],
  ['-0', '0', 0],
  ['1e3', '1000', 0],
  ['1E+3', '999.9', 1],
  ['1e400', '1e-400', 1],
  ['-1e400', '1e-400', -1],
  ['007', '7', 0],
])('%s and %s', (a, b, expected) => {
  expect(order(a, b)).toBe(expected)
})

test.each([
  '',
  ' 1',
  '1 ',
  '1,000',
  '1.000,00',
  '1_000',
  '.5',
  '5.',
  '1.2.3',
  '--1',
  '1e',
  '1e1.5',
  '0x10',
  'Infinity',
  'NaN',
  '$5',
  '٣',
  '１',
  '1e401',
  '1e-401',
  '1e99999',
  '9'.repeat(101),
  `${'0'.repeat(100)}1`,
])('%j is no number', (text) => {
  expect(decimalOf(text)).toBeUndefined()
})

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%s is no number', (number) => {
  expect(decimalOfNumber(number)).toBeUndefined()
})
