// Proves which actions are the same: those with one canonical form, whatever their key order and number form, and no others.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestOf } from '../../src/approvals/new-row.ts'
import { differences } from '../../src/grants/differences.ts'
import { canonicalJson } from '../../src/kit/canonical-json.ts'
import { parseStrictJson } from '../../src/kit/strict-json.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type Arguments = Record<string, Json>

const name = fc.oneof(
  fc.constantFrom('amount', 'to', 'a.b', '', '__proto__', 'constructor', 'é', 'e\u0301', 'x y', '0'),
  fc.string({ maxLength: 4 }),
)
const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>(null, true, false, 0, 1, -1, 100, 0.1, 1e-7, '', '1', 'caf\u00e9', 'cafe\u0301'),
  fc.constantFrom<Json[]>('paypal', 'p\u0430ypal', 'a b', 'a\u00a0b', 'ab', 'a\u200bb'),
  fc.string({ maxLength: 6 }).filter((text) => text.isWellFormed()),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    // What the API takes.
    .filter((number) => !Number.isInteger(number) || Number.isSafeInteger(number))
    .map((number) => (number === 0 ? 0 : number)),
)
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'large', maxDepth: 12 },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('tree')), { maxLength: 4 }).map(objectOf),
  ),
}))
const args = fc.array(fc.tuple(name, tree), { minLength: 1, maxLength: 4 }).map(objectOf)

/** As parsing makes it: a `__proto__` is a name like any other. */
function objectOf(entries: [string, Json][]): Arguments {
  const object: Arguments = {}
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  }
  return object
}

const digest = (given: Arguments, tool = 'a.b', environment?: string) =>
  digestOf('agent-1', { tool, arguments: given, ...(environment !== undefined && { environment }) })
const differ = (one: Arguments, other: Arguments) =>
  differences(
    { tool: 'a.b', environment: null, arguments: one },
    { tool: 'a.b', environment: null, arguments: other },
  )

/** The same value, written in another way that JSON allows. */
function rewritten(value: Json, flip: boolean): string {
  if (Array.isArray(value)) return `[ ${value.map((item) => rewritten(item, flip)).join(' ,')} ]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    const order = flip ? entries.toReversed() : entries
    return `{${order.map(([key, item]) => `${escaped(key)} : ${rewritten(item, flip)}`).join(',')}}`
  }
  if (typeof value === 'string') return escaped(value)
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e6) {
    if (value === 0) return flip ? '-0' : '0.0'
    return flip ? `${value}.0` : `${value}e0`
  }
  return JSON.stringify(value)
}

function escaped(text: string): string {
  return `"${[...text].map((one) => Array.from({ length: one.length }, (_, at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')).join('')}"`
}

test('what is written otherwise is the same action', () => {
  fc.assert(
    fc.property(args, fc.boolean(), (given, flip) => {
      const again = parseStrictJson(Buffer.from(rewritten(given, flip))) as Arguments
      expect(digest(again)).toBe(digest(given))
      expect(differ(given, again)).toEqual([])
    }),
  )
})

/** Changes one place of it, or leaves it as it is. */
function mutated(value: Json, picks: number[], replacement: Json): Json {
  const [pick = 0, ...rest] = picks
  if (rest.length > 0 && Array.isArray(value) && value.length > 0) {
    const at = pick % value.length
    return value.map((item, index) => (index === at ? mutated(item, rest, replacement) : item))
  }
  if (rest.length > 0 && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value)
    const at = pick % Math.max(1, entries.length)
    return objectOf(
      entries.map(([key, item], index) => [key, index === at ? mutated(item, rest, replacement) : item]),
    )
  }
  return replacement
}

test('what is another value anywhere is another action, and the paths that differ are named', () => {
  fc.assert(
    fc.property(
      args,
      fc.array(fc.nat(9), { minLength: 2, maxLength: 12 }),
      tree,
      (given, picks, replacement) => {
        const other = mutated(given, picks, replacement) as Arguments
        if (typeof other !== 'object' || other === null || Array.isArray(other)) return
        const isSame = canonicalJson(given) === canonicalJson(other)
        expect(digest(other) === digest(given)).toBe(isSame)
        expect(differ(given, other).length === 0).toBe(isSame)
      },
    ),
  )
})

test.each<[string, Json, Json]>([
  ['composed and decomposed letters', 'caf\u00e9', 'cafe\u0301'],
  ['letters of another script', 'paypal', 'p\u0430ypal'],
  ['an invisible character', 'ab', 'a\u200bb'],
  ['a number and its text', 1, '1'],
  ['nothing and an empty text', null, ''],
  ['false and 0', false, 0],
  ['a list and its only item', [1], 1],
  ['an empty list and an empty object', [], {}],
  ['another order of a list', [1, 2], [2, 1]],
  ['a little more', 0.1, 0.10000000000000002],
  ['far down', nested(25, 1), nested(25, 2)],
])('%s are two actions', (_, one, other) => {
  expect(digest({ x: one })).not.toBe(digest({ x: other }))
  expect(differ({ x: one }, { x: other })).not.toEqual([])
})

test.each(['1', '1.0', '1e0', '10e-1', '0.1e1'])('%s is the number 1', (written) => {
  const given = parseStrictJson(Buffer.from(`{"x":${written}}`)) as Arguments
  expect(digest(given)).toBe(digest({ x: 1 }))
})

test('a tool and an environment are compared as they are written', () => {
  expect(digest({}, 'a.b')).not.toBe(digest({}, 'a.B'))
  expect(digest({}, 'a.b', 'x')).not.toBe(digest({}, 'a.b'))
})

test('of very much that differs the first places are named', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`n${at}`, at]))
  expect(differ(many, {})).toHaveLength(20)
})

function nested(depth: number, value: Json): Json {
  return depth === 0 ? value : { deeper: nested(depth - 1, value) }
}
