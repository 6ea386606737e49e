// Reads a policy as an admin writes it, in YAML or JSON, or says what is wrong with it and where.

import { SEVERITIES } from '../events/severity.ts'
import { MAX_FLOORS, MAX_RULES, type Policy, type RiskFloor } from './policy.ts'
import { ruleOf, WHO_FIELDS, whoOf } from './read-rule.ts'
import { fieldsOf, hintsOf, listOf, type PolicyMistake, type Spot, wordOf, wrong } from './spot.ts'
import { readTree } from './yaml-tree.ts'

export type { PolicyMistake }

const FIELDS = ['default', 'rules', 'risk_floors'] as const
const HINTS = hintsOf(
  ['it belongs in a rule: rules: [{name: …, …}]', ['name', 'match', 'ask', 'allow', 'deny', 'shadow']],
  ['did you mean rules?', ['policies', 'policy']],
)
const FLOOR = '{tools: ["payments.*"], at_least: high}'

/** `lines`: the line of each place, by its path such as `rules[2].ask.destinations[0]`. */
export type ReadPolicy =
  | { policy: Policy; lines: ReadonlyMap<string, number> }
  | { mistakes: PolicyMistake[] }

/**
 * `text`: one document of at most 256 KB. Numbers keep every digit. Mistakes come in the order of the text; there is at
 * least one where there is no policy. Never throws.
 */
export function readPolicy(text: string): ReadPolicy {
  const read = readTree(text)
  if ('mistakes' in read) {
    return { mistakes: read.mistakes.map((one) => ({ ...one, rule: null, path: '' })) }
  }
  const mistakes: PolicyMistake[] = []
  const lines = new Map<string, number>()
  const policy = policyOf({ tree: read.tree, path: '', shown: '', rule: null, mistakes, lines })
  if (policy && mistakes.length === 0) return { policy, lines }
  return { mistakes: inOrder(mistakes) }
}

/** By their lines; what is of the whole comes first. */
export function inOrder(mistakes: PolicyMistake[]): PolicyMistake[] {
  return mistakes.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
}

function policyOf(spot: Spot): Policy | undefined {
  if (spot.tree.kind !== 'map') return wrong(spot, 'a policy is an object such as {default: ask, rules: []}')
  const fields = fieldsOf(spot, FIELDS, '{default: ask, rules: […]}', HINTS)
  if (!fields) return undefined
  const taken = new Set<string>()
  const example = '[{name: reads, match: {tools: ["*.read"]}, allow: true}]'
  if (!fields.rules) wrong(spot, 'a policy must have rules; without any it is rules: []')
  const rules =
    fields.rules &&
    listOf(fields.rules, { most: MAX_RULES, least: 0, example }, (entry) => ruleOf(entry, taken))
  const floors =
    fields.risk_floors &&
    listOf(fields.risk_floors, { most: MAX_FLOORS, least: 0, example: `[${FLOOR}]` }, floorOf)
  return {
    default: (fields.default && wordOf(fields.default, ['ask', 'deny'])) ?? 'ask',
    rules: rules ?? [],
    riskFloors: floors ?? [],
  }
}

function floorOf(spot: Spot): RiskFloor | undefined {
  const fields = fieldsOf(spot, [...WHO_FIELDS, 'at_least'], FLOOR)
  if (!fields) return undefined
  if (!fields.at_least) return wrong(spot, `must say how high, such as ${FLOOR}`)
  const atLeast = wordOf(fields.at_least, SEVERITIES)
  return atLeast && { ...whoOf(fields), atLeast }
}
