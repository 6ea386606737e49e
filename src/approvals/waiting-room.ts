// Lets agents wait for an approval until the commit that closes it.

import { findNoLongerWaiting } from '../store/approvals.ts'
import type { Database } from '../store/database.ts'
import type { ApprovalView } from './view.ts'

export interface WaitingRoom {
  /**
   * Resolves with the closed approval when this process closed it. Otherwise with nothing, which is a reason to
   * look: another process changed it, `timeoutMs` are over, or it was aborted.
   */
  wait(id: string, timeoutMs: number, abort: AbortSignal): Promise<ApprovalView | undefined>
  /** Answers those who wait for it, without another look at the database. */
  tell(closed: ApprovalView): void
  /** How many wait. */
  count(): number
  close(): void
}

type Wake = (closed?: ApprovalView) => void

/** A signal from another process may be lost with its connection: one look in this time is for all who wait. */
const LOOK_ANYWAY_MS = 5_000
/** Ids in one query. */
const LOOKED_AT = 500

export function openWaitingRoom({ signals, read }: Pick<Database, 'signals' | 'read'>): WaitingRoom {
  const waiting = new Map<string, Set<Wake>>()
  let looking = false

  function wakeAll(id: string, closed?: ApprovalView): void {
    for (const wake of [...(waiting.get(id) ?? [])]) wake(closed)
  }

  async function lookForAll(): Promise<void> {
    if (looking) return
    looking = true
    try {
      const ids = [...waiting.keys()]
      for (let from = 0; from < ids.length; from += LOOKED_AT) {
        for (const id of await findNoLongerWaiting(read, ids.slice(from, from + LOOKED_AT))) wakeAll(id)
      }
    } catch {
      // The next look may find the database again; until then they wait as if there was no news.
    } finally {
      looking = false
    }
  }

  const looks = setInterval(() => void lookForAll(), LOOK_ANYWAY_MS).unref()
  const unsubscribe = signals.subscribe('approvals', (id) => {
    for (const woken of id === '' ? [...waiting.keys()] : [id]) wakeAll(woken)
  })

  return {
    wait(id, timeoutMs, abort) {
      if (abort.aborted) return Promise.resolve(undefined)
      return new Promise((resolve) => {
        const callbacks = waiting.get(id) ?? new Set()
        waiting.set(id, callbacks)
        const wake: Wake = (closed) => {
          clearTimeout(timer)
          abort.removeEventListener('abort', leave)
          callbacks.delete(wake)
          if (callbacks.size === 0) waiting.delete(id)
          resolve(closed)
        }
        const leave = () => wake()
        const timer = setTimeout(leave, timeoutMs)
        abort.addEventListener('abort', leave)
        callbacks.add(wake)
      })
    },
    count: () => [...waiting.values()].reduce((sum, { size }) => sum + size, 0),
    tell: (closed) => wakeAll(closed.id, closed),
    close() {
      clearInterval(looks)
      unsubscribe()
    },
  }
}
