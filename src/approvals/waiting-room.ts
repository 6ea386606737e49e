// Lets agents wait for an approval until the commit that closes it.

import type { Signals } from '../store/signals.ts'
import type { ApprovalView } from './view.ts'

export interface WaitingRoom {
  /**
   * Resolves with the closed approval when this process closed it. Otherwise with nothing, which is a reason to
   * look: another process closed it, `timeoutMs` are over, or it was aborted.
   */
  wait(id: string, timeoutMs: number, abort: AbortSignal): Promise<ApprovalView | undefined>
  /** Answers those who wait for it, without another look at the database. */
  tell(closed: ApprovalView): void
  close(): void
}

type Wake = (closed?: ApprovalView) => void

export function openWaitingRoom(signals: Signals): WaitingRoom {
  const waiting = new Map<string, Set<Wake>>()

  function wakeAll(id: string, closed?: ApprovalView): void {
    for (const wake of [...(waiting.get(id) ?? [])]) wake(closed)
  }

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
    tell: (closed) => wakeAll(closed.id, closed),
    close: unsubscribe,
  }
}
