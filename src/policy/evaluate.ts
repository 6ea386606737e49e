// Decides what the policy says of an action: allow it, deny it or ask people, by which rule and why.

import { atLeast, type Severity } from '../events/severity.ts'
import { matchesGlob } from '../kit/glob.ts'
import { type Ask, GRANT_SECONDS, type Match, type Policy, type Rule, USUAL_ASK, type Who } from './policy.ts'
import { lookAt } from './where.ts'

export interface Asked {
  tool: string
  agentId: string
  environment: string | null
  riskLevel: Severity
  arguments: Record<string, unknown>
}

export interface Verdict {
  effect: Rule['effect']['kind']
  /** The name of the rule that counts; null: none matched, and the default does. */
  rule: string | null
  /** What the agent is told of a deny, otherwise null. */
  text: string | null
  /** What could not be told of the request, so that the rule matched or the risk was raised. Our words. */
  because: string[]
  /** Of an `ask`, otherwise null. */
  ask: Ask | null
  /** So long its yes may be used, once; 0: it leaves no grant. */
  grantSeconds: number
  /** After the floors; never lower than what was asked. */
  riskLevel: Severity
  /** The shadow rules that would have counted. */
  shadows: { rule: string; would: Rule['effect']['kind'] }[]
}

const NO_RULE = 'No rule of the policy allows it or asks for it'

/** Pure: the same always gets the same. */
export function evaluate(given: Asked, policy: Policy): Verdict {
  const { asked, because } = prepared(given, policy)
  const { riskLevel } = asked
  const shadows: Verdict['shadows'] = []
  for (const rule of policy.rules) {
    const found = applies(rule, asked)
    if ('failed' in found) continue
    const { name, effect } = rule
    if (rule.shadow) {
      shadows.push({ rule: name, would: effect.kind })
      continue
    }
    const ask = effect.kind === 'ask' ? effect.ask : null
    const text = effect.kind === 'deny' ? effect.text : null
    const grantSeconds = grantSecondsOf(effect)
    return {
      effect: effect.kind,
      rule: name,
      text,
      because: [...found.unknown, ...because],
      ask,
      grantSeconds,
      riskLevel,
      shadows,
    }
  }
  const isAsked = policy.default === 'ask'
  return {
    effect: policy.default,
    rule: null,
    text: isAsked ? null : NO_RULE,
    because,
    ask: isAsked ? USUAL_ASK : null,
    grantSeconds: isAsked ? GRANT_SECONDS.usual : 0,
    riskLevel,
    shadows,
  }
}

function grantSecondsOf(effect: Rule['effect']): number {
  if (effect.kind === 'deny') return 0
  return (effect.kind === 'ask' ? effect.ask.grantSeconds : effect.grantSeconds) ?? GRANT_SECONDS.usual
}

/**
 * As the rules look at it: names in lower case, the risk as high as the floors make it. `because`: what could not be
 * told, and raised it.
 */
export function prepared(given: Asked, { riskFloors }: Policy): { asked: Asked; because: string[] } {
  const asked = {
    ...given,
    tool: given.tool.toLowerCase(),
    agentId: given.agentId.toLowerCase(),
    environment: given.environment?.toLowerCase() ?? null,
  }
  const because = new Set<string>()
  for (const floor of riskFloors) {
    if (atLeast(asked.riskLevel, floor.atLeast) || misfit(floor, asked) !== undefined) continue
    asked.riskLevel = floor.atLeast
    for (const unknown of unknownOf(floor, asked)) because.add(`${unknown}, which raises the risk`)
  }
  return { asked, because: [...because] }
}

/** What of a rule does not fit: a field of its match, or what could not be told of the request, as a sentence. */
export type Misfit =
  | 'tools'
  | 'agents'
  | 'environments'
  | 'min_risk'
  | 'max_risk'
  | { where: string }
  | { unknown: string }

/**
 * Whether a rule is for this. `asked`: as `prepared`. What cannot be told of the request makes a rule match that asks
 * or denies, and one that allows not: an agent gains nothing by leaving something out.
 */
export function applies({ match, effect }: Rule, asked: Asked): { unknown: string[] } | { failed: Misfit } {
  const failed = misfit(match, asked) ?? riskMisfit(match, asked)
  if (failed !== undefined) return { failed }
  const looked = lookAt(asked.arguments, match.where)
  if ('failed' in looked) return { failed: { where: looked.failed } }
  const unknown = [...unknownOf(match, asked), ...looked.unknown]
  const [first] = unknown
  return effect.kind === 'allow' && first !== undefined ? { failed: { unknown: first } } : { unknown }
}

/** The first part that does not fit, as far as can be told. */
function misfit({ tools, agents, environments }: Who, asked: Asked): Misfit | undefined {
  if (!fits(tools, asked.tool)) return 'tools'
  if (!fits(agents, asked.agentId)) return 'agents'
  const { environment } = asked
  return environment === null || fits(environments, environment) ? undefined : 'environments'
}

/** What the fields name and the request leaves out. */
function unknownOf({ environments }: Who, { environment }: Asked): string[] {
  return environments !== null && environment === null ? ['environment is missing'] : []
}

function fits(patterns: string[] | null, name: string): boolean {
  return patterns === null || patterns.some((pattern) => matchesGlob(pattern, name))
}

function riskMisfit({ minRisk, maxRisk }: Match, { riskLevel }: Asked): Misfit | undefined {
  if (minRisk !== null && !atLeast(riskLevel, minRisk)) return 'min_risk'
  return maxRisk === null || atLeast(maxRisk, riskLevel) ? undefined : 'max_risk'
}
