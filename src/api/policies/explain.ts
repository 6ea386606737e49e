// Answers what the policy says of a request, or said of an approval, and who could decide.

import type { z } from 'zod'
import type { Queries } from '../../approvals/queries.ts'
import type { ApprovalView } from '../../approvals/view.ts'
import { isoTime } from '../../kit/clock.ts'
import type { Asked as AskedAction } from '../../policy/evaluate.ts'
import { explain } from '../../policy/explain.ts'
import type { Ask, Policy } from '../../policy/policy.ts'
import { readPolicy } from '../../policy/read-policy.ts'
import type { NamedGroup, Policies } from '../../policy/versions.ts'
import { requestOf } from '../approvals/schemas.ts'
import type { Asked } from '../endpoint.ts'
import { notFound } from '../errors.ts'
import { answer, type Result } from '../result.ts'
import type { explanation } from './answers.ts'
import { invalidPolicy } from './mistakes.ts'
import type * as operations from './operations.ts'
import { shadowedAnswer } from './shadowed.ts'

type Explanation = z.infer<typeof explanation>

/** Which policy is asked; `version` is null where it is the given text, or where there is none. */
interface Subject {
  version: number | null
  policy: Policy
}

/** People are asked as usual. */
const NO_POLICY: Subject = { version: null, policy: { default: 'ask', rules: [], riskFloors: [] } }

export async function explainPolicy(
  { policies, queries }: { policies: Policies; queries: Queries },
  { body }: Asked<typeof operations.explainPolicy>,
): Promise<Result<typeof operations.explainPolicy>> {
  const { request, approval_id, last_days } = body
  if (last_days !== undefined) return answer(200, await shadowedAnswer(policies, last_days))
  const given = body.policy === undefined ? undefined : readPolicy(body.policy)
  if (given && 'mistakes' in given) return invalidPolicy(given.mistakes)
  const subject = given && { version: null, policy: given.policy }
  if (request !== undefined) {
    const asked = actionIn(requestOf(request))
    return answer(200, await explained(policies, asked, subject ?? (await inForce(policies))))
  }
  const id = approval_id ?? ''
  const approval = await queries.find(id)
  if (!approval) return notFound('approval', id)
  const asked = actionOf(approval)
  return answer(200, await explained(policies, asked, subject ?? (await thatApplied(policies, approval))))
}

async function inForce(policies: Policies): Promise<Subject> {
  return (await policies.inForce()) ?? NO_POLICY
}

/** The version that is on record with it. */
async function thatApplied(policies: Policies, { policy }: ApprovalView): Promise<Subject> {
  return (policy && (await policies.find(policy.version))) ?? NO_POLICY
}

function actionIn({ agent, action, risk }: ReturnType<typeof requestOf>): AskedAction {
  const { tool, environment = null, arguments: args = {} } = action
  return { tool, agentId: agent.id, environment, riskLevel: risk.level, arguments: args }
}

/** Its risk is the one that the floors of then made of what was asked. */
function actionOf({ agent, action, risk }: ApprovalView): AskedAction {
  const { tool, environment } = action
  return { tool, agentId: agent.id, environment, riskLevel: risk.level, arguments: action.arguments }
}

async function explained(
  policies: Policies,
  asked: AskedAction,
  { version, policy }: Subject,
): Promise<Explanation> {
  const { verdict, rules } = explain(asked, policy)
  const { effect, rule, text, because, ask, grantSeconds: grant_seconds, riskLevel } = verdict
  const risk = { given: asked.riskLevel, level: riskLevel }
  const asks = ask && (await asksOf(policies, ask))
  return { version, effect, rule, text, because, risk, grant_seconds, asks, rules }
}

async function asksOf(policies: Policies, ask: Ask): Promise<Explanation['asks']> {
  const { requirements, escalate } = ask
  const names = [...requirements.map(({ group }) => group), ...(escalate ? [escalate.to] : [])]
  const groups = await policies.groups(names)
  return {
    requirements: requirements.map(({ group, approvals }) => ({ approvals, of: groupOf(group, groups) })),
    expires_in_seconds: ask.expiresInSeconds,
    note_required: ask.noteRequired,
    details_must_be_opened: ask.detailsMustBeOpened,
    escalate: escalate && { after_seconds: escalate.afterSeconds, to: groupOf(escalate.to, groups) },
    destinations: ask.destinations,
    require: ask.require,
    tell: ask.tell,
  }
}

function groupOf(name: string, groups: ReadonlyMap<string, NamedGroup>) {
  const group = groups.get(name)
  return {
    group: name,
    kind: group?.kind ?? null,
    members: group?.members ?? null,
    size: group?.size ?? null,
    destination_id: group?.destinationId ?? null,
    asked_at: timeOf(group?.askedAt),
    answered_at: timeOf(group?.answeredAt),
  }
}

function timeOf(at: number | null | undefined): string | null {
  return typeof at === 'number' ? isoTime(at) : null
}
