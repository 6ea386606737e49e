// Says what every digest tells: how many alerts of which severity, since when, and the worst of them first.

import type { EventView } from '../../events/event.ts'
import { SEVERITIES, type Severity } from '../../events/severity.ts'
import type { Digest } from '../platform.ts'
import { type RenderOptions, withheldWords } from '../render-options.ts'
import { repeatOf, titleOf } from './alert.ts'
import { type Line, plain, tightened } from './line.ts'
import { LONGEST_URL } from './link.ts'
import { SIGNS } from './signs.ts'
import { oneLine, shortened, webUrl } from './text.ts'
import { asker } from './who.ts'

/** One alert. */
export interface DigestRow {
  severity: Severity
  sign: string
  /** What it is, with a link to its record; which agent, who saw to it, and what was said. */
  line: Line
}

export interface DigestContent {
  /** Of the worst. */
  tone: Severity
  /** With a sign: `🚨 12 alerts`. */
  headline: string
  /** `2 critical · 10 low` */
  counts: string
  /** The first and the last. */
  times: Line
  /** `🚨 12 alerts: 2 critical · 10 low`, for notifications. */
  notification: Line
  rows: DigestRow[]
  /** What else there is to say, under the rows: how many more there are, and what is left out. */
  notes: string[]
}

/** More would nobody read at once. */
const MOST_ROWS = 45
/** Names and identifiers of longer ones would fill a message, where a link leads to all of them. */
const LONGEST_ROW = 400

/** The drawing with the most rows that still fits, the most severe first and then the earliest. */
export function fullestDigest<T>(
  { events }: Digest,
  options: RenderOptions,
  draw: (content: DigestContent) => T,
  fits: (drawing: T) => boolean,
): T {
  const ranked = events.toSorted((a, b) => rank(b) - rank(a))
  const shown = summaryOf(events, options)
  const rows = ranked.slice(0, MOST_ROWS).map((event) => rowOf(event, options))
  const drawn = (size: number) => {
    const more = moreWords(ranked.slice(size))
    return draw({ ...shown, rows: rows.slice(0, size), notes: [...more, ...shown.notes] })
  }
  let [best, fitting, tooMany] = [drawn(0), 0, rows.length + 1]
  while (fitting + 1 < tooMany) {
    const size = Math.floor((fitting + tooMany) / 2)
    const drawing = drawn(size)
    if (fits(drawing)) [best, fitting] = [drawing, size]
    else tooMany = size
  }
  return best
}

/** Each severity by itself, in the same order. */
export function bySeverity(rows: DigestRow[]): DigestRow[][] {
  return [...Map.groupBy(rows, ({ severity }) => severity).values()]
}

/** All but the rows. */
function summaryOf(events: EventView[], { details }: RenderOptions): Omit<DigestContent, 'rows'> {
  const tone = SEVERITIES.findLast((level) => events.some((event) => event.severity === level)) ?? 'info'
  const seen = events.filter(({ acknowledged }) => acknowledged !== null).length
  const isLinked = events.some(({ url }) => linkOf(url) !== undefined)
  const headline = `${SIGNS[tone]} ${count(events.length)} ${events.length === 1 ? 'alert' : 'alerts'}`
  const counts = [...countsOf(events), ...(seen === 0 ? [] : [`${count(seen)} acknowledged`])].join(' · ')
  return {
    tone,
    headline,
    counts,
    times: timesOf(events),
    notification: [`${headline}: ${counts}`],
    notes: details ? [] : [withheldWords(isLinked, "Each alert's link")],
  }
}

function timesOf(events: EventView[]): Line {
  const [from, to] = [events[0]?.created_at ?? '', events.at(-1)?.created_at ?? '']
  return from === to ? [{ time: from }] : [{ time: from }, ' – ', { time: to }]
}

function rowOf(event: EventView, { details }: RenderOptions): DigestRow {
  const { severity, acknowledged, summary } = event
  const url = linkOf(event.url)
  const title = titleOf(event)
  const line: Line = [url === undefined ? { strong: title } : { words: title, url }]
  line.push(...repeatOf(event), ' · ', ...asker(event))
  if (acknowledged !== null) {
    line.push(' · 👀 Acknowledged by ', { name: shortened(oneLine(acknowledged.by), 40) })
  }
  if (details) line.push(' says: ', { quote: shortened(oneLine(summary), 120) })
  const isLong = plain(line).length > LONGEST_ROW
  return { severity, sign: SIGNS[severity], line: isLong ? tightened(line) : line }
}

function moreWords(hidden: EventView[]): string[] {
  return hidden.length === 0 ? [] : [`… and ${count(hidden.length)} more: ${countsOf(hidden).join(', ')}`]
}

/** The most severe first. */
function countsOf(events: EventView[]): string[] {
  return SEVERITIES.toReversed().flatMap((level) => {
    const size = events.filter(({ severity }) => severity === level).length
    return size === 0 ? [] : [`${count(size)} ${level}`]
  })
}

function rank({ severity }: EventView): number {
  return SEVERITIES.indexOf(severity)
}

function linkOf(address: string): string | undefined {
  const url = webUrl(address)
  return url !== undefined && url.length <= LONGEST_URL ? url : undefined
}

function count(size: number): string {
  return size.toLocaleString('en-US')
}
