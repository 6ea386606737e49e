// Shows that of others' text nothing is hidden on a card, that two identifiers never look alike, and that no text takes long.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identifier } from '../../src/kit/identifier.ts'
import { quoted } from '../../src/kit/quoted.ts'
import { oneLine, prettyJson, prose } from '../../src/platforms/content/text.ts'
import { hostileText } from '../fakes/hostile-approvals.ts'

const HIDDEN = {
  'a control': '\u0007\u001b\u007f\u0085\u0000\u000b',
  'a bidi control': '\u202e\u2066\u2068\u2069\u200f\u061c',
  'zero width': '\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f',
  'a filler': '\u3164\u115f\u1160\uffa0\u{16fe4}',
  'a tag': '\u{e0041}\u{e007f}',
  'a variation selector': '\ufe0f\ufe00\u{e0100}\u180b',
  'a wide or thin blank': '\u2003\u2009\u200a\u3000\u1680\u205f',
  'a sign of no font': '\ue000\u0378\u{10fffd}',
  'an empty sign': '\u2800\ufffc\ufff9\u{1d159}\u{13430}',
}
const braced = (sign: string) => `\\u{${sign.codePointAt(0)?.toString(16)}}`

it.each([
  ['Kurz, Ines', '“Kurz, Ines”'],
  ['“Kurz, Ines”', '“Kurz, Ines”'],
  ['“Ana” and “Ben”', "“'Ana' and 'Ben'”"],
  ['', '“”'],
])('%j between quotation marks ends where it seems to end: %j', (text, shown) => {
  expect(quoted(text)).toBe(shown)
})

describe('prose', () => {
  it.each(Object.entries(HIDDEN))('shows what is hidden: %s', (_, signs) => {
    // The control that is a line break to Unicode is one here.
    for (const sign of [...signs].filter((one) => one !== '\u0085')) {
      expect(prose(`a${sign}b`)).toBe(`a${braced(sign)}b`)
      expect(prose(sign)).toBe(braced(sign))
    }
  })

  it('keeps emoji whole, with their joints, colours and skin tones', () => {
    const emoji = '👩‍👩‍👧 👍🏽 👩🏽‍⚕️ ❤️‍🔥 ⚠️ 🏳️‍🌈 🇦🇹 1️⃣ ☎️'
    expect(prose(emoji)).toBe(emoji)
  })

  it.each([
    ['a joint without a left', 'a\u200d🔥', 'a\\u{200d}🔥'],
    ['a joint without a right', '🔥\u200db', '🔥\\u{200d}b'],
    ['a joint behind a colour of nothing', 'a\ufe0f\u200d🔥', 'a\\u{fe0f}\\u{200d}🔥'],
    ['a second joint', '🔥\u200d\u200d🔥', '🔥\\u{200d}\\u{200d}🔥'],
    ['a second colour', '⚠\ufe0f\ufe0f', '⚠\ufe0f\\u{fe0f}'],
  ])('shows %s', (_, text, shown) => {
    expect(prose(text)).toBe(shown)
  })

  it('keeps four marks on a letter and shows the others', () => {
    expect(prose(`e${'\u0301'.repeat(4)}`)).toBe(`e${'\u0301'.repeat(4)}`)
    expect(prose(`e${'\u0301'.repeat(6)}x`)).toBe(`e${'\u0301'.repeat(4)}\\u{301}\\u{301}x`)
  })

  it('shows marks that have no letter under them', () => {
    expect(prose('\u0336\u0336x \u0301')).toBe('\\u{336}\\u{336}x \\u{301}')
  })

  it('counts equal signs from four on', () => {
    expect(prose('\u200b'.repeat(3))).toBe('\\u{200b}\\u{200b}\\u{200b}')
    expect(prose(`${'\u200b'.repeat(4)}${'\u2800'.repeat(70_000)}`)).toBe('\\u{200b}×4\\u{2800}×70000')
  })

  it('folds blanks and blank lines, keeps lines, and is never empty', () => {
    expect(prose(' a \t  b\u00a0\u202fc  \r\n \r\u2028 \n\n d \n')).toBe('a b c\n\nd')
    expect(oneLine(' a \n\n\n b\tc')).toBe('a b c')
    for (const nothing of ['', ' ', '\n \t\r\n']) expect(prose(nothing)).toBe('(empty)')
    expect(prose('a\ud800')).toBe('a\ufffd')
  })

  it('hides nothing, whatever it is, and one line is one', () => {
    const seen = /^(?:[^\p{Cc}\p{Zl}\p{Zp}\p{Zs}\p{Cs}\p{Default_Ignorable_Code_Point}]| |\ufe0f|\u200d)*$/u
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(prose(text).replaceAll('\n', ' ')).toMatch(seen)
        expect(prose(text)).not.toMatch(/ {2}|\n{3}|^\s|\s$|^$/)
        expect(oneLine(text)).toMatch(seen)
      }),
    )
  })
})

describe('an identifier', () => {
  /** Only one text is shown like this. */
  const textOf = (shown: string) =>
    shown.replace(/\\u\{([0-9a-f]*)\}(?:×(\d+))?/g, (_, code, times = '1') =>
      code === '' ? '' : String.fromCodePoint(Number.parseInt(code, 16)).repeat(Number(times)),
    )

  it.each(['slack.post_message', 'agent-123', 'a b', '"x" <y> `z` {{DATE(1)}} \\n'])(
    'of visible signs is shown as it is: %s',
    (text) => {
      expect(identifier(text)).toBe(text)
    },
  )

  it.each([
    ['pаyments', 'p\\u{430}yments'],
    [' a  b ', '\\u{20}a\\u{20} b\\u{20}'],
    ['\\u{20}', '\\u{5c}u{20}'],
    ['\u200b'.repeat(45), '\\u{200b}×45'],
    [`${'\u200b'.repeat(5)}5`, '\\u{200b}×4\\u{200b}5'],
    ['', '\\u{}'],
  ])('%j is told from every other', (text, shown) => {
    expect(identifier(text)).toBe(shown)
    expect(textOf(shown)).toBe(text)
  })

  it('never looks like another that differs, unless it is cut', () => {
    const tricky = fc.constantFrom(
      '\u200b',
      '\u200b'.repeat(4),
      '4',
      ' ',
      '\\',
      'u{',
      '200b}',
      '×',
      'é',
      'e\u0301',
    )
    const short = fc.array(fc.oneof(tricky, fc.string({ unit: 'binary', maxLength: 2 })), { maxLength: 12 })
    fc.assert(
      fc.property(
        short.map((parts) => parts.join('')),
        (text) => {
          expect(identifier(text)).toMatch(/^[\x21-\x7e×]+(?: [\x21-\x7e×]+)*$/)
          expect(textOf(identifier(text))).toBe(text)
        },
      ),
    )
  })

  it('that is too long shows its beginning and its end, and by a hash what is between them', () => {
    const long = (middle: string) => `begin${'é!'.repeat(500)}${middle}${'é!'.repeat(500)}end`
    expect(identifier(long('x'))).toMatch(/^begin\\u\{e9\}.*…\(sha256 [0-9a-f]{16}\)….*\\u\{e9\}!end$/)
    expect(identifier(long('x')).length).toBeLessThanOrEqual(300)
    expect(identifier(long('x'))).not.toBe(identifier(long('y')))
    expect(identifier('x'.repeat(300))).toBe('x'.repeat(300))
  })
})

it('JSON shows what is hidden and means the same', () => {
  const hidden = Object.values(HIDDEN).join('')
  const value = { [hidden]: [hidden, { text: `\\${hidden}\\`, [`e${'\u0301'.repeat(9)}`]: '\ud800' }] }
  const shown = prettyJson(value)
  expect(shown).toMatch(/^(?:[ -~\n]|\u0301)*$/)
  expect(JSON.parse(shown)).toEqual(value)
})

it.each([' ', '\n', ' \n', '\t', '\u0301', '\u2800', '\u200d', '\u200b\u2800', '\\u{', '🔥\u200d', '\ud800'])(
  '100,000 times %j is read at once',
  (sign) => {
    const text = sign.repeat(100_000)
    const startMs = performance.now()
    for (const show of [prose, oneLine, identifier, prettyJson]) show(text)
    // Ten seconds and more where time grows with the square.
    expect(performance.now() - startMs).toBeLessThan(1_500)
  },
)
