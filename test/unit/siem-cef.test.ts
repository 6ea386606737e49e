// Shows that a SIEM of the ArcSight kind gets one line per event, which its parser takes apart as it was meant.

import fc from 'fast-check'
// @ts-expect-error It has no types.
import untyped from 'nsyslog-parser'
import { describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import type { EventView } from '../../src/events/event.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import { withoutDetails } from '../../src/platforms/compact-event.ts'
import { cefLine } from '../../src/platforms/siem/cef.ts'
import { parseCef } from '../fakes/cef-parser.ts'
import { EVENT, hostileEvent, TYPES, usualEvent } from '../fakes/told-events.ts'

type Text = Record<string, string>
type ParseSyslog = (line: string, options: object) => { cef: Text; fields: Text }
const parseSyslog: ParseSyslog = untyped

const read = (event: EventView) => parseCef(cefLine(event))
const extensionOf = (event: EventView) => read(event).extension
const ALERT = usualEvent('policy.violation')

describe('the parser that judges here refuses', () => {
  const HEADER = 'CEF:0|Vendor|Product|1.0|id|Name|5|'
  test.each([
    ['an extension that is cut off', `${HEADER}act`],
    ['a bare equals sign in a value', `${HEADER}act=a=b`],
    ['a bare backslash', `${HEADER}act=a\\b`],
    ['a key that is not in the dictionary', `${HEADER}act=a evil=1`],
    ['a key twice', `${HEADER}act=a act=b`],
    ['what is too long', `${HEADER}act=${'a'.repeat(64)}`],
    ['a line break', `${HEADER}act=a\nact=b`],
    ['a bare pipe in the header', 'CEF:0|Vendor|Pro|duct|1.0|id|Name|5|act=a'],
    ['another severity', 'CEF:0|Vendor|Product|1.0|id|Name|11|act=a'],
  ])('%s', (_what, line) => {
    expect(() => parseCef(line)).toThrow()
  })

  test("and reads the specification's own examples of what is escaped", () => {
    const line = String.raw`CEF:0|security|threatmanager|1.0|100|detected a \| in \\ message|10|act=blocked a | \\ \= msg=a\nb`
    expect(parseCef(line)).toMatchObject({
      name: 'detected a | in \\ message',
      severity: 10,
      extension: { act: 'blocked a | \\ =', msg: 'a\nb' },
    })
  })
})

// It takes an escaped `=` for the end of a key, so that hostile text is judged by the grammar above alone.
test.each(TYPES)('%s is read alike by a parser that somebody else wrote', (type) => {
  const event = { ...usualEvent(type), data: { reasons: ['PII_EGRESS'] } }
  const { cef, fields } = parseSyslog(cefLine(event), { cef: true, fields: true })
  const { extension, severity, name } = read(event)
  expect(cef).toMatchObject({ deviceEventClassID: type, severity: String(severity), name })
  expect(fields).toEqual(extension)
})

test.each(TYPES)('%s is a line with what the event is, when it was, and where all of it stands', (type) => {
  const event = usualEvent(type)
  const { extension, ...header } = read(event)
  expect(header).toMatchObject({
    vendor: 'Countersign',
    product: 'Countersign',
    version: packageJson.version,
    eventClassId: type,
    severity: 8,
  })
  expect(header.name).toContain(event.summary)
  expect(extension).toMatchObject({
    rt: String(Date.parse(event.created_at)),
    externalId: event.id,
    act: event.action,
    app: event.tool,
    suser: event.agent?.name,
    request: event.url,
    msg: event.summary,
  })
})

test.each<[string, Partial<EventView>]>([
  ['Secret egress blocked', { ...usualEvent('decision.deny'), summary: 'Secret egress blocked' }],
  ['two lines', { ...usualEvent('decision.deny'), summary: ' two\n lines ' }],
  ['Decision deny', { ...usualEvent('decision.deny'), summary: ' ' }],
  ['Approval requested: Post it', { summary: 'Post it' }],
  ['Approval requested', { summary: 'Approval requested' }],
  ['Approved: Post it', { ...usualEvent('approval.decided'), summary: 'Post it' }],
  ['Denied: Post it', { ...usualEvent('approval.decided'), action: 'denied', summary: 'Post it' }],
  ['Approval expired: Post it', { ...usualEvent('approval.expired'), summary: 'Post it' }],
  [`${'a'.repeat(200)}…`, { ...ALERT, summary: 'a'.repeat(300) }],
])('%s is the name of what happened', (name, event) => {
  expect(read({ ...EVENT, ...event }).name).toBe(name)
})

test.each([
  ['10.0.0.42', { src: '10.0.0.42' }, { dst: '10.0.0.42' }],
  ['db-1.internal.example', { shost: 'db-1.internal.example' }, { dhost: 'db-1.internal.example' }],
  [
    '2001:db8::1',
    { c6a2: '2001:db8::1', c6a2Label: 'Source IPv6 Address' },
    { c6a3: '2001:db8::1', c6a3Label: 'Destination IPv6 Address' },
  ],
  ['300.0.0.1', {}, {}],
  ['fe80::1%eth0', {}, {}],
  ['https://example.com/x', {}, {}],
  ['a b', {}, {}],
  ['', {}, {}],
  [7, {}, {}],
])('the source and the target %j have the place of their kind, or none', (given, source, target) => {
  const plain = extensionOf({ ...ALERT, data: {} })
  expect(extensionOf({ ...ALERT, data: { src: given } })).toEqual({ ...plain, ...source })
  expect(extensionOf({ ...ALERT, data: { dst: given } })).toEqual({ ...plain, ...target })
})

test('of an alert that repeats it is told how often', () => {
  const repeated = { count: 5, minutes: 10 }
  expect(extensionOf({ ...ALERT, repeated })).toMatchObject({ cnt: '5' })
  expect(extensionOf(ALERT)).not.toHaveProperty('cnt')
})

test('severities rise through the four classes of the format', () => {
  const told = SEVERITIES.map((severity) => read({ ...EVENT, severity }).severity)
  expect(told).toEqual([1, 3, 5, 8, 10])
})

test('an approval that was decided says why it was asked for, who decided, and how', () => {
  expect(extensionOf(usualEvent('approval.decided'))).toEqual({
    rt: '1795176000123',
    dvchost: 'sign.example.com',
    act: 'approved',
    app: 'slack.post_message',
    externalId: EVENT.id,
    request: EVENT.url,
    cs1Label: 'reasons',
    cs1: 'PII_EGRESS, NEW_RECIPIENT',
    cs2Label: 'approvalId',
    cs2: EVENT.approval_id,
    cs3Label: 'environment',
    cs3: 'production',
    cs4Label: 'digest',
    cs4: EVENT.data.digest,
    cs5Label: 'reviewer',
    cs5: 'Ana',
    suid: 'agent-123',
    suser: 'production-langgraph',
    destinationServiceName: 'slack.post_message',
    reason: 'Approved by Ana via teams',
    msg: EVENT.summary,
  })
})

test('what was not given is left out, and the others keep their fields', () => {
  const bare = { ...ALERT, agent: null, tool: null, environment: 'production', action: null, data: {} }
  expect(extensionOf({ ...bare, summary: ' ' })).toEqual({
    rt: '1795176000123',
    dvchost: 'sign.example.com',
    externalId: ALERT.id,
    request: ALERT.url,
    cs3Label: 'environment',
    cs3: 'production',
  })
})

test('of an alert the reasons are told, and who saw to it', () => {
  const acknowledged = { by: 'Ana', source: 'slack', at: ALERT.created_at }
  const told = extensionOf({ ...ALERT, acknowledged, data: { reasons: ['SECRET_DETECTED', 7] } })
  expect(told).toMatchObject({ cs1: 'SECRET_DETECTED', cs5Label: 'reviewer', cs5: 'Ana' })
  expect(extensionOf(usualEvent('event.acknowledged'))).toMatchObject({ act: 'acknowledged', cs5: 'Ana' })
})

test('an agent cannot name a reviewer, an ending or a digest', () => {
  const data = {
    decisions: [{ reviewer: 'Ana' }],
    acknowledged_by: 'Ana',
    review_notes: 'Approved',
    digest: 'sha256:0',
  }
  expect(Object.keys(extensionOf({ ...ALERT, data })).sort()).toEqual(
    Object.keys(extensionOf({ ...ALERT, data: {} })).sort(),
  )
})

test('the whole name of a tool stands beside what has room in app', () => {
  const tool = 'mcp__github__create_pull_request_review'
  expect(extensionOf({ ...EVENT, tool })).toMatchObject({
    app: 'mcp__github__create_pull_reque…',
    destinationServiceName: tool,
  })
})

test('a name that only looks like another one is not taken for it', () => {
  const disguised = extensionOf({ ...EVENT, tool: 'slack.\u200bpost_message', summary: 'a\u202eb\ud800' })
  expect(disguised).toMatchObject({ app: 'slack.\\u200bpost_message', msg: 'a\\u202eb\\ud800' })
})

test('several lines stay one, and no value becomes a key', () => {
  const summary = 'first\r\nsecond\rthird act=approved\\ cs5=Ana|CEF:0|x\u2028y\u0085z'
  expect(extensionOf({ ...ALERT, summary }).msg).toBe(
    'first\nsecond\nthird act=approved\\ cs5=Ana|CEF:0|x\\u2028y\\u0085z',
  )
})

test('without details nothing of what an agent told is left but its name, its tool and its environment', () => {
  expect(
    extensionOf(withoutDetails({ ...EVENT, summary: 'zqxj', data: { reasons: ['zqxj'] } })),
  ).toMatchObject({
    msg: 'Approval requested',
    app: 'slack.post_message',
  })
  expect(
    cefLine(withoutDetails({ ...ALERT, summary: 'zqxj', action: 'zqxj', data: { zqxj: 1 } })),
  ).not.toContain('zqxj')
})

test.each(['x', '=', '\\', '漢', '👍', '\u202e', '\ud800'])(
  '4,000 bytes are the most, also of %j only and where JSON carries it',
  (character) => {
    const text = character.repeat(2000)
    const acknowledged = { by: text, source: 'slack', at: EVENT.created_at }
    const url = `${EVENT.url}/${'a'.repeat(700)}`
    const full = { ...ALERT, acknowledged, url, environment: text, tool: text, summary: text, action: text }
    const line = cefLine({ ...full, agent: { id: text, name: text }, data: { reasons: [text] } })
    expect(Buffer.byteLength(JSON.stringify(line))).toBeLessThanOrEqual(4000)
    expect(parseCef(line).extension).toMatchObject({ externalId: ALERT.id, request: url })
  },
)

test('whatever an agent sends, the line is one, below 4 KB, and reads as it was meant', () => {
  fc.assert(
    fc.property(hostileEvent, (event) => {
      const line = cefLine(event)
      expect(Buffer.byteLength(JSON.stringify(line))).toBeLessThanOrEqual(4000)
      const { extension, ...header } = parseCef(line)
      expect(header.eventClassId).toBe(event.type)
      expect(extension).toMatchObject({ externalId: event.id, request: event.url })
      if (event.approval_id === null) expect(extension).not.toHaveProperty('cs2')
      else expect(extension).toMatchObject({ act: event.action, cs2: event.approval_id })
      const { msg = '' } = extension
      // What is visible of it is there, from its beginning on; what is cut off may be a part of an escape.
      if (event.summary.includes('\\')) return
      const visible = (text: string) => text.replace(/\\u[0-9a-f]{0,4}|[^\x21-\x7e]/g, '')
      expect(visible(event.summary)).toContain(visible(msg).slice(0, 80))
    }),
  )
})
