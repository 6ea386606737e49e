// Stands in for PagerDuty: its Events API v2 on loopback, with its documented limits and whom it pages.

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../src/kit/clock.ts'
import { mistakesIn } from './pagerduty-rules.ts'

export const ROUTING_KEY = 'R01ABCDEFGHIJKLMNOPQRSTUVWXYZ234'

/** An event as it was sent, without the routing key. */
interface SentEvent {
  event_action: string
  dedup_key: string
  payload?: Record<string, unknown> & { summary: string; severity: string }
}

/** Pages somebody once, and stays until it is resolved. */
interface Incident {
  key: string
  title: string
  severity: string
  status: 'triggered' | 'acknowledged' | 'resolved'
  triggers: number
}

interface Answer {
  status: number
  /** A string goes out as it is. */
  body: unknown
  retryAfter?: string
}

export interface PagerDutyServer {
  /** What the product takes as `PAGERDUTY_EVENTS_URL`. */
  eventsUrl: string
  /** All that were taken, oldest first. */
  readonly taken: SentEvent[]
  /** In the order in which somebody was paged. */
  readonly incidents: Incident[]
  /** `dropped`: the connection is cut, `after` the event was taken or `before`. */
  failNext(fault: Answer | { dropped: 'before' | 'after' }): void
  close(): Promise<void>
}

/** https://developer.pagerduty.com/docs/events-api-rate-limits */
const MOST_EVENTS = 120
const WINDOW_MS = 60_000

export async function startPagerDuty(clock: Clock): Promise<PagerDutyServer> {
  const taken: SentEvent[] = []
  const incidents: Incident[] = []
  const faults: Parameters<PagerDutyServer['failNext']>[0][] = []
  let recent: number[] = []

  function enqueue(text: string): Answer {
    recent = recent.filter((at) => at > clock.now() - WINDOW_MS)
    if (recent.length >= MOST_EVENTS) return { status: 429, body: 'Request Limit Exceeded' }
    recent.push(clock.now())
    const errors = mistakesIn(text)
    if (errors.length > 0) {
      return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors } }
    }
    const { routing_key, ...event } = JSON.parse(text)
    if (routing_key !== ROUTING_KEY) return { status: 400, body: 'Invalid routing key' }
    taken.push(event)
    apply(event, incidents)
    return {
      status: 202,
      body: { status: 'success', message: 'Event processed', dedup_key: event.dedup_key },
    }
  }

  const server = createServer(async (req, res) => {
    const text = Buffer.concat(await req.toArray()).toString()
    if (req.method !== 'POST' || req.url !== '/v2/enqueue') return send(res, { status: 404, body: '' })
    const fault = faults.shift()
    if (fault === undefined) return send(res, enqueue(text))
    if ('status' in fault) return send(res, fault)
    if (fault.dropped === 'after') enqueue(text)
    req.socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    eventsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    incidents,
    failNext: (fault) => void faults.push(fault),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What is not open is neither acknowledged nor resolved, and what is resolved is never opened again. */
function apply({ event_action, dedup_key: key, payload }: SentEvent, incidents: Incident[]): void {
  const open = incidents.find((one) => one.key === key && one.status !== 'resolved')
  if (open && event_action === 'resolve') open.status = 'resolved'
  if (open && event_action === 'acknowledge') open.status = 'acknowledged'
  if (open && event_action === 'trigger') open.triggers += 1
  if (open || event_action !== 'trigger' || !payload) return
  const { summary: title, severity } = payload
  incidents.push({ key, title, severity, status: 'triggered', triggers: 1 })
}

function send(res: ServerResponse, { status, body, retryAfter }: Answer): void {
  if (retryAfter !== undefined) res.setHeader('retry-after', retryAfter)
  res.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
}
