// Shows that equal values are equal bytes everywhere, by RFC 8785's own examples and the digest of an action.

import { runInNewContext } from 'node:vm'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/approvals/new-row.ts'
import { canonicalJson, sha256Hex } from '../../src/kit/canonical-json.ts'
import { parseStored } from '../../src/kit/stored-json.ts'

/** The double with these 64 bits. */
function double(hex: string): number {
  return Buffer.from(hex, 'hex').readDoubleBE()
}

describe('canonical JSON', () => {
  // RFC 8785, Appendix B.
  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the number %s as %s', (hex, text) => {
    expect(canonicalJson(double(hex))).toBe(text)
  })

  test.each([['7fffffffffffffff'], ['7ff0000000000000'], ['fff0000000000000']])(
    'refuses the number %s',
    (hex) => {
      expect(() => canonicalJson(double(hex))).toThrow()
      expect(() => canonicalJson({ nested: [double(hex)] })).toThrow()
    },
  )

  test('writes the example of RFC 8785, section 3.2.2, as section 3.2.4 has it, byte for byte', () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`
    const bytes = `
      7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72 75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d
      62 65 72 73 22 3a 5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31 65 2b 33 30 2c 34 2e 35
      2c 30 2e 30 30 32 2c 31 65 2d 32 37 5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30 30 66
      5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d`
    expect(Buffer.from(canonicalJson(JSON.parse(input))).toString('hex')).toBe(bytes.replace(/\s/g, ''))
  })

  test('sorts names by their UTF-16 units, as in RFC 8785, section 3.2.3', () => {
    const input = String.raw`{
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    }`
    const sorted = canonicalJson(JSON.parse(input))
    const names = [...sorted.matchAll(/:"([^"]*)"/g)].map(([, value]) => value)
    expect(names).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  test.each([
    ['nothing', undefined],
    ['nothing in a list', [undefined]],
    ['half of a surrogate pair', '\ud800'],
    ['half of one in a name', { '\udead': 1 }],
    ['a date', { at: new Date(0) }],
    ['a map', new Map([['a', 1]])],
    ['a function', { toJSON: () => 'text' }],
    ['a symbol', Symbol('a')],
    ['a big integer', 1n],
  ])('refuses what JSON does not keep: %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError)
  })

  test('refuses what contains itself', () => {
    const circle: unknown[] = []
    circle.push([circle])
    expect(() => canonicalJson(circle)).toThrow(TypeError)
  })

  test('leaves out members that are undefined, and takes objects of any realm', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}')
    expect(canonicalJson(runInNewContext('({ b: [{}], a: Object.create(null) })'))).toBe('{"a":{},"b":[{}]}')
  })

  test('writes what the implementation of the author of RFC 8785 writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value))
      }),
    )
  })

  test('keeps a name that JavaScript treats in a special way', () => {
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"a":2}}'))).toBe('{"__proto__":{"a":2},"b":1}')
  })

  test('is its own canonical form, and loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(parseStored(text))).toBe(text)
        expect(parseStored(text)).toEqual(parseStored(JSON.stringify(value)))
      }),
    )
  })
})

describe('the digest of an action', () => {
  const action = {
    tool: 'stripe.refund',
    summary: 'Refund an order',
    arguments: { order: '4711', amount: { currency: 'EUR', cents: 1250 } },
    environment: 'production',
  }

  test('is the SHA-256 of agent, tool, arguments and environment, and of nothing else', () => {
    const canonical =
      '{"agent":"agent-1","arguments":{"amount":{"cents":1250,"currency":"EUR"},"order":"4711"},' +
      '"environment":"production","tool":"stripe.refund"}'
    expect(digestOf('agent-1', action)).toBe(`sha256:${sha256Hex(canonical)}`)
  })

  test('does not depend on the order of names, nor on the summary', () => {
    const reordered = {
      environment: 'production',
      arguments: { amount: { cents: 1250, currency: 'EUR' }, order: '4711' },
      summary: 'Something harmless',
      tool: 'stripe.refund',
    }
    expect(digestOf('agent-1', reordered)).toBe(digestOf('agent-1', action))
  })

  test('takes absent arguments for {} and an absent environment for null', () => {
    const bare = { tool: 'ping', summary: 'ping' }
    expect(digestOf('agent-1', bare)).toBe(digestOf('agent-1', { ...bare, arguments: {} }))
    const canonical = '{"agent":"agent-1","arguments":{},"environment":null,"tool":"ping"}'
    expect(digestOf('agent-1', bare)).toBe(`sha256:${sha256Hex(canonical)}`)
  })

  test('differs for another agent, tool, environment or argument', () => {
    const digests = [
      digestOf('agent-1', action),
      digestOf('agent-2', action),
      digestOf('agent-1', { ...action, tool: 'stripe.charge' }),
      digestOf('agent-1', { ...action, environment: 'staging' }),
      digestOf('agent-1', { ...action, environment: '' }),
      digestOf('agent-1', { ...action, arguments: {} }),
      digestOf('agent-1', { ...action, arguments: { ...action.arguments, order: 4711 } }),
      digestOf('agent-1', { ...action, arguments: { ...action.arguments, note: null } }),
    ]
    expect(new Set(digests).size).toBe(digests.length)
  })
})
