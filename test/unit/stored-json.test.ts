// Shows that what an agent sent is read back as it was, whatever its names are and whatever was read before.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseStored } from '../../src/kit/stored-json.ts'

// V8 mistakes one for the other where an object of this very shape had the first as its next name.
test.each([
  ['\\', '"'],
  ['\\', '\n'],
  ['\\', '\u0007'],
  ['a\\', 'a"'],
  ['to\\', 'to"'],
])('after the name %j the name %j stays what it is', (before, name) => {
  const textOf = (last: string) => JSON.stringify({ [`a shape of its own: ${before}${name}`]: 0, [last]: 1 })
  for (const one of [before, name, name]) {
    expect(JSON.stringify(parseStored(textOf(one)))).toBe(textOf(one))
  }
})

test.each(['', '__proto__', '":', '\ud800', 'a":"b'])('a name %j is read', (name) => {
  expect(Object.entries(parseStored(`{${JSON.stringify(name)}:[1.5,"\\n"]}`) as object)).toEqual([
    [name, [1.5, '\n']],
  ])
})

test('of many objects in a row each is what was written', () => {
  const name = fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'a', ':', ','), maxLength: 4 })
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom('\\', '"', ':', '{'), maxLength: 4 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constant(null),
  )
  fc.assert(
    fc.property(fc.array(fc.array(fc.tuple(name, value), { maxLength: 3 }), { maxLength: 6 }), (objects) => {
      for (const entries of objects) {
        // Without JSON.parse, which is what is in doubt.
        const text = JSON.stringify(Object.fromEntries(entries))
        expect(JSON.stringify(parseStored(text))).toBe(text)
      }
    }),
  )
})
