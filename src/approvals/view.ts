// What does an approval look like from outside? One shape for the API, the cards and the commands.

import type { Severity } from '../events/severity.ts'

export const STATUSES = ['pending', 'approved', 'denied', 'expired', 'withdrawn'] as const
export type ApprovalStatus = (typeof STATUSES)[number]
export type Verdict = 'approve' | 'deny'

export interface DecisionView {
  verdict: Verdict
  reviewer: { id: string; name: string }
  /** The surface that the vote came from: a platform's name, or `api`. */
  source: string
  note: string | null
  /** ISO 8601 UTC, like every `_at` here. */
  decided_at: string
}

/** Codes and an admin's own names, for agents too. */
export interface UnreachedReason {
  /** null: there is none. */
  destination: string | null
  /**
   * The platform's code, or `waiting`: its turn has not come; `disabled`: an admin switched it off; `no_destination`:
   * nobody of whom we know was to hear of it.
   */
  reason: string
}

/** Everything that an agent sent is untrusted text: a surface shows it literally, or not at all. */
export interface ApprovalView {
  id: string
  status: ApprovalStatus
  /** `sha256:` + 64 hex digits over what will run. */
  digest: string
  url: string
  agent: { id: string; name: string }
  action: { tool: string; summary: string; arguments: Record<string, unknown>; environment: string | null }
  reasons: string[]
  risk: { level: Severity; score: number | null }
  requested_by: { email: string } | null
  metadata: Record<string, unknown>
  created_at: string
  expires_at: string
  closed_at: string | null
  decisions: DecisionView[]
  /** The closing in words, for example `Approved by Ana via api`. */
  review_notes: string | null
  /** false: in time, no destination of people has taken its card. Closed, it stays as it was then. */
  reached: boolean
  /** Empty where it is reached. */
  unreached_reasons: UnreachedReason[]
  /** An admin tries a destination: decided like any other, left out of statistics. */
  test: boolean
}
