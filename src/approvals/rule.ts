// Applies the policy to a request: what it answers by itself, what it asks of the agent, and what of reviewers.

import type { ApprovalRow } from '../../db/schema.ts'
import { findGroupsByName } from '../identity/membership.ts'
import { quoted } from '../kit/quoted.ts'
import { evaluate, type Verdict } from '../policy/evaluate.ts'
import type { Ask } from '../policy/policy.ts'
import { policyInForce } from '../policy/versions.ts'
import type { Executor } from '../store/database.ts'
import type { RequestApproval } from './desk.ts'
import { type NamedGroup, type Review, type Ruling, USUAL_GROUP } from './ruling.ts'

/** What a request becomes under the policy. */
export interface Ruled {
  row: ApprovalRow
  effect: Verdict['effect']
  /** What the agent must give and does not, by the request's own names. */
  lacks: string[]
}

/** Without a policy, and of a test, the row stays as it is. */
export async function ruled(trx: Executor, command: RequestApproval, row: ApprovalRow): Promise<Ruled> {
  const inForce = command.testOf === undefined ? await policyInForce(trx) : undefined
  if (!inForce) return { row, effect: 'ask', lacks: [] }
  const { agent, action } = command
  const verdict = evaluate(
    {
      tool: action.tool,
      agentId: agent.id,
      environment: action.environment ?? null,
      riskLevel: command.risk.level,
      arguments: action.arguments ?? {},
    },
    inForce.policy,
  )
  const base = asRuled(row, verdict)
  const ruling: Ruling = {
    version: inForce.version,
    rule: verdict.rule,
    answered: verdict.effect !== 'ask',
    because: verdict.because,
    review: null,
  }
  const { ask } = verdict
  if (ask === null) return { row: answered(base, ruling, verdict), effect: verdict.effect, lacks: [] }
  const review = await reviewOf(trx, ask)
  return { row: asking(base, { ...ruling, review }, ask), effect: 'ask', lacks: lacking(command, ask) }
}

function asRuled(row: ApprovalRow, { grantSeconds, riskLevel, shadows }: Verdict): ApprovalRow {
  return {
    ...row,
    risk_level: riskLevel,
    grant_seconds: grantSeconds,
    shadows: shadows.length === 0 ? null : JSON.stringify(shadows),
  }
}

/** Nobody is asked, so that nothing is pending and there is no twin. */
function answered(row: ApprovalRow, ruling: Ruling, { effect, rule, text }: Verdict): ApprovalRow {
  const isAllowed = effect === 'allow'
  const why = text ?? `rule ${quoted(rule ?? '')}`
  return {
    ...row,
    status: isAllowed ? 'approved' : 'denied',
    closed_at: row.created_at,
    review_notes: `${isAllowed ? 'Approved' : 'Denied'} by policy: ${why}`,
    ruling: JSON.stringify(ruling),
    twin: null,
  }
}

function asking(row: ApprovalRow, ruling: Ruling, { escalate, expiresInSeconds }: Ask): ApprovalRow {
  const { created_at } = row
  const latest = expiresInSeconds === null ? Infinity : created_at + expiresInSeconds * 1000
  const expires_at = Math.min(row.expires_at, latest)
  const { requirements = [], tell = [] } = ruling.review ?? {}
  const needed = requirements.reduce((sum, { approvals }) => sum + approvals, 0)
  const escalate_at = escalate === null ? null : created_at + escalate.afterSeconds * 1000
  return {
    ...row,
    expires_at,
    ruling: JSON.stringify(ruling),
    approvals_needed: needed === 0 ? row.approvals_needed : needed,
    // What is over by then is asked of nobody.
    escalate_at: escalate_at !== null && escalate_at < expires_at ? escalate_at : null,
    remind_at: tell.includes('reviewers') ? Math.floor((created_at + expires_at) / 2) : null,
  }
}

/** null: nothing but the usual. */
async function reviewOf(trx: Executor, ask: Ask): Promise<Review | null> {
  const { destinations, detailsMustBeOpened, escalate, noteRequired, requirements, tell } = ask
  const [only] = requirements
  const isUsualGroup = requirements.length === 1 && only?.group === USUAL_GROUP.id && only.approvals === 1
  const isUsual = isUsualGroup && !detailsMustBeOpened && noteRequired.length === 0 && escalate === null
  if (isUsual && destinations === null && tell.length === 0) return null
  const groupOf = await namedGroups(trx, [
    ...requirements.map(({ group }) => group),
    ...(escalate === null ? [] : [escalate.to]),
  ])
  return {
    requirements: requirements.map(({ group, approvals }) => ({ group: groupOf(group), approvals })),
    noteRequired,
    detailsMustBeOpened,
    escalateTo: escalate && groupOf(escalate.to),
    destinations,
    tell,
  }
}

/** A group that was deleted since the policy was saved has no members: nobody can meet what it asks. */
async function namedGroups(trx: Executor, names: string[]): Promise<(name: string) => NamedGroup> {
  const stored = names.filter((name) => name !== USUAL_GROUP.name)
  const found = stored.length === 0 ? [] : await findGroupsByName(trx, stored)
  const byName = new Map([USUAL_GROUP, ...found].map((group) => [group.name, group]))
  return (name) => byName.get(name) ?? { id: `deleted:${name}`, name }
}

function lacking(command: RequestApproval, { require }: Ask): string[] {
  const gives: Record<Ask['require'][number], boolean> = {
    reasons: command.reasons.some((reason) => reason.trim() !== ''),
    summary: command.action.summary !== command.action.tool,
    requested_by: command.requestedByEmail !== undefined,
  }
  return require.filter((name) => !gives[name])
}
