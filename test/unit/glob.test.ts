// Shows that a star stands for any run of characters and nothing else does, however many stars there are.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesGlob } from '../../src/kit/glob.ts'

/** By the definition, letter by letter; takes as long as it takes. */
function naive(glob: string, text: string): boolean {
  if (glob === '') return text === ''
  if (glob[0] !== '*') return text !== '' && glob[0] === text[0] && naive(glob.slice(1), text.slice(1))
  return naive(glob.slice(1), text) || (text !== '' && naive(glob, text.slice(1)))
}

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 9 })
const globs = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 7 })

test('a pattern matches what its definition says', () => {
  fc.assert(
    fc.property(globs, letters, (glob, text) => matchesGlob(glob, text) === naive(glob, text)),
    { numRuns: 2_000 },
  )
})

test('a text that was made of a pattern matches it', () => {
  fc.assert(
    fc.property(fc.array(letters, { minLength: 1 }), fc.array(letters), (parts, fillings) => {
      const text = parts
        .map((part, at) => part + (at < parts.length - 1 ? (fillings[at] ?? '') : ''))
        .join('')
      expect(matchesGlob(parts.join('*'), text)).toBe(true)
    }),
  )
})

test.each([
  ['p?yments.refund', 'payments.refund'],
  ['payments[.]refund', 'payments.refund'],
  ['(pay|say)*', 'payments.refund'],
  ['payments.refund', 'payments.refund '],
  ['PAYMENTS.*', 'payments.refund'],
])('%s is no pattern for %s', (glob, text) => {
  expect(matchesGlob(glob, text)).toBe(false)
})

test('many stars over a long text that almost fits take no time', () => {
  const before = process.threadCpuUsage()
  expect(matchesGlob(`${'*a'.repeat(100)}b`, 'a'.repeat(65_536))).toBe(false)
  expect(matchesGlob(`*${'a'.repeat(200)}b*`, 'a'.repeat(65_536))).toBe(false)
  expect(process.threadCpuUsage(before).user).toBeLessThan(500_000)
})
