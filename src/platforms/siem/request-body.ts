// Makes the body of a request to a SIEM: events in the chosen format, joined as the product there takes many.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventView } from '../../events/event.ts'
import { compactEvent } from '../compact-event.ts'
import { cefLine } from './cef.ts'
import type { Format, Preset, SiemConfig } from './config.ts'
import { factsOf } from './facts.ts'
import { ocsfFinding } from './ocsf.ts'
import { withVisibleIdentifiers } from './text.ts'

export interface RequestBody {
  contentType: string
  text: string
}

/** A line of CEF is text, the others are JSON objects. */
const FORMATS: Record<Format, (event: EventView) => string | object> = {
  cef: cefLine,
  ocsf: ocsfFinding,
  json: compactEvent,
}

interface Packing {
  contentType(format: Format): string
  /** One event as it stands among others. */
  one(event: EventView, format: Format): string
  all(parts: string[]): string
}

/** Drawn without a pause. */
const EVENTS_A_TURN = 10

const lines = (parts: string[]) => parts.map((part) => `${part}\n`).join('')

/**
 * One event in a line, which is what collectors without a form of their own cut apart: lines of text, or of JSON
 * (https://github.com/ndjson/ndjson-spec). An array would be one event to many.
 */
const PLAIN: Packing = {
  contentType: (format) => (format === 'cef' ? 'text/plain; charset=utf-8' : 'application/x-ndjson'),
  one: (event, format) => asText(FORMATS[format](event)),
  all: lines,
}

const PRESETS: Record<Preset, Packing> = {
  /** https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector: objects, no array. */
  splunk_hec: {
    contentType: () => 'application/json',
    one: (event, format) =>
      JSON.stringify({
        time: Date.parse(event.created_at) / 1000,
        host: factsOf(event).host ?? undefined,
        source: 'countersign',
        sourcetype: `countersign:${format}`,
        event: FORMATS[format](event),
      }),
    all: lines,
  },
  /**
   * https://docs.datadoghq.com/api/latest/logs/#send-logs. No time of our own: a log that says it is older than 18
   * hours is dropped, and some are sent later than that.
   */
  datadog: {
    contentType: () => 'application/json',
    one: (event, format) =>
      JSON.stringify({
        ddsource: 'countersign',
        ddtags: tagsOf(event),
        hostname: factsOf(event).host ?? undefined,
        service: 'countersign',
        message: asText(FORMATS[format](event)),
      }),
    all: (parts) => `[${parts.join(',')}]`,
  },
}

/** In their order; of each event less than 5 KB, to Datadog 9 KB. */
export async function requestBody(events: EventView[], { format, preset }: SiemConfig): Promise<RequestBody> {
  const { contentType, one, all } = preset ? PRESETS[preset] : PLAIN
  const parts: string[] = []
  for (const event of events) {
    // Long texts take milliseconds each, and others wait.
    if (parts.length % EVENTS_A_TURN === 0) await nextTurn()
    parts.push(one(withVisibleIdentifiers(event), format))
  }
  return { contentType: contentType(format), text: all(parts) }
}

function asText(rendered: string | object): string {
  return typeof rendered === 'string' ? rendered : JSON.stringify(rendered)
}

/** Tags are divided by commas; a tag has at most 200 characters. */
function tagsOf({ type, severity, environment }: EventView): string {
  const tags = [`event_type:${type}`, `severity:${severity}`]
  const name = environment?.replace(/[^\p{L}\p{N}./_-]+/gu, '_').slice(0, 150)
  return [...tags, ...(name ? [`env:${name}`] : [])].join(',')
}
