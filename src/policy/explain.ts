// Tells of each rule of a policy whether it is for an action, and why or why not.

import { identifier, setApart } from '../kit/identifier.ts'
import { type Asked, applies, evaluate, type Misfit, prepared, type Verdict } from './evaluate.ts'
import type { Policy, Rule } from './policy.ts'

export interface RuleTrace {
  rule: string
  shadow: boolean
  would: Rule['effect']['kind']
  /** `noted`: it would have applied, and is a shadow rule. `not_reached`: an earlier one applied. */
  outcome: 'applied' | 'noted' | 'did_not_fit' | 'not_reached'
  /** One sentence, in our words. */
  why: string
}

/** What `evaluate` says, and how it came to that. `rules`: all of them, in their order. */
export function explain(asked: Asked, policy: Policy): { verdict: Verdict; rules: RuleTrace[] } {
  const verdict = evaluate(asked, policy)
  const { asked: asSeen } = prepared(asked, policy)
  // Names as they were given, not as they are compared.
  const asGiven = { ...asked, riskLevel: asSeen.riskLevel }
  let isOver = false
  const rules = policy.rules.map((rule): RuleTrace => {
    const { name, shadow, effect } = rule
    const trace = { rule: name, shadow, would: effect.kind }
    if (isOver) return { ...trace, outcome: 'not_reached', why: 'An earlier rule applied' }
    const found = applies(rule, asSeen)
    if ('failed' in found) {
      return { ...trace, outcome: 'did_not_fit', why: whyNot(found.failed, rule, asGiven) }
    }
    isOver = !shadow
    const unknown = found.unknown.join(' and ')
    const why = unknown === '' ? 'Everything fits' : `${unknown}, so it matches`
    return { ...trace, outcome: shadow ? 'noted' : 'applied', why }
  })
  return { verdict, rules }
}

function whyNot(failed: Misfit, { match }: Rule, asked: Asked): string {
  const shown = (name: string) => setApart(identifier(name))
  switch (failed) {
    case 'tools':
      return `It is not for the tool ${shown(asked.tool)}`
    case 'agents':
      return `It is not for the agent ${shown(asked.agentId)}`
    case 'environments':
      return `It is not for the environment ${shown(asked.environment ?? '')}`
    case 'min_risk':
      return `The risk is ${asked.riskLevel}, below ${match.minRisk}`
    case 'max_risk':
      return `The risk is ${asked.riskLevel}, above ${match.maxRisk}`
    default:
      return 'where' in failed
        ? `${failed.where} is not as it says`
        : `${failed.unknown}, so it allows nothing`
  }
}
