// Plays an agent: it asks over HTTP, waits without polling, and learns the answer; or it only tells.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../kit/clock.ts'
import { ApiProblem, type ProductApi } from './product-api.ts'
import { type ApprovalRequest, sampleRequest, sampleViolation, type ToldEvent } from './sample-requests.ts'
import type { Run, RunStatus, SampleKind } from './snapshot.ts'

/**
 * A run with what it takes to ask the very same thing again: an unanswered request is repeated, not doubled.
 * An event knows no such key, and is told twice rather than never.
 */
export interface SavedRun {
  run: Run
  request: ApprovalRequest | ToldEvent
  idempotencyKey: string
  /** It is not shown any more, and kept only until its request is withdrawn. */
  forgotten?: true
}

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

interface Approval {
  id: string
  url: string
  status: 'pending' | Exclude<RunStatus, 'asking' | 'waiting' | 'told' | 'error'>
  expires_at: string
  closed_at: string | null
  decisions: { verdict: 'approve' | 'deny'; reviewer: { name: string }; note: string | null }[]
  review_notes: string | null
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
        update(run, await next(one))
      } catch (error) {
        if (closing.signal.aborted) return
        if (isAborted(error)) continue
        const problem = sentence(error)
        const final = error instanceof ApiProblem && error.status < 500 && error.status !== 429
        update(run, final ? { status: 'error', answered_at: clock.now(), problem } : { problem })
        if (!final) await sleep(RETRY_DELAY_MS, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
    if (one.forgotten) drop(one)
  }

  async function next(one: SavedRun): Promise<Partial<Run>> {
    const { run, request, idempotencyKey } = one
    const { signal } = closing
    if (run.kind === 'violation') {
      await api.post('/v1/events', request, { signal })
      return { status: 'told', answered_at: clock.now(), problem: null }
    }
    const path = `/v1/approvals/${run.approval_id}`
    if (run.approval_id === null) {
      const { body } = await api.post<Approval>('/v1/approvals', request, { idempotencyKey, signal })
      return outcome(body, clock.now())
    }
    if (one.forgotten) {
      const { body } = await api.post<Approval>(`${path}/withdraw`, {}, { signal })
      return outcome(body, clock.now())
    }
    const waiting = AbortSignal.any([signal, tour.signal])
    const { body } = await api.get<Approval>(`${path}?wait_seconds=60`, waiting)
    return outcome(body, clock.now())
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

function outcome(approval: Approval, now: number): Partial<Run> {
  const known = {
    approval_id: approval.id,
    url: approval.url,
    expires_at: Date.parse(approval.expires_at),
    problem: null,
  }
  if (approval.status === 'pending') return { ...known, status: 'waiting' }
  const verdict = approval.status === 'denied' ? 'deny' : 'approve'
  const votes = approval.decisions.filter((vote) => vote.verdict === verdict)
  const isDecided = approval.status === 'approved' || approval.status === 'denied'
  return {
    ...known,
    status: approval.status,
    answered_at: now,
    told_after_ms: approval.closed_at === null ? null : Math.max(0, now - Date.parse(approval.closed_at)),
    decided_by: isDecided ? votes.map(({ reviewer }) => reviewer.name).join(', ') || null : null,
    note: isDecided
      ? votes
          .map(({ note }) => note ?? '')
          .filter(Boolean)
          .join(' / ') || null
      : approval.review_notes,
  }
}

/** Not a failure: it stopped waiting. */
function isAborted(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

function sentence(error: unknown): string {
  if (error instanceof ApiProblem) return `The API answered ${error.message}`
  return 'Countersign does not answer; trying again'
}
