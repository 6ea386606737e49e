// Shows that every mistake in a SIEM's configuration has a sentence, and that its address and headers are secrets.

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createEgress } from '../../src/kit/egress.ts'
import { siem } from '../../src/platforms/siem/siem.ts'
import { manualClock } from '../fakes/manual-clock.ts'

const PUBLIC = { address: '93.184.216.34', family: 4 }
const egress = createEgress({ allowCidrs: [], allowHttp: false }, async () => [PUBLIC])
const kind = siem({ egress, timeoutMs: 10_000, clock: manualClock() })

const URL = 'https://siem.example/collect'
const SPLUNK = 'the preset splunk_hec needs the header Authorization with the value "Splunk <token>"'
const DATADOG = 'the preset datadog needs the header DD-API-KEY with an API key'

/** What is wrong, by field. */
function mistakes(config: unknown): Record<string, string> {
  const issues = kind.config.safeParse(config).error?.issues ?? []
  return Object.fromEntries(issues.map(({ path, message }) => [path.join('.'), message]))
}

describe('refuses, with a sentence,', () => {
  test('what has no url', () => {
    expect(mistakes({})).toEqual({ url: 'SIEM channels require url' })
  })

  test.each(['cef1', 'leef', '', null, 5])('the format %j', (format) => {
    expect(mistakes({ url: URL, format })).toEqual({ format: "must be 'cef', 'ocsf' or 'json'" })
  })

  test.each(['splunk', 'Data dog', '', null])('the preset %j', (preset) => {
    expect(mistakes({ url: URL, preset })).toEqual({ preset: "must be 'splunk_hec' or 'datadog'" })
  })

  test.each<[string, Record<string, string> | undefined, string]>([
    ['splunk_hec', undefined, SPLUNK],
    ['splunk_hec', { 'X-Splunk': 'Splunk token' }, SPLUNK],
    ['splunk_hec', { Authorization: 'Bearer token' }, SPLUNK],
    ['splunk_hec', { Authorization: 'Splunk' }, SPLUNK],
    ['splunk_hec', { Authorization: 'Splunk a token' }, SPLUNK],
    ['datadog', undefined, DATADOG],
    ['datadog', { Authorization: 'key' }, DATADOG],
    ['datadog', { 'DD-API-KEY': 'a key' }, DATADOG],
  ])('the preset %s with the headers %j', (preset, headers, sentence) => {
    expect(mistakes({ url: URL, preset, headers })).toEqual({ headers: sentence })
  })

  test('headers that are not ours to choose, or no headers at all', () => {
    expect(mistakes({ url: URL, headers: { 'Content-Type': 'text/plain' } })).toEqual({
      'headers.Content-Type': 'must be another header: this one is ours to set',
    })
    expect(mistakes({ url: URL, headers: { 'X-Line': 'a\r\nX-Evil: 1' } })).toEqual({
      'headers.X-Line': 'must be 1 to 2000 visible ASCII characters on one line',
    })
    expect(mistakes({ url: URL, headers: { 'X-A': '1', 'x-a': '2' } })).toEqual({
      'headers.x-a': 'must be another header: this one is set already',
    })
  })

  test.each([
    ['http://siem.example/', 'The URL must begin with https://'],
    [
      'https://10.0.0.1:8088/',
      '10.0.0.1 is not a public address (private) and in no range of EGRESS_ALLOW_CIDRS',
    ],
    ['siem.example', 'This is not a URL, such as https://example.com/hooks'],
  ])('the address %s', async (url, sentence) => {
    const platform = await kind.create({} as never)
    expect(await platform.check?.(kind.config.parse({ url }))).toBe(sentence)
  })
})

test.each([
  { url: URL, format: 'cef' },
  { url: URL, format: 'ocsf', headers: { 'X-Key': 'a key' } },
  { url: URL, format: 'json', preset: 'splunk_hec', headers: { authorization: 'Splunk a-token' } },
  { url: URL, format: 'cef', preset: 'datadog', headers: { 'dd-api-key': 'key', 'X-Two': 'two' } },
])('takes %j', async (config) => {
  expect(kind.config.parse(config)).toEqual({ ...config, url_shown: URL })
  const platform = await kind.create({} as never)
  expect(await platform.check?.(kind.config.parse(config))).toBeUndefined()
})

test('the format is json where none is chosen', () => {
  expect(kind.config.parse({ url: URL })).toEqual({ url: URL, url_shown: URL, format: 'json' })
})

test('whatever could be a credential is sealed', () => {
  const url = 'https://siem.example/collect?token=hush#hush'
  const config = kind.config.parse({ url, headers: { Authorization: 'Splunk hush' } })
  const shown = Object.entries(config).filter(([name]) => !kind.secrets.includes(name as never))
  expect(Object.fromEntries(shown)).toEqual({ url_shown: URL, format: 'json' })
})

test('what is shown of the address follows the address, whatever was given', () => {
  const config = kind.config.parse({ url: 'https://siem.example/other?x', url_shown: URL })
  expect(config).toMatchObject({ url_shown: 'https://siem.example/other' })
})

test('its fields can be described to whoever reads the API', () => {
  const { properties } = z.toJSONSchema(kind.config, { io: 'input' })
  expect(Object.keys(properties ?? {})).toEqual(['url', 'url_shown', 'format', 'headers', 'preset'])
})
