// Makes the sample agent's calls to the product, and tells what each answer means for its run.

import type { Clock } from '../kit/clock.ts'
import { ApiProblem, type ProductApi } from './product-api.ts'
import type { ApprovalRequest, ToldEvent } from './sample-requests.ts'
import { NoGoodReceipt, type RunTool } from './sample-tool.ts'
import type { Run } from './snapshot.ts'

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
  status: 'pending' | 'approved' | 'denied' | 'expired' | 'withdrawn'
  expires_at: string
  closed_at: string | null
  decisions: { verdict: 'approve' | 'deny'; reviewer: { name: string }; note: string | null }[]
  review_notes: string | null
}

/** What comes next in an open run: tell, ask, wait, redeem and run, or withdraw. Only waiting ends with `whileWanted`. */
type NextStep = (one: SavedRun, signal: AbortSignal, whileWanted: AbortSignal) => Promise<Partial<Run>>

export function createAgentCalls(api: ProductApi, clock: Clock, runTool: RunTool): NextStep {
  /** With exactly the action that it runs then. */
  async function redeemAndRun(
    { run, request, idempotencyKey }: SavedRun,
    signal: AbortSignal,
  ): Promise<Partial<Run>> {
    const { summary: _, ...action } = (request as ApprovalRequest).action
    const path = `/v1/approvals/${run.approval_id}/redeem`
    try {
      const { body } = await api.post<{ receipt: string }>(path, { action }, { idempotencyKey, signal })
      return { status: 'ran', receipt: await runTool(body.receipt, action), problem: null }
    } catch (error) {
      if (isFinal(error)) return { status: 'not_run', problem: sentence(error) }
      throw error
    }
  }

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
      await api.post(`${path}/withdraw`, {}, { signal })
      return { status: 'withdrawn', answered_at: clock.now() }
    }
    if (run.status === 'approved') return redeemAndRun(one, signal)
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
  if (error instanceof NoGoodReceipt) return true
  return error instanceof ApiProblem && error.status < 500 && error.status !== 429
}

export function sentence(error: unknown): string {
  if (error instanceof NoGoodReceipt) return `The tool does not take the receipt: ${error.message}`
  if (error instanceof ApiProblem) return `The API answered ${error.message}`
  return 'Countersign does not answer; trying again'
}
