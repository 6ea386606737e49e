// Shows that each mistake in a webhook's configuration has a sentence, and that a secret is made where none is given.

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createEgress } from '../../src/kit/egress.ts'
import { webhook } from '../../src/platforms/webhook/webhook.ts'
import { manualClock } from '../fakes/manual-clock.ts'

const PUBLIC = { address: '93.184.216.34', family: 4 }
const egress = createEgress({ allowCidrs: [], allowHttp: false }, async () => [PUBLIC])
const clock = manualClock()
const kind = webhook({ egress, timeoutMs: 10_000, clock })

const URL = 'https://hooks.example/in'
const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const OTHER = `whsec_${Buffer.alloc(24, 2).toString('base64')}`
const LITERAL = 'whsec_your_signing_secret'

/** What is wrong, by field. */
function mistakes(config: unknown): Record<string, string> {
  const issues = kind.config.safeParse(config).error?.issues ?? []
  return Object.fromEntries(issues.map(({ path, message }) => [path.join('.'), message]))
}

const STANDARD =
  'must be whsec_ followed by 24 to 64 bytes in base64; leave it out to have one made, or send signature: "sha256" beside it, which takes any text of 16 to 200 visible ASCII characters'
const ONLY_SHA256 = "must be left out unless signature is 'sha256'"
const NO_NAME = 'must be a header name, such as X-Signature'
const OURS = 'must be another header: this one is ours to set'
const SET_ALREADY = 'must be another header: this one is set already'
const NO_VALUE = 'must be 1 to 2000 visible ASCII characters on one line'

describe('refuses, with a sentence,', () => {
  test('what has no url', () => {
    expect(mistakes({})).toEqual({ url: 'Webhook channels require url' })
  })

  const key = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`
  test.each([
    LITERAL,
    '',
    SECRET.slice(6),
    key(23),
    key(65),
    key(32).replace('=', ''),
    `${SECRET} `,
    `whsec_${'-'.repeat(43)}=`,
  ])('the secret %j, which no verifier would take', (secret) => {
    expect(mistakes({ url: URL, secret })).toEqual({ secret: STANDARD })
  })

  test.each(['short', 'fifteen letters', 'with a blank between', 'ümläut-ümläut-ümläut', 'x'.repeat(201)])(
    'the literal secret %j',
    (secret) => {
      const said = mistakes({ url: URL, signature: 'sha256', secret })
      expect(said).toEqual({
        secret: 'must be 16 to 200 visible ASCII characters; leave it out to have one made',
      })
    },
  )

  test.each(['standards', 'sha1', '', null, 5])('the signature style %j', (signature) => {
    expect(mistakes({ url: URL, signature })).toEqual({ signature: "must be 'standard' or 'sha256'" })
  })

  test('header names of a style that is not chosen', () => {
    const said = mistakes({ url: URL, signature_header: 'X-Signature', timestamp_header: 'X-Timestamp' })
    expect(said).toEqual({ signature_header: ONLY_SHA256, timestamp_header: ONLY_SHA256 })
  })

  test.each([
    ['X Signature', NO_NAME],
    ['X-Signature:', NO_NAME],
    ['X\r\nEvil', NO_NAME],
    ['', NO_NAME],
    ['Content-Length', OURS],
    ['webhook-signature', OURS],
  ])('the signature header %j', (signature_header, sentence) => {
    expect(mistakes({ url: URL, signature: 'sha256', signature_header })).toEqual({
      signature_header: sentence,
    })
  })

  test.each(['x-countersign-signature', 'X-Countersign-Signature-Previous'])(
    'the timestamp where a signature is, in %s',
    (timestamp_header) => {
      expect(mistakes({ url: URL, signature: 'sha256', timestamp_header })).toEqual({
        timestamp_header: 'must be another header than signature_header',
      })
    },
  )

  const taken = [
    'Host',
    'CONNECTION',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Expect',
  ]
  const alsoTaken = [
    'Proxy-Authorization',
    'Content-Type',
    'Content-Encoding',
    'Webhook-Id',
    'svix-signature',
  ]
  test.each<[name: string, value: string, sentence: string]>([
    ...[...taken, ...alsoTaken].map((name): [string, string, string] => [name, 'x', OURS]),
    ['X-Countersign-Signature', 'x', SET_ALREADY],
    ['x-countersign-timestamp', 'x', SET_ALREADY],
    ['X Blank', 'x', NO_NAME],
    ['X-Colon:', 'x', NO_NAME],
    ['X-Line\r\nX-Evil', 'x', NO_NAME],
    ['Ⅹ-Roman', 'x', NO_NAME],
    ['X-Line', 'a\r\nX-Evil: 1', NO_VALUE],
    ['X-Line', 'a\nb', NO_VALUE],
    ['X-Nul', 'a\0b', NO_VALUE],
    ['X-Umlaut', 'ä', NO_VALUE],
    ['X-Empty', '', NO_VALUE],
    ['X-Blank', ' padded ', NO_VALUE],
    ['X-Long', 'x'.repeat(2001), NO_VALUE],
  ])('the header %j: %j', (name, value, sentence) => {
    const said = mistakes({ url: URL, signature: 'sha256', headers: { [name]: value } })
    expect(said).toEqual({ [`headers.${name}`]: sentence })
  })

  test('one header in two spellings, and very many', () => {
    expect(mistakes({ url: URL, headers: { 'X-A': '1', 'x-a': '2' } })).toEqual({
      'headers.x-a': SET_ALREADY,
    })
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`x-${i}`, 'x']))
    expect(mistakes({ url: URL, headers: many })).toEqual({ headers: 'must be at most 20 headers' })
  })

  test.each([-1, 169, 1.5, '24'])('a previous secret for %j hours', (previous_secret_hours) => {
    expect(Object.keys(mistakes({ url: URL, previous_secret_hours }))).toEqual(['previous_secret_hours'])
  })

  test.each([
    ['http://hooks.example/in', 'The URL must begin with https://'],
    ['hooks.example', 'This is not a URL, such as https://example.com/hooks'],
    ['https://me:you@hooks.example/', 'The URL must not hold a user name or password'],
    ['https://127.1/', '127.0.0.1 is not a public address (loopback) and in no range of EGRESS_ALLOW_CIDRS'],
  ])('the address %s', async (url, sentence) => {
    const platform = await kind.create({} as never)
    expect(await platform.check?.(kind.config.parse({ url }))).toBe(sentence)
  })
})

test('takes every field that is right', async () => {
  const config = {
    url: URL,
    secret: LITERAL,
    previous_secret_hours: 0,
    signature: 'sha256',
    signature_header: 'X-Tork-Signature',
    timestamp_header: 'X-Tork-Timestamp',
    headers: { Authorization: 'Bearer a.b-c', 'X-Two': 'two words' },
  }
  expect(kind.config.parse(config)).toMatchObject(config)
  const platform = await kind.create({} as never)
  expect(await platform.check?.(kind.config.parse(config))).toBeUndefined()
})

test('whatever could be a credential is sealed', () => {
  const given = { url: URL, secret: SECRET, headers: { Authorization: 'Bearer hush' } }
  const before = kind.config.parse(given)
  const config = kind.config.parse({ ...before, secret: OTHER })
  const shown = Object.entries(config).filter(([name]) => !kind.secrets.includes(name as never))
  expect(JSON.stringify(shown)).not.toMatch(/hush|whsec_/)
})

test('its fields can be described to whoever reads the API', () => {
  const { properties } = z.toJSONSchema(kind.config, { io: 'input' })
  expect(Object.keys(properties ?? {})).toContain('previous_secret_hours')
  expect(JSON.stringify(properties)).not.toMatch(/whsec_[A-Za-z0-9+/]/)
})

describe('a secret that is not given', () => {
  test('is made, another one each time, as long as the standard asks', () => {
    const made = [1, 2, 3].map(() => kind.config.parse({ url: URL }).secret)
    expect(new Set(made).size).toBe(3)
    for (const secret of made) {
      expect(secret).toMatch(/^whsec_/)
      expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32)
    }
  })

  test('stays as it was when something else changes', () => {
    const before = kind.config.parse({ url: URL })
    const after = kind.config.parse({ ...before, url: `${URL}/2` })
    expect(after).toEqual({ ...before, url: `${URL}/2`, url_shown: `${URL}/2` })
  })
})

describe('a changed secret', () => {
  const HOUR_MS = 3_600_000
  const first = kind.config.parse({ url: URL, secret: SECRET })
  const until = (hours: number) => new Date(clock.now() + hours * HOUR_MS).toISOString()

  test('leaves the one before valid for a day, or as long as was chosen', () => {
    const { kept_secrets } = kind.config.parse({ ...first, secret: OTHER })
    expect(kept_secrets).toEqual({ current: OTHER, previous: SECRET, previous_until: until(24) })
    const chosen = kind.config.parse({ ...first, secret: OTHER, previous_secret_hours: 2 })
    expect(chosen.kept_secrets.previous_until).toBe(until(2))
  })

  test('does so too when the new one is made', () => {
    const { secret: _gone, ...others } = first
    const { secret, kept_secrets } = kind.config.parse(others)
    expect(secret).not.toBe(SECRET)
    expect(kept_secrets).toEqual({ current: secret, previous: SECRET, previous_until: until(24) })
  })

  test('keeps that time when something else changes in between, and forgets the old one after it', () => {
    const changed = kind.config.parse({ ...first, secret: OTHER })
    clock.advance(23 * HOUR_MS)
    expect(kind.config.parse({ ...changed, url: `${URL}/2` }).kept_secrets).toEqual(changed.kept_secrets)
    clock.advance(HOUR_MS)
    expect(kind.config.parse(changed).kept_secrets).toEqual({ current: OTHER })
  })

  test('ends the one before at once where no hours are left to it', () => {
    const changed = kind.config.parse({ ...first, secret: OTHER })
    const ended = kind.config.parse({ ...changed, previous_secret_hours: 0 })
    expect(ended.kept_secrets).toEqual({ current: OTHER })
    const leaked = kind.config.parse({ ...first, secret: OTHER, previous_secret_hours: 0 })
    expect(leaked.kept_secrets).toEqual({ current: OTHER })
  })

  test('never brings one along that cannot sign in the style', () => {
    const literal = kind.config.parse({ url: URL, signature: 'sha256', secret: LITERAL })
    const standard = kind.config.parse({ ...literal, signature: 'standard', secret: SECRET })
    expect(standard.kept_secrets).toEqual({ current: SECRET })
  })
})
