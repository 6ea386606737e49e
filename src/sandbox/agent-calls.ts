// Makes the sample agent's calls to the product, and tells what each answer means for its run.

import type { Clock } from '../kit/clock.ts'
import { ApiProblem, type ProductApi } from './product-api.ts'
import type { ApprovalRequest, ToldEvent } from './sample-requests.ts'
import type { Run, RunStatus } from './snapshot.ts'

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

interface Approval {
  id: string
  url: string
  status: 'pending' | Exclude<RunStatus, 'asking' | 'waiting' | 'told' | 'error'>
  expires_at: string
  closed_at: string | null
  decisions: { verdict: 'approve' | 'deny'; reviewer: { name: string }; note: string | null }[]
  review_notes: string | null
}

/** What comes next in an open run: tell, ask, wait, or withdraw. Only waiting ends with `whileWanted`. */
type NextStep = (one: SavedRun, signal: AbortSignal, whileWanted: AbortSignal) => Promise<Partial<Run>>

export function createAgentCalls(api: ProductApi, clock: Clock): NextStep {
  return async (one, signal, whileWanted) => {
    const { run, request, idempotencyKey } = one
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
    const waiting = AbortSignal.any([signal, whileWanted])
    const { body } = await api.get<Approval>(`${path}?wait_seconds=60`, waiting)
    return outcome(body, clock.now())
  }
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
export function isAborted(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

/** Asking again would not help. */
export function isFinal(error: unknown): boolean {
  return error instanceof ApiProblem && error.status < 500 && error.status !== 429
}

export function sentence(error: unknown): string {
  if (error instanceof ApiProblem) return `The API answered ${error.message}`
  return 'Countersign does not answer; trying again'
}
