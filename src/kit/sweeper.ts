// Runs the duties that are due by the clock every second, beside what clicks and requests find by themselves.

import type { Logger } from './log.ts'
import { logFailure } from './log-failure.ts'
import { Outage } from './outage.ts'

const EVERY_MS = 1_000

/**
 * Runs the duties one after the other; rounds never overlap, and one that fails leaves the others alone. Returns
 * how to stop, which resolves when a round under way has ended.
 */
export function startSweeper(duties: (() => Promise<unknown>)[], log: Logger): () => Promise<void> {
  let round: Promise<void> | undefined

  async function sweep(): Promise<void> {
    for (const duty of duties) {
      try {
        await duty()
      } catch (error) {
        logFailure(log, error, 'a sweep failed')
        // The others need the database too, and come with the next round.
        if (error instanceof Outage) break
      }
    }
    round = undefined
  }

  const timer = setInterval(() => {
    round ??= sweep()
  }, EVERY_MS)
  return async () => {
    clearInterval(timer)
    await round
  }
}
