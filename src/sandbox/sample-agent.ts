// Plays an agent: it asks over HTTP, waits without polling, and learns the answer; or it only tells.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../kit/clock.ts'
import { createAgentCalls, isAborted, isFinal, type SavedRun, sentence } from './agent-calls.ts'
import type { ProductApi } from './product-api.ts'
import { sampleRequest, sampleViolation } from './sample-requests.ts'
import type { Run, SampleKind } from './snapshot.ts'

export interface SampleAgent {
  /** Newest first. */
  runs(): Run[]
  /** A violation is only told of, and does not expire. Now and then the agent commits one unasked. */
  ask(kind: SampleKind, expiresInSeconds: number): Run
  /** Begins anew: what it still asks for is withdrawn. */
  forget(): void
  /** Takes up again what a restart interrupted. */
  resume(): void
  close(): void
}

const RUNS_KEPT = 20
const RETRY_DELAY_MS = 1000
/** After so many good deeds it breaks a policy. */
const PATIENCE = 4

export function createSampleAgent(
  api: ProductApi,
  clock: Clock,
  saved: SavedRun[],
  changed: (runs: SavedRun[]) => void,
): SampleAgent {
  const nextStep = createAgentCalls(api, clock)
  let all = saved
  const closing = new AbortController()
  /** Aborted when it forgets: nobody waits any more. */
  let tour = new AbortController()

  function update(run: Run, change: Partial<Run>): void {
    Object.assign(run, change)
    changed(all)
  }

  const shown = () => all.filter(({ forgotten }) => !forgotten)

  async function carryOut(one: SavedRun): Promise<void> {
    const { run } = one
    while (isOpen(run)) {
      try {
        update(run, await nextStep(one, closing.signal, tour.signal))
      } catch (error) {
        if (closing.signal.aborted) return
        if (isAborted(error)) continue
        const problem = sentence(error)
        const final = isFinal(error)
        update(run, final ? { status: 'error', answered_at: clock.now(), problem } : { problem })
        if (!final) await sleep(RETRY_DELAY_MS, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
    if (one.forgotten) drop(one)
  }

  function drop(one: SavedRun): void {
    all = all.filter((other) => other !== one)
    changed(all)
  }

  function begin(kind: SampleKind, expiresInSeconds: number): Run {
    const one = newRun(kind, expiresInSeconds, clock.now())
    all = [one, ...all].slice(0, RUNS_KEPT)
    changed(all)
    void carryOut(one)
    return one.run
  }

  return {
    runs: () => shown().map(({ run }) => run),
    ask(kind, expiresInSeconds) {
      const lately = shown().slice(0, PATIENCE)
      const one = begin(kind, expiresInSeconds)
      const wasGood = lately.length === PATIENCE && lately.every(({ run }) => run.kind !== 'violation')
      if (wasGood && kind !== 'violation') begin('violation', expiresInSeconds)
      return one
    },
    forget() {
      all = all.filter(({ run }) => isOpen(run))
      for (const one of all) one.forgotten = true
      changed(all)
      tour.abort()
      tour = new AbortController()
    },
    resume() {
      for (const one of all) void carryOut(one)
    },
    close: () => closing.abort(),
  }
}

function isOpen({ status }: Run): boolean {
  return status === 'asking' || status === 'waiting'
}

function newRun(kind: SampleKind, expiresInSeconds: number, now: number): SavedRun {
  const request = kind === 'violation' ? sampleViolation() : sampleRequest(kind, expiresInSeconds)
  const { tool, summary } = 'tool' in request ? request : request.action
  const run: Run = {
    id: randomUUID(),
    kind,
    tool,
    summary,
    status: 'asking',
    asked_at: now,
    expires_at: null,
    approval_id: null,
    url: null,
    answered_at: null,
    told_after_ms: null,
    decided_by: null,
    note: null,
    problem: null,
  }
  return { run, request, idempotencyKey: randomUUID() }
}
