// Shapes an approval as everybody outside sees it: the API, the cards and the commands.

import type { Severity } from '../events/severity.ts'
import type { GrantView } from '../grants/grant.ts'
import { quoted } from '../kit/quoted.ts'

export const STATUSES = ['pending', 'approved', 'denied', 'expired', 'withdrawn'] as const
export type ApprovalStatus = (typeof STATUSES)[number]
export type Verdict = 'approve' | 'deny'

export interface DecisionView {
  verdict: Verdict
  /** Name and address as they were at the vote; null: nobody told an address. */
  reviewer: { id: string; name: string; email: string | null }
  /** The surface that the vote came from: a platform's name, `console` or `api`. */
  source: string
  note: string | null
  /** ISO 8601 UTC, like every `_at` here. */
  decided_at: string
}

/** How far a requirement is met. */
export interface Progress {
  /** The group whose members must approve; `reviewers`: anybody who may review. */
  requirement: string
  /** Each person once, in the order of their votes. */
  approved: { id: string; name: string }[]
  /** So many more must approve; 0 once it is met. */
  missing: number
}

/** The requirement that names no group: anybody who may review meets it. */
export const ANYBODY = 'reviewers'

/**
 * How far each requirement is met, such as `1 of 2 payments`, in their order; `1 of 2 approvals` where no group is
 * named. Empty where one approval of anybody is enough, and where nobody is asked.
 */
export function countsOf(progress: Progress[]): string[] {
  const [only] = progress
  const isUsual = progress.length === 1 && only?.requirement === ANYBODY
  if (isUsual && only.approved.length + only.missing === 1) return []
  return progress.map(
    ({ requirement, approved, missing }) =>
      `${approved.length} of ${approved.length + missing} ${isUsual ? 'approvals' : requirement}`,
  )
}

/** Which version of the policy was in force when it was asked, and what it said. */
export interface PolicyView {
  version: number
  /** The name of the rule that applied; null: none did. */
  rule: string | null
  /** Why it applied, or the risk was raised, although something could not be told, in sentences. */
  because: string[]
}

/** What is asked of reviewers beside their votes. */
export interface ReviewView {
  /** A vote of these kinds needs a note. */
  note_required: Verdict[]
  /** Approve counts only of who has opened all of it, on whatever surface. */
  details_must_be_opened: boolean
  /** The group that is asked too, from then on; null: none is. */
  escalation: { to: string; at: string; done: boolean } | null
  /** Who became a member of a group that is asked, since it was asked. */
  added: { name: string; group: string; at: string }[]
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
  /** The API key that asked, as an admin named it. */
  key: { id: string; name: string }
  agent: { id: string; name: string }
  action: { tool: string; summary: string; arguments: Record<string, unknown>; environment: string | null }
  reasons: string[]
  risk: { level: Severity; score: number | null }
  requested_by: { email: string } | null
  metadata: Record<string, unknown>
  created_at: string
  expires_at: string
  closed_at: string | null
  /** Every vote in the order in which it was cast, also while others are awaited. */
  decisions: DecisionView[]
  progress: Progress[]
  /** null: there was no policy. */
  policy: PolicyView | null
  review: ReviewView
  /** Who answered where no person did. */
  answered_by: { kind: 'policy'; rule: string | null } | null
  /** The closing in words, for example `Approved by Ana via api`. */
  review_notes: string | null
  /** Of an approved one: whether it may run; null: it may not, or the rule leaves no grant. */
  grant: GrantView | null
  /** false: in time, no destination of people has taken its card. Closed, it stays as it was then. */
  reached: boolean
  /** Empty where it is reached. */
  unreached_reasons: UnreachedReason[]
  /** An admin tries a destination: decided like any other, left out of statistics. */
  test: boolean
}

/** As a list says it: all but what an agent may make as large as a request. */
export type ApprovalSummary = Omit<ApprovalView, 'action' | 'metadata'> & {
  action: Omit<ApprovalView['action'], 'arguments'>
}

/** The votes that closed it: the approvals that counted, or the denial. Empty where no vote closed it. */
export function closingVotes({
  status,
  decisions,
  progress,
}: Pick<ApprovalView, 'status' | 'decisions' | 'progress'>): DecisionView[] {
  if (status === 'denied') return decisions.filter(({ verdict }) => verdict === 'deny').slice(-1)
  if (status !== 'approved') return []
  const counted = new Set(progress.flatMap(({ approved }) => approved.map(({ id }) => id)))
  return decisions.filter(({ verdict, reviewer }) => verdict === 'approve' && counted.has(reviewer.id))
}

/** Whose votes closed it, as a sentence names them: `Ana Ruiz and Ben Okafor`; null where no vote closed it. */
export function closedBy(view: Pick<ApprovalView, 'status' | 'decisions' | 'progress'>): string | null {
  const names = closingVotes(view).map(({ reviewer }) => reviewer.name)
  return names.length === 0 ? null : inWords(names)
}

/** `Ana`, `Ana and Ben`, `Ana, “Kurz, Ines” and Gil`. */
function inWords(names: string[]): string {
  return listed(names.map(asOneName))
}

/** What stands between names in our sentences, and around them. */
const JOINS = /(?<![\p{L}\p{N}])(?:and|via)(?![\p{L}\p{N}])|[,،、]|:(?=\s|$)| \/ /iu

/** A name as a part of a sentence: in quotation marks where it could read as two, or as words of ours. */
export function asOneName(name: string): string {
  return JOINS.test(name.normalize('NFKC')) ? quoted(name) : name
}

export function listed(parts: string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`
}
