// Counts what happens, in a registry of its own, for Prometheus.

import type { RequestHandler } from 'express'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ApprovalView } from '../../approvals/view.ts'
import type { SendResult } from '../../delivery/end.ts'
import { SEVERITIES, type Severity } from '../../events/severity.ts'
import type { Redeeming } from '../../grants/redeem.ts'
import { countRequests } from './requests.ts'

/** Asked at each scrape: cheap, and the same whichever process answers, but for `waiting`. */
export interface Gauges {
  pendingByRisk(): Promise<ReadonlyMap<string, number>>
  unreached(): Promise<number>
  /** Calls to this process that wait for a decision. */
  waiting(): number
  /** How long the delivery that waits longest has been due; 0 when none is. */
  queueAgeMs(): Promise<number>
}

export interface Metrics {
  addGauges(gauges: Gauges): void
  countRequests: RequestHandler
  /** Once per recorded vote. */
  voted(approval: Pick<ApprovalView, 'created_at' | 'test'>, vote: Vote): void
  /** Once per redemption. `by`: its own call, or asking again. */
  redeemed(by: Redeeming['by']): void
  /** Once per send. `code`: why it did not arrive, ours or the provider's; null where it did. */
  sent(channelType: string, result: SendResult, code: string | null): void
  /** Once per refusal. Both are words of our own, of which there are few. */
  refused(surface: string, reason: string): void
  /** In the text format of Prometheus. */
  read(): Promise<{ contentType: string; text: string }>
}

/** As it is recorded; `decided_at` in UTC epoch milliseconds. */
interface Vote {
  verdict: string
  source: string
  decided_at: number
}

/** People answer within seconds, hours or days. */
const DECISION_SECONDS = [5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400, 604_800]

/** There are some hundred codes in the documentation. */
const MOST_REASONS = 200

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const decisions = new Counter({
    name: 'countersign_decisions_total',
    help: 'Decisions of people on approvals that are no tests',
    labelNames: ['verdict', 'source'],
    registers,
  })
  const timeToDecide = new Histogram({
    name: 'countersign_time_to_decide_seconds',
    help: 'From the request to a decision of a person',
    buckets: DECISION_SECONDS,
    registers,
  })
  const redemptions = new Counter({
    name: 'countersign_redemptions_total',
    help: 'Grants that were redeemed, by their own call or by asking again',
    labelNames: ['by'],
    registers,
  })
  const deliveries = new Counter({
    name: 'countersign_deliveries_total',
    help: 'Sends by how they went',
    labelNames: ['channel_type', 'outcome'],
    registers,
  })
  const failures = new Counter({
    name: 'countersign_delivery_failures_total',
    help: 'Sends that did not arrive, by why',
    labelNames: ['channel_type', 'reason'],
    registers,
  })
  const reasons = boundedWords(MOST_REASONS)
  const refusals = new Counter({
    name: 'countersign_refusals_total',
    help: 'Presses and calls that were refused, by where and why',
    labelNames: ['surface', 'reason'],
    registers,
  })

  return {
    addGauges: (gauges) => registerGauges(registry, gauges),
    countRequests: countRequests(registry),
    voted({ created_at, test }, { verdict, source, decided_at }) {
      if (test) return
      decisions.inc({ verdict, source })
      timeToDecide.observe((decided_at - Date.parse(created_at)) / 1000)
    },
    redeemed: (by) => redemptions.inc({ by }),
    sent(channelType, outcome, code) {
      deliveries.inc({ channel_type: channelType, outcome })
      if (code !== null) failures.inc({ channel_type: channelType, reason: reasons(code) })
    },
    refused: (surface, reason) => refusals.inc({ surface, reason }),
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}

/** Whatever a provider comes to say, there are so many words; those that come later are one. */
function boundedWords(most: number): (word: string) => string {
  const known = new Set<string>()
  return (word) => {
    if (known.size < most) known.add(word)
    return known.has(word) ? word : 'other'
  }
}

function registerGauges(registry: Registry, { pendingByRisk, unreached, waiting, queueAgeMs }: Gauges): void {
  const registers = [registry]
  new Gauge({
    name: 'countersign_pending_approvals',
    help: 'Approvals that wait for a decision, tests left out',
    labelNames: ['risk'],
    registers,
    async collect() {
      const pending = await pendingByRisk()
      for (const risk of SEVERITIES satisfies readonly Severity[]) this.set({ risk }, pending.get(risk) ?? 0)
    },
  })
  new Gauge({
    name: 'countersign_unreached_approvals',
    help: 'Approvals that wait for a decision and whose card no destination of people has taken in time',
    registers,
    async collect() {
      this.set(await unreached())
    },
  })
  new Gauge({
    name: 'countersign_waiting_calls',
    help: 'Calls of agents to this process that wait for a decision',
    registers,
    collect() {
      this.set(waiting())
    },
  })
  new Gauge({
    name: 'countersign_delivery_queue_age_seconds',
    help: 'How long the delivery that waits longest has been due, at destinations that are switched on',
    registers,
    async collect() {
      this.set((await queueAgeMs()) / 1000)
    },
  })
}
