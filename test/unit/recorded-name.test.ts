// Shows which name goes on record: the directory's, never what somebody calls themselves alone, and one safe line.

import { expect, test } from 'vitest'
import { type Account, accountPrincipal, emailOf, nameOf } from '../../src/identity/principal.ts'

const LONG = 'x'.repeat(201)
const CUT = `${'x'.repeat(199)}…`

const told = (account: Partial<Account>) =>
  accountPrincipal(
    { platform: 'scripted', tenant: 'T1', userId: 'U1', name: 'Ines Kurz', ...account },
    'member',
  )

test.each<[string | undefined, string]>([
  [undefined, 'Ines Kurz'],
  ['', 'Ines Kurz'],
  [' \u00a0\n', 'Ines Kurz'],
  ['Ines Kurz', 'Ines Kurz'],
  [' ines  KURZ ', 'Ines Kurz'],
  ['\uff29\uff4e\uff45\uff53 Kurz', 'Ines Kurz'],
  ['Ana (CISO)', 'Ines Kurz (@Ana (CISO))'],
  ['a ((b) c) (d)', 'Ines Kurz (@a ((b) c) (d))'],
  ['x) and Ben Okafor (CISO', 'Ines Kurz (@x and Ben Okafor CISO)'],
  ['x (y', 'Ines Kurz (@x y)'],
  ['Ines \u200bKurz\u00ad', 'Ines Kurz'],
  ['\u200b\u3164\u2800\u202e', 'Ines Kurz'],
  ['x\u202e)ziuR anA', 'Ines Kurz (@xziuR anA)'],
  ['Bo\uff09 and Ana Ruiz via console \uff08', 'Ines Kurz (@Bo and Ana Ruiz via console)'],
  ['x] (y] \u207e \ufe5a z', 'Ines Kurz (@x y z)'],
  ['Ana \uff08CISO\uff09 [she/her]', 'Ines Kurz (@Ana \uff08CISO\uff09 [she/her])'],
  ['Ana \u3010CISO\u3011', 'Ines Kurz (@Ana CISO)'],
  [')', 'Ines Kurz'],
  [LONG, `Ines Kurz (@${CUT})`],
])('who calls themselves %j is on record as %j', (displayName, recorded) => {
  expect(nameOf(told(displayName === undefined ? {} : { displayName }))).toBe(recorded)
})

test.each([
  ['Jose\u0301 Strauß', 'JOSÉ STRAUSS', 'Jose\u0301 Strauß'],
  [LONG, LONG, CUT],
  ['\ud83d\udc4d'.repeat(201), '', `${'\ud83d\udc4d'.repeat(199)}…`],
  ['Ana\r\n\u2028\u0085\t\0Ruiz ', '', 'Ana Ruiz'],
  ['\ud800Ana', '', '\ufffdAna'],
  ['Ana\u202e\u{e0041}', '', 'Ana'],
  ['\u200b\u3164\u2800', 'Ana', 'U1 (@Ana)'],
  ['\u0301\u{1d159}', '', 'U1'],
  ['Ines (@Ana)', '', 'Ines (Ana)'],
  ['Ines \uff08 @\u200b\uff20Ana)', '', 'Ines \uff08Ana)'],
  ['@ana', '', 'ana'],
  ['@', '', 'U1'],
  ['', 'Ana (CISO)', 'U1 (@Ana (CISO))'],
  [' \0', 'Ana (CISO)', 'U1 (@Ana (CISO))'],
])('of the directory’s name %j and the chosen one %j, %j goes on record', (name, displayName, recorded) => {
  expect(nameOf(told({ name, displayName }))).toBe(recorded)
})

test('a handle begins with `@`', () => {
  expect(nameOf(told({ name: '@ines.kurz', isHandle: true }))).toBe('@ines.kurz')
})

test.each<[string[] | undefined, string | null]>([
  [undefined, null],
  [[], null],
  [['\u200b'], null],
  [['ines@example.com', 'kurz@example.com'], 'ines@example.com'],
  [['\ud800 a\0b@example.com'], '\ufffd a b@example.com'],
  [[`${LONG}${LONG}@example.com`], `${'x'.repeat(319)}…`],
])('of the addresses %j, %j goes on record', (emails, recorded) => {
  expect(emailOf(told(emails === undefined ? {} : { emails }))).toBe(recorded)
})
