// Plays an agent: it asks over HTTP, waits without polling, redeems the yes and runs; or it only tells.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../kit/clock.ts'
import { createAgentCalls, isAborted, isFinal, type SavedRun, sentence } from './agent-calls.ts'
import { attempt } from './attempts.ts'
import type { ProductApi } from './product-api.ts'
import { type ApprovalRequest, sampleRequest, sampleViolation } from './sample-requests.ts'
import type { RunTool } from './sample-tool.ts'
import type { AttemptKind, Run, SampleKind } from './snapshot.ts'

export interface SampleAgent {
  /** Newest first. */
  runs(): Run[]
  /** A violation is only told of, and does not expire. Now and then the agent commits one unasked. */
  ask(kind: SampleKind, expiresInSeconds: number): Run
  /**
   * After it ran it tries, once each, to run more than was approved; a second run it asks for then. Throws with a
   * sentence where there is nothing to try.
   */
  attempt(runId: string, what: AttemptKind): Promise<void>
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
  runTool: RunTool,
  saved: SavedRun[],
  changed: (runs: SavedRun[]) => void,
): SampleAgent {
  const nextStep = createAgentCalls(api, clock, runTool)
  // What an earlier version saved lacks what is new.
  let all = saved.map((one) => ({ ...one, run: { ...NEW_RUN, ...one.run } }))
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

  function begin(kind: SampleKind, request: SavedRun['request']): Run {
    const one = newRun(kind, request, clock.now())
    all = [one, ...all].slice(0, RUNS_KEPT)
    changed(all)
    void carryOut(one)
    return one.run
  }

  return {
    runs: () => shown().map(({ run }) => run),
    ask(kind, expiresInSeconds) {
      const lately = shown().slice(0, PATIENCE)
      const one = begin(
        kind,
        kind === 'violation' ? sampleViolation() : sampleRequest(kind, expiresInSeconds),
      )
      const wasGood = lately.length === PATIENCE && lately.every(({ run }) => run.kind !== 'violation')
      if (wasGood && kind !== 'violation') begin('violation', sampleViolation())
      return one
    },
    async attempt(runId, what) {
      const one = shown().find(({ run }) => run.id === runId)
      if (!one || !mayTry(one.run, what))
        throw new Error('It cannot try that: it has not run, or has tried it')
      const request = one.request as ApprovalRequest
      const refusal = await attempt(api, one.run, request, what)
      if (!mayTry(one.run, what)) return
      update(one.run, { refusals: [...one.run.refusals, refusal] })
      if (what === 'twice') begin(one.run.kind, request)
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
  return status === 'asking' || status === 'waiting' || status === 'approved'
}

function mayTry({ status, refusals }: Run, what: AttemptKind): boolean {
  return status === 'ran' && refusals.every(({ attempt }) => attempt !== what)
}

const NEW_RUN = {
  status: 'asking',
  expires_at: null,
  approval_id: null,
  url: null,
  answered_at: null,
  told_after_ms: null,
  decided_by: null,
  note: null,
  receipt: null,
  refusals: [],
  problem: null,
} satisfies Partial<Run>

function newRun(kind: SampleKind, request: SavedRun['request'], now: number): SavedRun {
  const { tool, summary } = 'tool' in request ? request : request.action
  const run: Run = { ...NEW_RUN, id: randomUUID(), kind, tool, summary, asked_at: now }
  return { run, request, idempotencyKey: randomUUID() }
}
