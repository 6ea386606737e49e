// Checks the time zone of a destination: a place whose clocks count, or UTC.

import { Temporal } from 'temporal-polyfill'

/**
 * What people mean by an abbreviation. The time zone database knows some of these names, but not as they are meant:
 * EST is Panama's time there, which never changes.
 */
const MEANT: Record<string, string> = {
  ...of('America/New_York', 'ET', 'EST', 'EDT', 'EST5EDT'),
  ...of('America/Chicago', 'CT', 'CST', 'CDT', 'CST6CDT'),
  ...of('America/Denver', 'MT', 'MST', 'MDT', 'MST7MDT'),
  ...of('America/Los_Angeles', 'PT', 'PST', 'PDT', 'PST8PDT'),
  ...of('Pacific/Honolulu', 'HST'),
  ...of('Europe/London', 'BST', 'GB', 'GB-EIRE'),
  ...of('Europe/Lisbon', 'WET', 'WEST'),
  ...of('Europe/Berlin', 'CET', 'CEST', 'MET', 'MEZ'),
  ...of('Europe/Athens', 'EET', 'EEST'),
  ...of('Europe/Moscow', 'MSK', 'W-SU'),
  ...of('Asia/Kolkata', 'IST'),
  ...of('Asia/Tokyo', 'JST'),
  ...of('Australia/Sydney', 'AEST', 'AEDT'),
  ...of('UTC', 'GMT', 'Z', 'ZULU', 'UCT', 'ETC/UTC', 'ETC/GMT'),
}

/** What is wrong with it, or undefined. */
export function timezoneMistake(name: string): string | undefined {
  const canonical = canonicalName(name)
  if (canonical !== undefined && isPlace(name)) return undefined
  const upper = name.toUpperCase()
  const meant = Object.hasOwn(MEANT, upper) ? MEANT[upper] : canonical
  return meant !== undefined && isPlace(meant)
    ? `must be an IANA time zone with area and location, or UTC; instead of ${name} write ${meant}`
    : 'must be an IANA time zone such as Europe/Berlin'
}

/** An area with a location, or UTC. What is in the area Etc is an offset, which follows no change of clocks. */
function isPlace(name: string): boolean {
  return name.includes('/') ? !/^etc\//i.test(name) : name.toUpperCase() === 'UTC'
}

/** As the time zone database calls it now; undefined for what it does not know, and for an offset. */
function canonicalName(name: string): string | undefined {
  try {
    Temporal.Now.zonedDateTimeISO(name)
    return /^[+-]/.test(name)
      ? undefined
      : new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

function of(place: string, ...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, place]))
}
