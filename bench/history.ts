// Makes two years of rows as the product would have left them: many decided long ago, a few pending.

import { createHash } from 'node:crypto'
import type { ApprovalEventRow, ApprovalRow, DecisionRow, DeliveryRow, PersonRow } from '../db/schema.ts'

export interface Extent {
  total: number
  pending: number
  /** In the last 24 hours; the others are older. */
  decidedToday: number
  /** Where all of it was told and decided. */
  destinationId: string
}

export interface Past {
  approval: ApprovalRow
  decisions: DecisionRow[]
  /** The last one, and its delivery. */
  event: ApprovalEventRow
  delivery: DeliveryRow
}

/** Every decision is by this person. */
export const PERSON: PersonRow = {
  id: `per_${'0'.repeat(26)}`,
  name: 'Ana',
  email: null,
  roles: '[]',
  created_at: 0,
  disabled_at: null,
  merged_into: null,
  merged_by: null,
}

const HOUR_MS = 3_600_000
const TWO_YEARS_MS = 2 * 365 * 24 * HOUR_MS
const WEEK_MS = 7 * 24 * HOUR_MS
/** Recent means 20 hours at most, and old 30 hours at least: it stays so while the bench runs. */
const RECENT_MS = 20 * HOUR_MS
const OLD_MS = 30 * HOUR_MS
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const LEVELS = ['low', 'medium', 'high', 'critical']

/** The oldest first; pending ones and those decided today by turns. */
export function* history({ total, pending, decidedToday, destinationId }: Extent): Generator<Past> {
  const now = Date.now()
  const recent = pending + decidedToday
  const old = total - recent
  for (let i = 0; i < total; i++) {
    const isOld = i < old
    const share = isOld ? i / old : (i - old) / recent
    const age = isOld ? OLD_MS + (1 - share) * TWO_YEARS_MS : (1 - share) * RECENT_MS
    const nth = i - old
    const isPending =
      !isOld && Math.floor(((nth + 1) * pending) / recent) > Math.floor((nth * pending) / recent)
    yield past(i, Math.floor(now - age), isPending, destinationId)
  }
}

function past(i: number, createdAt: number, isPending: boolean, destinationId: string): Past {
  const approvalId = idOf('apr', createdAt, i)
  const decidedAt = createdAt + 1_000 + ((i * 7_919) % 600_000)
  const closedAt = isPending ? null : Math.min(decidedAt, Date.now())
  const status = isPending ? 'pending' : i % 5 === 0 ? 'denied' : 'approved'
  const level = LEVELS[i % LEVELS.length] as string
  const approval: ApprovalRow = {
    id: approvalId,
    owner_key_id: `key_${String(i % 20).padStart(26, '0')}`,
    key_name: 'bench',
    status,
    digest: `sha256:${createHash('sha256').update(String(i)).digest('hex')}`,
    agent_id: `agent-${i % 50}`,
    agent_name: `Agent ${i % 50}`,
    tool: `stripe.refund.${i % 10}`,
    summary: 'Refund an order for the customer who was charged twice on Friday',
    arguments: JSON.stringify({ order: i, amount: 129.9, currency: 'EUR', reason: 'charged twice' }),
    environment: 'production',
    reasons: '["AMOUNT_ABOVE_LIMIT","NEW_CUSTOMER"]',
    risk_level: level,
    risk_score: 0.71,
    requested_by: '',
    metadata: '{"session_id":"sess-42"}',
    created_at: createdAt,
    expires_at: createdAt + WEEK_MS,
    closed_at: closedAt,
    review_notes: isPending ? null : `${status === 'denied' ? 'Denied' : 'Approved'} by Ana via slack`,
    is_test: 0,
    unreached_at: null,
    approvals_needed: 1,
    twin: null,
    ruling: null,
    shadows: null,
    remind_at: null,
    escalate_at: null,
    escalated_at: null,
    grant_seconds: 0,
    grant_ends_at: null,
    redeemed_at: null,
    revoked_at: null,
    revoked_because: null,
  }
  const event: ApprovalEventRow = {
    id: idOf('evt', closedAt ?? createdAt, i),
    type: isPending ? 'approval.requested' : 'approval.decided',
    severity: level,
    approval_id: approvalId,
    created_at: closedAt ?? createdAt,
  }
  return {
    approval,
    event,
    decisions: closedAt === null ? [] : [decisionOf(approval, closedAt, i, destinationId)],
    delivery: deliveryOf(event, approvalId, i, destinationId),
  }
}

function decisionOf({ id, status }: ApprovalRow, at: number, i: number, destination_id: string): DecisionRow {
  return {
    id: idOf('dec', at, i),
    approval_id: id,
    verdict: status === 'denied' ? 'deny' : 'approve',
    person_id: PERSON.id,
    reviewer_name: 'Ana',
    reviewer_email: null,
    source: 'slack',
    note: null,
    interaction: JSON.stringify(['slack', 'T0SANDBOX0', `${i}.${at}`]),
    destination_id,
    handle: `C0APPROVALS/${at}.${i}`,
    decided_at: at,
    counted: 1,
    groups: null,
  }
}

function deliveryOf(
  event: ApprovalEventRow,
  subject_id: string,
  n: number,
  destination_id: string,
): DeliveryRow {
  const { created_at } = event
  return {
    id: idOf('dlv', created_at, n),
    destination_id,
    event_id: event.id,
    subject_id,
    state: 'delivered',
    attempts: 1,
    next_attempt_at: created_at,
    last_error: null,
    created_at,
    finished_at: created_at + 300,
    class: 1,
    lane: '',
    rank: 0,
    repeated: null,
    recipient: null,
  }
}

/** As newId makes them, but of that time: 48 bits of milliseconds, then a number. */
function idOf(prefix: string, at: number, n: number): string {
  return `${prefix}_${base32(at, 10)}${base32(n, 16)}`
}

function base32(value: number, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = ALPHABET[rest % 32] + text
  return text
}
