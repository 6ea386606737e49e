// Does what is due with each of many approvals, in short transactions, so that one that fails holds up no other.

import type { Clock } from '../kit/clock.ts'
import { Outage } from '../kit/outage.ts'
import type { Change } from './change.ts'

export interface StepOptions {
  clock: Clock
  transact<Result>(work: (change: Change) => Promise<Result>): Promise<Result>
  /** Told of each approval with which it failed; it is tried again in a minute. absent: the failure is thrown. */
  onFailed?: ((error: unknown, approvalId: string) => void) | undefined
}

interface Taken<Item> {
  /** Of so many. */
  done: number
  /** Those with which it failed, just now or less than a minute ago. */
  left: Item[]
}

/** Takes one step with each of these, in one transaction where none fails. */
export type Step<Item> = (items: Item[]) => Promise<Taken<Item>>

/** So many are in one transaction: a long list must not hold up the clicks. */
export const BATCH = 50
const TRIED_AGAIN_MS = 60_000

/** `act`: whether it did something. */
export function createStep<Item extends { id: string }>(
  { clock, transact, onFailed }: StepOptions,
  act: (change: Change, item: Item) => Promise<boolean>,
): Step<Item> {
  /** By their ids, and when. */
  const failed = new Map<string, number>()

  async function take(items: Item[]): Promise<Taken<Item>> {
    const left = items.filter(({ id }) => failed.has(id))
    const ready = items.filter(({ id }) => !failed.has(id))
    try {
      return { done: ready.length === 0 ? 0 : await transact((change) => actOnAll(change, ready)), left }
    } catch (error) {
      if (!onFailed || error instanceof Outage) throw error
      const [only] = ready
      if (ready.length > 1) return takeEach(ready, left)
      if (only) {
        failed.set(only.id, clock.now())
        onFailed(error, only.id)
      }
      return { done: 0, left: items }
    }
  }

  /** One of them failed, and all were undone. */
  async function takeEach(items: Item[], left: Item[]): Promise<Taken<Item>> {
    const all = { done: 0, left: [...left] }
    for (const item of items) {
      const one = await take([item])
      all.done += one.done
      all.left.push(...one.left)
    }
    return all
  }

  async function actOnAll(change: Change, items: Item[]): Promise<number> {
    let done = 0
    for (const item of items) if (await act(change, item)) done += 1
    return done
  }

  return (items) => {
    const now = clock.now()
    for (const [id, at] of failed) if (Math.abs(now - at) >= TRIED_AGAIN_MS) failed.delete(id)
    return take(items)
  }
}

/** Takes the step with all that are due; resolves with how many were done. `find`: the longest due first. */
export async function takeAll<Item extends { id: string }>(
  find: (limit: number) => Promise<Item[]>,
  step: Step<Item>,
): Promise<number> {
  const left = new Set<string>()
  for (let done = 0; ; ) {
    const found = await find(BATCH + left.size)
    const due = found.filter(({ id }) => !left.has(id)).slice(0, BATCH)
    if (due.length === 0) return done
    const taken = await step(due)
    done += taken.done
    for (const { id } of taken.left) left.add(id)
    // Another process is at it.
    if (taken.done + taken.left.length === 0) return done
  }
}
