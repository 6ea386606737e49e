// Shows what a condition on the arguments means for a rule that asks and for one that allows, case by case.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../src/policy/evaluate.ts'
import { policyOf, REFUND, verdictOf } from '../fakes/policies.ts'

type Case = [where: string, args: unknown, holds: boolean | string]

/** true and false: the condition holds or not; a sentence: it cannot be told, for that reason. */
const CASES: Case[] = [
  // equals
  ['a: {equals: EUR}', { a: 'EUR' }, true],
  ['a: {equals: EUR}', { a: 'eur' }, false],
  ['a: {equals: EUR}', { a: 'EUR ' }, false],
  ['a: {equals: EUR}', { a: 5 }, 'a is not a text'],
  ['a: {equals: EUR}', { a: ['EUR'] }, 'a is not a text'],
  ['a: {equals: EUR}', { a: { EUR: 1 } }, 'a is not a text'],
  ['a: {equals: EUR}', { a: true }, 'a is not a text'],
  ['a: {equals: EUR}', {}, 'a is missing'],
  ['a: {equals: EUR}', { a: null }, 'a is missing'],
  ['a: {equals: ""}', { a: '' }, true],
  ['a: {equals: ""}', {}, 'a is missing'],
  ['a: {equals: 480}', { a: '480.00' }, true],
  ['a: {equals: 480}', { a: 480 }, true],
  ['a: {equals: 480}', { a: '480.01' }, false],
  ['a: {equals: 480}', { a: 'four hundred' }, 'a is not a number'],
  ['a: {equals: "480"}', { a: '480.00' }, false],
  ['a: {equals: "480"}', { a: '480' }, true],
  ['a: {equals: "480"}', { a: 480 }, 'a is not a text'],
  ['a: {equals: 0}', { a: false }, 'a is not a number'],
  ['a: {equals: 0}', { a: '' }, 'a is not a number'],
  ['a: {equals: 0}', { a: -0 }, true],
  ['a: {equals: true}', { a: true }, true],
  ['a: {equals: true}', { a: false }, false],
  ['a: {equals: true}', { a: 'true' }, 'a is not true or false'],
  ['a: {equals: true}', { a: 1 }, 'a is not true or false'],
  ['a: {equals: yes}', { a: 'yes' }, true],
  ['a: {equals: NO}', { a: 'NO' }, true],
  // in and not
  ['a: {in: [EUR, USD]}', { a: 'USD' }, true],
  ['a: {in: [EUR, USD]}', { a: 'GBP' }, false],
  ['a: {in: [EUR, USD]}', { a: 978 }, 'a is not a text'],
  ['a: {in: [EUR, 978]}', { a: 978 }, true],
  ['a: {in: [EUR, 978]}', { a: '978.0' }, true],
  ['a: {in: [EUR, 978]}', { a: 'GBP' }, false],
  ['a: {in: [EUR, 978]}', { a: true }, 'a is not a number'],
  ['a: {not: EUR}', { a: 'USD' }, true],
  ['a: {not: EUR}', { a: 'EUR' }, false],
  ['a: {not: EUR}', { a: 978 }, 'a is not a text'],
  ['a: {not: EUR}', {}, 'a is missing'],
  ['a: {not: [EUR, USD]}', { a: 'GBP' }, true],
  ['a: {not: [EUR, USD]}', { a: 'USD' }, false],
  ['a: {not: 5}', { a: '5.0' }, false],
  ['a: {not: true}', { a: false }, true],
  // above and below
  ['a: {above: 479.99}', { a: '480.00' }, true],
  ['a: {above: 480}', { a: '480.00' }, false],
  ['a: {above: 479.99}', { a: 480 }, true],
  ['a: {above: 500}', { a: '9' }, false],
  ['a: {above: 500}', { a: '1e3' }, true],
  ['a: {above: 500}', { a: '1,000' }, 'a is not a number'],
  ['a: {above: 500}', { a: '501 EUR' }, 'a is not a number'],
  ['a: {above: 500}', { a: [501] }, 'a is not a number'],
  ['a: {above: 500}', { a: true }, 'a is not a number'],
  ['a: {above: 500}', { a: '9'.repeat(50_000) }, 'a is not a number'],
  ['a: {above: 500}', {}, 'a is missing'],
  ['a: {above: -1}', { a: 0 }, true],
  ['a: {above: 9007199254740993}', { a: '9007199254740993' }, false],
  ['a: {above: 9007199254740993}', { a: '9007199254740994' }, true],
  ['a: {above: "0.1"}', { a: '0.10000000000000001' }, true],
  ['a: {below: 0.3}', { a: 0.30000000000000004 }, false],
  ['a: {below: 1e3}', { a: 999 }, true],
  ['a: {above: 100, below: 200}', { a: 150 }, true],
  ['a: {above: 100, below: 200}', { a: 200 }, false],
  // like
  ['a: {like: "*@example.com"}', { a: 'ana@example.com' }, true],
  ['a: {like: "*@example.com"}', { a: 'ana@EXAMPLE.com' }, false],
  ['a: {like: "*@example.com"}', { a: 'ana@example.com.evil' }, false],
  ['a: {like: "*@example.com"}', { a: 5 }, 'a is not a text'],
  ['a: {like: "drop*table"}', { a: 'drop\ntable' }, true],
  ['a: {like: "*"}', { a: '' }, true],
  ['a: {like: "*"}', {}, 'a is missing'],
  // present
  ['a: {present: true}', { a: 0 }, true],
  ['a: {present: true}', { a: '' }, true],
  ['a: {present: true}', { a: [] }, true],
  ['a: {present: true}', {}, false],
  ['a: {present: true}', { a: null }, false],
  ['a: {present: false}', {}, true],
  ['a: {present: false}', { a: null }, true],
  ['a: {present: false}', { a: false }, false],
  ['a: {present: true, above: 500}', {}, false],
  ['a: {present: true, above: 500}', { a: 'x' }, 'a is not a number'],
  // paths
  ['a.b: {equals: 1}', { a: { b: 1 } }, true],
  ['a.b: {equals: 1}', { 'a.b': 1 }, 'a.b is missing'],
  ['a.b: {equals: 1}', { a: 'b' }, 'a.b is missing'],
  ['a.length: {equals: 1}', { a: 'x' }, 'a.length is missing'],
  ['a.length: {equals: 1}', { a: ['x'] }, 'a.length is missing'],
  ['a.0: {equals: x}', { a: ['x'] }, true],
  ['a.1.b: {equals: x}', { a: [{}, { b: 'x' }] }, true],
  ['a.00: {equals: x}', { a: ['x'] }, 'a.00 is missing'],
  ['a.-1: {equals: x}', { a: ['x'] }, 'a.-1 is missing'],
  ['a.0: {equals: x}', { a: 'x' }, 'a.0 is missing'],
  ['0: {equals: x}', { 0: 'x' }, true],
  ['to.é: {equals: x}', { to: { é: 'x' } }, true],
  ['constructor: {present: true}', {}, false],
  ['__proto__: {present: true}', {}, false],
  // Its own by JSON, and inherited.
  ['__proto__.admin: {equals: true}', JSON.parse('{"__proto__": {"admin": true}}'), true],
  ['admin: {equals: true}', Object.create({ admin: true }), 'admin is missing'],
  ['toString.name: {present: true}', {}, false],
  ['a.push: {present: true}', { a: [] }, false],
  // several
  ['{a: {equals: 1}, b: {equals: 2}}', { a: 1, b: 2 }, true],
  ['{a: {equals: 1}, b: {equals: 2}}', { a: 1, b: 3 }, false],
  ['{a: {equals: 1}, b: {equals: 2}}', { a: 1 }, 'b is missing'],
  ['{a: {equals: 1}, b: {equals: 2}}', { b: 3 }, false],
]

/** The key of a pair that stands alone is quoted: one may be a number. */
const policyWith = (where: string, effect: string) => {
  const inside = where.startsWith('{') ? where : `{${where.replace(/^(.+?): /, '"$1": ')}}`
  return `default: deny\nrules:\n  - name: the rule\n    match: {where: ${inside}}\n    ${effect}\n`
}

describe.each([
  ['ask: true', true],
  ['deny: Ask the finance team', true],
  ['allow: true', false],
])('in a rule with %s', (effect, matchesUnknown) => {
  test.each(CASES)('%s of %j: %s', (where, args, holds) => {
    const policy = policyOf(policyWith(where, effect))
    const { rule, because } = evaluate({ ...REFUND, arguments: args as Record<string, unknown> }, policy)
    const isUnknown = typeof holds === 'string'
    expect(rule === 'the rule').toBe(isUnknown ? matchesUnknown : holds)
    expect(because).toEqual(isUnknown && matchesUnknown ? [holds] : [])
  })
})

test('everything that cannot be told is a reason, each once', () => {
  const where = '{a: {above: 1, below: 5}, b: {like: "x*"}, c: {equals: 1}}'
  const { because } = verdictOf(policyWith(where, 'ask: true'), { arguments: { b: 5, c: 1 } })
  expect(because).toEqual(['a is missing', 'b is not a text'])
})

test('the names of an agent are never in a reason', () => {
  const args = { '<b>': 1, a: { 'Approved by Ana': 2 } }
  const { because } = verdictOf(policyWith('a.b: {above: 1}', 'ask: true'), { arguments: args })
  expect(because).toEqual(['a.b is missing'])
})

test('whatever an agent sends, what a rule that allows matches one that asks matches too, and nothing is thrown', () => {
  const paths = ['a', 'a.b', 'a.0', '__proto__.a', 'constructor', 'length']
  const operators = [
    'equals: 1',
    'equals: "1"',
    'in: [1, x, true]',
    'not: 1',
    'above: 1',
    'like: "*1*"',
    'present: true',
  ]
  const where = fc.uniqueArray(fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...operators)), {
    minLength: 1,
    selector: ([path]) => path,
  })
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('1', '1.0', '1e400', '9'.repeat(200), 5e-324, 1.7976931348623157e308, -0),
  )
  const names = fc.constantFrom('a', 'b', '0', 'constructor', 'length', '__proto__')
  const args = fc.array(fc.tuple(names, fc.oneof(value, fc.dictionary(names, value)))).map((members) => {
    // As JSON is parsed: `__proto__` is a name like any other.
    return JSON.parse(`{${members.map(([name, one]) => `"${name}":${JSON.stringify(one)}`).join()}}`)
  })
  fc.assert(
    fc.property(where, args, (conditions, given) => {
      const match = `{${conditions.map(([path, operator]) => `"${path}": {${operator}}`).join()}}`
      const matches = (effect: string) =>
        verdictOf(policyWith(match, effect), { arguments: given }).rule === 'the rule'
      expect(matches('deny: No')).toBe(matches('ask: true'))
      if (matches('allow: true')) expect(matches('ask: true')).toBe(true)
    }),
  )
})
