// Writes an event for SIEMs of the ArcSight kind, as one line of the Common Event Format.

import type { EventView } from '../../events/event.ts'
import type { Severity } from '../../events/severity.ts'
import { VERSION } from '../../kit/version.ts'
import { MOST_BYTES } from '../compact-event.ts'
import { type Budget, fullest } from '../content/budget.ts'
import { shortened } from '../content/text.ts'
import type { EndpointFact } from './endpoint.ts'
import { factsOf } from './facts.ts'
import { visible } from './text.ts'
import { recordTitle } from './title.ts'

/** 0-3 low, 4-6 medium, 7-8 high, 9-10 very high. */
const SEVERITIES: Record<Severity, number> = { info: 1, low: 3, medium: 5, high: 8, critical: 10 }

/** Of what has a place of its own, in characters, as the dictionary limits it. */
const LONGEST = { dvchost: 100, act: 63, app: 31, request: 1023 }
/** Of names and lists the dictionary lets more in; no name that the API takes is longer. */
const LONGEST_NAME = 250
const LONGEST_LIST = 1000
const LONGEST_PROSE = 1023
/** In the header. The dictionary lets 512 in; `msg` has the whole. */
const LONGEST_TITLE = 200

/**
 * At most 4,000 bytes without a line break, also where JSON carries it. Keys and limits are those of the ArcSight
 * dictionary:
 * https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors-25.1/cef-implementation-standard/Content/CEF/Chapter%202%20ArcSight%20Extension.htm
 */
export function cefLine(event: EventView): string {
  const title = recordTitle(event)
  const fields = fieldsOf(event)
  return fullest(
    (budget) => {
      const header = headerOf(event, budget.of('', title, LONGEST_TITLE))
      return `${header.map(inHeader).join('|')}|${extension(fields, budget)}`
    },
    (line) => Buffer.byteLength(JSON.stringify(line)) <= MOST_BYTES,
  )
}

function headerOf({ type, severity }: EventView, title: string): string[] {
  return ['CEF:0', 'Countersign', 'Countersign', VERSION, type, title, String(SEVERITIES[severity])]
}

/** `most`: of a text that gives way when the line is too long. */
interface Field {
  key: string
  text: string | null | undefined
  most?: number
}

/** What was not given is left out. */
function extension(fields: Field[], budget: Budget): string {
  const pairs = fields.flatMap(({ key, text, most }) => {
    if (!text) return []
    // One more is the sign that something was cut.
    return `${key}=${inExtension(most === undefined ? text : budget.of('', text, most - 1))}`
  })
  return pairs.join(' ')
}

function fieldsOf(event: EventView): Field[] {
  const { id, created_at, agent, tool, action, summary, repeated, url } = event
  const { host, ending, src, dst } = factsOf(event)
  return [
    { key: 'rt', text: String(Date.parse(created_at)) },
    { key: 'dvchost', text: within(host, LONGEST.dvchost) },
    { key: 'act', text: within(action, LONGEST.act) },
    { key: 'app', text: within(tool, LONGEST.app) },
    ...endpointFields(src, { ip: 'src', host: 'shost', ipv6: 'c6a2', label: 'Source IPv6 Address' }),
    ...endpointFields(dst, { ip: 'dst', host: 'dhost', ipv6: 'c6a3', label: 'Destination IPv6 Address' }),
    { key: 'cnt', text: repeated && String(repeated.count) },
    { key: 'externalId', text: id },
    // Half an address leads nowhere.
    { key: 'request', text: url.length <= LONGEST.request ? url : null },
    ...customFields(event),
    { key: 'suid', text: clean(agent?.id), most: LONGEST_NAME },
    { key: 'suser', text: clean(agent?.name), most: LONGEST_NAME },
    // `app` has no room for the names of many tools.
    { key: 'destinationServiceName', text: clean(tool), most: LONGEST_NAME },
    { key: 'reason', text: clean(ending), most: LONGEST_PROSE },
    { key: 'msg', text: clean(summary), most: LONGEST_PROSE },
  ]
}

/** Version 0 of the format has room for addresses of IPv4 alone in `src` and `dst`. */
function endpointFields(
  endpoint: EndpointFact | undefined,
  keys: { ip: string; host: string; ipv6: string; label: string },
): Field[] {
  if (endpoint === undefined) return []
  const { kind, text } = endpoint
  if (kind !== 'ipv6') return [{ key: kind === 'ipv4' ? keys.ip : keys.host, text }]
  return [
    { key: `${keys.ipv6}Label`, text: keys.label },
    { key: keys.ipv6, text },
  ]
}

/** A meaning keeps its number whether the others are there or not: searches name the number. */
function customFields(event: EventView): Field[] {
  const { reasons, digest, reviewer } = factsOf(event)
  const custom = [
    { label: 'reasons', text: clean(reasons.join(', ')), most: LONGEST_LIST },
    { label: 'approvalId', text: event.approval_id },
    { label: 'environment', text: clean(event.environment), most: LONGEST_NAME },
    { label: 'digest', text: digest },
    { label: 'reviewer', text: clean(reviewer), most: LONGEST_NAME },
  ]
  return custom.flatMap(({ label, ...field }, i) =>
    field.text
      ? [
          { key: `cs${i + 1}Label`, text: label },
          { key: `cs${i + 1}`, ...field },
        ]
      : [],
  )
}

function within(text: string | null, most: number): string | null {
  const cleaned = clean(text)
  return cleaned && (cleaned.length <= most ? cleaned : shortened(cleaned, most - 1))
}

/** Blanks at the ends would belong to nobody. */
function clean(text: string | null | undefined): string | null {
  return text ? visible(text).trim() : null
}

/** No line may begin in the header. */
function inHeader(text: string): string {
  return text.replace(/[\\|]/g, '\\$&').replace(/[\r\n]+/g, ' ')
}

function inExtension(text: string): string {
  return text.replace(/[\\=]/g, '\\$&').replace(/\n/g, '\\n')
}
