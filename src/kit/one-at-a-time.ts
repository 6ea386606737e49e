// Runs what takes long one after the other, with a turn of the event loop in between for all that is short.

import { setImmediate as nextTurn } from 'node:timers/promises'

export type OneAtATime = <T>(work: () => Promise<T>) => Promise<T>

/** First come, first served; a failure is its own alone. */
export function oneAtATime(): OneAtATime {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(() => nextTurn()).then(work)
    last = result.catch(() => {})
    return result
  }
}
