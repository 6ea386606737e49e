// Counts alerts for destinations that want to hear only of those that repeat.

import type { EventRow } from '../../db/schema.ts'
import type { Executor } from '../store/database.ts'
import type { Listener } from '../store/destinations.ts'
import { keepRun, lockRun } from '../store/repeats.ts'
import { type EventType, endedBy } from './catalogue.ts'
import { type Repeated, settingsOf } from './settings.ts'

/** An alert that one destination counts. */
export interface Counted {
  event: EventRow
  destinationId: string
  repeated: Repeated
}

/** How often an alert came lately; UTC epoch milliseconds. */
export interface Run {
  times: number[]
  /** Nothing is counted until then, because it was told. */
  quietUntil: number
}

const NOTHING_YET = { times: '[]', quiet_until: 0, kept_until: 0 }

/**
 * undefined: the destination hears of it at once, as of all that we tell ourselves and of what ends something it may
 * have heard of.
 */
export function countedAt({ id, settings }: Listener, event: EventRow): Counted | undefined {
  const { repeated } = settingsOf(settings)
  if (repeated === null || event.key_id === null || endedBy(event.type as EventType)) return undefined
  return { event, destinationId: id, repeated }
}

/**
 * Those that make their number full, in the order given. Exact however many processes count at once: a run is locked
 * until this transaction ends, and all transactions lock their runs in the same order.
 */
export async function thoseThatRepeat(trx: Executor, counted: Counted[], now: number): Promise<Counted[]> {
  const told = new Set<Counted>()
  const runs = [...Map.groupBy(counted, (one) => JSON.stringify(Object.values(nameOf(one))))]
  for (const [, same] of runs.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    for (const one of await addToRun(trx, same, now)) told.add(one)
  }
  return counted.filter((one) => told.has(one))
}

/** `same`: at one destination, of one type and agent. */
async function addToRun(trx: Executor, same: Counted[], now: number): Promise<Counted[]> {
  const [first] = same as [Counted]
  const { repeated } = first
  const name = nameOf(first)
  const { times, quiet_until } = await lockRun(trx, { ...name, ...NOTHING_YET })
  let run: Run = { times: JSON.parse(times), quietUntil: quiet_until }
  const told = same.filter(() => {
    const after = afterAnother(run, repeated, now)
    run = after.run
    return after.isTold
  })
  const kept_until = now + windowMs(repeated)
  await keepRun(trx, { ...name, times: JSON.stringify(run.times), quiet_until: run.quietUntil, kept_until })
  return told
}

/** Told once the number is full; then nothing is told or counted until as much time has passed again. */
export function afterAnother(run: Run, repeated: Repeated, now: number): { run: Run; isTold: boolean } {
  const span = windowMs(repeated)
  // Later than it can be: the clock was set back, or the time was made shorter.
  if (now < run.quietUntil && run.quietUntil <= now + span) return { run, isTold: false }
  const times = [...run.times.filter((time) => Math.abs(now - time) < span), now]
  if (times.length < repeated.count) return { run: { times, quietUntil: 0 }, isTold: false }
  return { run: { times: [], quietUntil: now + span }, isTold: true }
}

function windowMs({ minutes }: Repeated): number {
  return minutes * 60_000
}

function nameOf({ destinationId, event: { type, agent_id } }: Counted) {
  return { destination_id: destinationId, type, agent_id: agent_id ?? '' }
}
