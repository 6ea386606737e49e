// Reads one rule of a policy: its name, what it matches, and whether it allows, denies or asks.

import { atLeast, SEVERITIES } from '../events/severity.ts'
import { type Effect, MAX_DENIAL, MAX_NAME, MAX_PATTERNS, type Match, type Rule, type Who } from './policy.ts'
import { ASK_FIELDS, askOf, grantSecondsOf } from './read-ask.ts'
import { whereOf } from './read-where.ts'
import { fieldsOf, flagOf, hintsOf, isOneLine, lineOf, listOf, type Spot, wordOf, wrong } from './spot.ts'

const EFFECTS = ['ask', 'allow', 'deny'] as const
const FIELDS = ['name', 'match', ...EFFECTS, 'shadow'] as const
export const WHO_FIELDS = ['tools', 'agents', 'environments'] as const
const MATCH_FIELDS = [...WHO_FIELDS, 'min_risk', 'max_risk', 'where'] as const
const ALLOW_EXAMPLE = '{grant_seconds: 60}'
const EXAMPLE = '{name: reads, match: {tools: ["*.read"]}, allow: true}'

const HINTS = hintsOf(
  ['it belongs in match', MATCH_FIELDS],
  ['it belongs in ask', ASK_FIELDS],
  ['it belongs in ask, or in allow', ['grant_seconds']],
  ['a rule has allow: true, or ask where people are to approve', ['approve', 'approved', 'permit', 'accept']],
  ['a rule has one of ask, allow and deny', ['action', 'effect', 'decision', 'verdict', 'then']],
  ['did you mean ask?', ['review', 'require_approval', 'approval']],
  ['did you mean deny?', ['reject', 'block', 'forbid', 'refuse']],
  ['did you mean match?', ['when', 'if', 'condition', 'conditions']],
)
const MATCH_HINTS = hintsOf(
  ['did you mean min_risk or max_risk?', ['risk', 'severity', 'level']],
  ['it belongs in where: {amount: {above: 500}}', ['arguments', 'args']],
)

/** `taken`: the names of the rules before it, in lower case; this one's is added. */
export function ruleOf(unnamed: Spot, taken: Set<string>): Rule | undefined {
  if (unnamed.tree.kind !== 'map') return wrong(unnamed, `must be an object such as ${EXAMPLE}`)
  const rule = nameOf(unnamed)
  const spot = { ...unnamed, shown: '', rule: rule ?? null }
  const fields = fieldsOf(spot, FIELDS, EXAMPLE, HINTS)
  if (!fields) return undefined
  if (!fields.name) wrong(spot, 'a rule must have a name, such as name: large refunds')
  const name = fields.name && lineOf(fields.name, MAX_NAME, 'large refunds')
  if (fields.name && name !== undefined) {
    if (taken.has(name.toLowerCase())) wrong(fields.name, 'is the name of an earlier rule too')
    taken.add(name.toLowerCase())
  }
  const match = fields.match ? matchOf(fields.match) : ANYTHING
  const effect = effectOf(spot, fields)
  const shadow = fields.shadow ? flagOf(fields.shadow) : false
  const isRead = name !== undefined && match !== undefined && effect !== undefined && shadow !== undefined
  return isRead ? { name, match, effect, shadow } : undefined
}

/** Before anything else, so that every mistake of the rule names it. */
function nameOf({ tree }: Spot): string | undefined {
  const value = tree.kind === 'map' ? tree.entries.find(({ name }) => name === 'name')?.value : undefined
  return value?.kind === 'text' && isOneLine(value.text) ? value.text.slice(0, MAX_NAME) : undefined
}

const ANYTHING: Match = {
  tools: null,
  agents: null,
  environments: null,
  minRisk: null,
  maxRisk: null,
  where: [],
}

function matchOf(spot: Spot): Match | undefined {
  const fields = fieldsOf(spot, MATCH_FIELDS, '{tools: ["payments.*"]}', MATCH_HINTS)
  if (!fields) return undefined
  const minRisk = fields.min_risk ? wordOf(fields.min_risk, SEVERITIES) : null
  const maxRisk = fields.max_risk ? wordOf(fields.max_risk, SEVERITIES) : null
  if (minRisk && maxRisk && !atLeast(maxRisk, minRisk)) {
    wrong(spot, `matches nothing: min_risk ${minRisk} is above max_risk ${maxRisk}`)
  }
  const where = fields.where ? whereOf(fields.where) : []
  if (minRisk === undefined || maxRisk === undefined || where === undefined) return undefined
  return { ...whoOf(fields), minRisk, maxRisk, where }
}

export function whoOf(fields: { [Name in keyof Who]?: Spot }): Who {
  return {
    tools: patternsOf(fields.tools, '["payments.*"]'),
    agents: patternsOf(fields.agents, '[agent-123]'),
    environments: patternsOf(fields.environments, '[production]'),
  }
}

/** In lower case. What is wrong is collected, and the policy refused with it. */
function patternsOf(spot: Spot | undefined, example: string): string[] | null {
  if (!spot) return null
  return (
    listOf(spot, { most: MAX_PATTERNS, example }, (entry) => {
      const pattern = lineOf(entry, 200, example.slice(1, -1))
      if (pattern === undefined || /^[ -~]+$/.test(pattern)) return pattern?.toLowerCase()
      return wrong(entry, 'can match nothing: the names of tools, agents and environments are visible ASCII')
    }) ?? null
  )
}

function effectOf(spot: Spot, fields: Partial<Record<(typeof EFFECTS)[number], Spot>>): Effect | undefined {
  const given = EFFECTS.filter((effect) => fields[effect])
  // What is there instead was told already, with what it was meant for.
  if (given.length === 0 && hasForeignField(spot)) return undefined
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none' : given.join(' and ')
    return wrong(spot, `a rule must have exactly one of ask, allow and deny; this one has ${found}`)
  }
  if (fields.ask) {
    const ask = askOf(fields.ask)
    return ask && { kind: 'ask', ask }
  }
  if (fields.deny) {
    const text = lineOf(folded(fields.deny), MAX_DENIAL, '"Ask the database team", which the agent is told')
    return text === undefined ? undefined : { kind: 'deny', text }
  }
  return allowanceOf(fields.allow as Spot)
}

function allowanceOf(spot: Spot): Effect | undefined {
  const { tree } = spot
  if (tree.kind === 'boolean' && tree.value) return { kind: 'allow', grantSeconds: null }
  if (tree.kind !== 'map') return wrong(spot, 'must be true; a rule that does not allow has deny or ask')
  const fields = fieldsOf(spot, ['grant_seconds'], ALLOW_EXAMPLE)
  const grantSeconds = fields?.grant_seconds ? grantSecondsOf(fields.grant_seconds) : null
  return fields && grantSeconds !== undefined ? { kind: 'allow', grantSeconds } : undefined
}

function hasForeignField({ tree }: Spot): boolean {
  const known: readonly string[] = FIELDS
  return tree.kind === 'map' && tree.entries.some(({ name }) => !known.includes(name))
}

/** A text that the policy writes over several lines is one all the same. */
function folded(spot: Spot): Spot {
  const { tree } = spot
  return tree.kind === 'text'
    ? { ...spot, tree: { ...tree, text: tree.text.trim().replace(/\s+/g, ' ') } }
    : spot
}
