// Shows that quiet hours end by the clocks of the place, also on the days when these change.

import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { timezoneMistake } from '../../src/api/destinations/timezone.ts'
import { mentions, quietUntil } from '../../src/destinations/settings.ts'
import { settingsOf, USUAL_SETTINGS } from '../../src/events/settings.ts'

const ms = (iso: string) => Date.parse(iso)
const night = (timezone: string, start = '22:00', end = '08:00') => ({
  timezone,
  quiet_hours_start: start,
  quiet_hours_end: end,
})

test.each([
  ['in the evening, until the next morning', 'UTC', '2026-01-01T22:00:00Z', '2026-01-02T08:00:00Z'],
  ['after midnight, until the same morning', 'UTC', '2026-01-02T07:59:59.999Z', '2026-01-02T08:00:00Z'],
  ['in winter, by the clocks there', 'Europe/Berlin', '2026-01-01T21:00:00Z', '2026-01-02T07:00:00Z'],
  ['in summer, by the clocks there', 'Europe/Berlin', '2026-07-01T20:00:00Z', '2026-07-02T06:00:00Z'],
  ['the night that is an hour shorter', 'Europe/Berlin', '2026-03-28T21:30:00Z', '2026-03-29T06:00:00Z'],
  ['the night that is an hour longer', 'Europe/Berlin', '2026-10-24T20:30:00Z', '2026-10-25T07:00:00Z'],
  ['half an hour off', 'Asia/Kolkata', '2026-01-01T17:00:00Z', '2026-01-02T02:30:00Z'],
  ['on the other side of the date', 'Pacific/Kiritimati', '2026-01-01T08:30:00Z', '2026-01-01T18:00:00Z'],
])('quiet hours end %s', (_when, timezone, now, end) => {
  expect(quietUntil(night(timezone), ms(now))).toBe(ms(end))
})

test('quiet hours that end where the clocks leap end there', () => {
  const hours = night('Europe/Berlin', '22:00', '02:00')
  expect(quietUntil(hours, ms('2027-03-27T22:00:00Z'))).toBe(ms('2027-03-28T01:00:00Z'))
  expect(quietUntil(hours, ms('2027-03-28T01:00:00Z'))).toBeUndefined()
})

test('so it is in every zone, at its next change of clocks', () => {
  const from = Temporal.Instant.from('2027-01-15T00:00:00Z')
  let changes = 0
  for (const timezone of Intl.supportedValuesOf('timeZone')) {
    const change = from.toZonedDateTimeISO(timezone).getTimeZoneTransition('next')
    if (!change) continue
    changes += 1
    const before = change.epochMilliseconds - 1
    const clock = new Date(before + 1 + change.subtract({ nanoseconds: 1 }).offsetNanoseconds / 1e6)
    const end = clock.toISOString().slice(11, 16)
    const start = new Date(clock.getTime() - 4 * 3_600_000).toISOString().slice(11, 16)
    const until = quietUntil(night(timezone, start, end), before - 3_600_000) as number
    expect(until, timezone).toBeGreaterThan(before)
    expect(until, timezone).toBeLessThanOrEqual(before + 1 + 3_600_000)
  }
  expect(changes).toBeGreaterThan(50)
})

test('an end that the clocks leap over comes with the leap', () => {
  // Clocks go from 02:00 to 03:00.
  const hours = night('Europe/Berlin', '22:00', '02:30')
  expect(quietUntil(hours, ms('2026-03-29T00:50:00Z'))).toBe(ms('2026-03-29T01:00:00Z'))
  expect(quietUntil(hours, ms('2026-03-29T01:00:00Z'))).toBeUndefined()
})

test('an end that the clocks show twice comes the second time', () => {
  // Clocks go from 03:00 back to 02:00.
  const hours = night('Europe/Berlin', '22:00', '02:30')
  expect(quietUntil(hours, ms('2026-10-25T00:15:00Z'))).toBe(ms('2026-10-25T01:30:00Z'))
  expect(quietUntil(hours, ms('2026-10-25T01:15:00Z'))).toBe(ms('2026-10-25T01:30:00Z'))
  expect(quietUntil(hours, ms('2026-10-25T01:30:00Z'))).toBeUndefined()
})

test.each([
  ['22:00', '08:00', '2026-01-01T12:00:00Z'],
  ['22:00', '08:00', '2026-01-01T08:00:00Z'],
  ['12:00', '13:30', '2026-01-01T11:59:59.999Z'],
  ['12:00', '13:30', '2026-01-01T13:30:00Z'],
])('from %s to %s is not at %s', (start, end, now) => {
  expect(quietUntil(night('UTC', start, end), ms(now))).toBeUndefined()
})

test('hours within one day end on that day', () => {
  expect(quietUntil(night('UTC', '12:00', '13:30'), ms('2026-01-01T12:00:00Z'))).toBe(
    ms('2026-01-01T13:30:00Z'),
  )
})

test('whatever the hours, the place and the time, quiet hours end later, within a day, and are then over', () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
  const place = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
  )
  const instant = fc.integer({ min: ms('2026-01-01T00:00:00Z'), max: ms('2027-12-31T00:00:00Z') })
  fc.assert(
    fc.property(time, time, place, instant, (start, end, timezone, now) => {
      fc.pre(start !== end)
      const hours = night(timezone, start, end)
      const until = quietUntil(hours, now)
      if (until === undefined) return
      expect(until).toBeGreaterThan(now)
      expect(until - now).toBeLessThanOrEqual(25 * 3_600_000)
      expect(quietUntil(hours, until)).toBeUndefined()
    }),
  )
})

test('what was not chosen is as usual, and nobody is called unless that was chosen', () => {
  expect(settingsOf(null)).toEqual(USUAL_SETTINGS)
  expect(settingsOf('{"fallback":true}')).toEqual({ ...USUAL_SETTINGS, fallback: true })
  const now = ms('2026-01-01T23:00:00Z')
  const settings = { ...USUAL_SETTINGS, ...night('UTC') }
  const worst = { severity: 'critical' as const, isAlert: true }
  expect(mentions(settings, worst, now)).toBe(false)
  const calling = { ...settings, mention_on_critical: true }
  expect(mentions(calling, worst, now)).toBe(true)
  expect(mentions(calling, { ...worst, severity: 'high' }, now)).toBe(false)
  // A card passes in quiet hours, and calls nobody.
  expect(mentions(calling, { ...worst, isAlert: false }, now)).toBe(false)
  expect(mentions(calling, { ...worst, isAlert: false }, now + 12 * 3_600_000)).toBe(true)
})

describe('a time zone', () => {
  test('is a place whose clocks count, or UTC', () => {
    const places = Intl.supportedValuesOf('timeZone').filter((name) => !name.startsWith('Etc/'))
    for (const name of [...places, 'utc', 'europe/berlin', 'US/Eastern', 'America/Argentina/Buenos_Aires']) {
      expect(timezoneMistake(name), name).toBeUndefined()
    }
  })

  test.each([
    ['EST', 'America/New_York'],
    ['est', 'America/New_York'],
    ['EST5EDT', 'America/New_York'],
    ['CST6CDT', 'America/Chicago'],
    ['MST', 'America/Denver'],
    ['MST7MDT', 'America/Denver'],
    ['PST', 'America/Los_Angeles'],
    ['HST', 'Pacific/Honolulu'],
    ['CET', 'Europe/Berlin'],
    ['GMT', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['Japan', 'Asia/Tokyo'],
    ['NZ', 'Pacific/Auckland'],
  ])('is not %s, for which %s is meant', (name, meant) => {
    expect(timezoneMistake(name)).toContain(`instead of ${name} write ${meant}`)
  })

  test.each(['Etc/GMT+5', '+02:00', 'UTC+2', 'Europe/Atlantis', 'constructor', '', '/'])(
    'is not %j',
    (name) => {
      expect(timezoneMistake(name)).toBe('must be an IANA time zone such as Europe/Berlin')
    },
  )
})
