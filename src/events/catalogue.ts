// Lists every type of event that is worth telling by its one name, and resolves what others call it.

import { ALIASES } from './aliases.ts'
import type { Severity } from './severity.ts'

interface Entry {
  /** Where the event names none; null: the risk of its approval, or the severity of the alert that it is about. */
  severity: Severity | null
  meaning: string
  /** A type that is over by it. */
  ends?: string
}

export const EVENT_TYPES = {
  'approval.requested': { severity: null, meaning: 'An agent asks for a human decision.' },
  'approval.voted': { severity: null, meaning: 'Somebody voted, and more votes are awaited.' },
  'approval.escalated': { severity: null, meaning: 'Another group is asked too, because time passed.' },
  'approval.reviewers_added': {
    severity: null,
    meaning: 'An admin added somebody to a group that is asked.',
  },
  'approval.reminded': {
    severity: null,
    meaning: 'Those who are asked and have not voted were reminded, because half of the time is over.',
  },
  'approval.decided': { severity: null, meaning: 'It was approved or denied.' },
  'approval.expired': { severity: null, meaning: 'Nobody decided in time.' },
  'approval.redeemed': { severity: null, meaning: 'What was approved runs: its grant was redeemed.' },
  'approval.revoked': { severity: null, meaning: 'Its grant was taken back before it ran.' },
  'approval.grant_ended': { severity: null, meaning: 'It was approved, and did not run in its time.' },
  'approval.unreached': { severity: null, meaning: 'No destination has taken its card in time.' },
  'approval.withdrawn': { severity: null, meaning: 'The agent no longer needs an answer.' },

  'policy.violation': { severity: 'high', meaning: 'An agent broke a policy, or tried to.' },
  'policy.warning': { severity: 'medium', meaning: 'An agent came close to breaking a policy.' },
  'decision.allow': { severity: 'info', meaning: 'A policy let an action pass.' },
  'decision.deny': { severity: 'high', meaning: 'A policy denied an action.' },
  'decision.sanitize': { severity: 'low', meaning: 'An action passed after parts of it were removed.' },
  'decision.require_approval': { severity: 'medium', meaning: 'A policy left an action to a person.' },

  'pii.detected': { severity: 'medium', meaning: 'Personal data is in what an agent reads or writes.' },
  'content_safety.detected': { severity: 'high', meaning: 'What an agent reads or writes is unsafe.' },
  'jailbreak.detected': { severity: 'critical', meaning: 'Somebody tried to free an agent of its rules.' },
  'anomaly.detected': { severity: 'medium', meaning: 'An agent behaves unlike before.' },
  'drift.alert': { severity: 'medium', meaning: 'An agent is not configured as it was approved.' },
  'security.alert': { severity: 'high', meaning: 'The security of an agent is in doubt.' },
  incident: { severity: 'critical', meaning: 'Something happened that people must look after now.' },

  'budget.warning': { severity: 'medium', meaning: 'Spending comes close to its limit.' },
  'budget.exceeded': { severity: 'critical', meaning: 'Spending is over its limit.' },
  'circuit_breaker.triggered': { severity: 'critical', meaning: 'A circuit breaker stopped an agent.' },
  'circuit_breaker.reset': {
    severity: 'info',
    meaning: 'The agent may run again.',
    ends: 'circuit_breaker.triggered',
  },

  'agent.blocked': { severity: 'high', meaning: 'An agent was kept from acting.' },
  'agent.registered': { severity: 'info', meaning: 'There is a new agent.' },
  'agent.updated': { severity: 'info', meaning: "An agent's configuration changed." },
  'agent.status': { severity: 'info', meaning: 'An agent was deployed, stopped or failed.' },
  'system.health': { severity: 'info', meaning: 'How the system around the agents fares.' },
  'event.acknowledged': { severity: null, meaning: 'Somebody sees to an alert.' },
  'destination.misconfigured': {
    severity: 'high',
    meaning: 'A destination takes nothing until an admin corrects a setting.',
  },
  'destination.disabled': { severity: 'high', meaning: 'A destination is gone and was switched off.' },
} as const satisfies Record<string, Entry>

export type EventType = keyof typeof EVENT_TYPES
/** Only we tell these. */
export type ReservedType = Extract<EventType, `${'approval' | 'destination' | 'event'}.${string}`>

/** How an approval was decided: each may be asked for by itself, and `approval.decided` is both. */
export const VERDICTS: ReadonlyMap<string, string> = new Map([
  ['approval.approved', 'approved'],
  ['approval.denied', 'denied'],
])

/** Longer texts than any name are compared by their beginning. */
const LONGEST_COMPARED = 60
const TYPES = Object.keys(EVENT_TYPES) as EventType[]
const TYPE_BY_ALIAS: ReadonlyMap<string, EventType> = new Map<string, EventType>(ALIASES)
const NAMES = [...TYPES.map((type) => [type, type] as const), ...ALIASES].map(([name, type]) => ({
  type,
  pairs: pairsOf(name),
}))

/** Refused from outside; a type that is not reserved has a severity of its own. */
export function isReserved(type: EventType): type is ReservedType {
  return /^(approval|destination|event)\./.test(type)
}

/** What is over by it; undefined: nothing is. */
export function endedBy(type: EventType): EventType | undefined {
  const entry: Entry | undefined = EVENT_TYPES[type]
  return entry?.ends as EventType | undefined
}

/** The type that a name or an alias means, whatever its case. */
export function canonicalType(text: string): EventType | undefined {
  const name = text.toLowerCase()
  if (isType(name)) return name
  return VERDICTS.has(name) ? 'approval.decided' : TYPE_BY_ALIAS.get(name)
}

/** For "did you mean": the type whose name, or an alias of it, has the most pairs of letters in common. */
export function nearestType(text: string): EventType {
  const wanted = pairsOf(text.slice(0, LONGEST_COMPARED).toLowerCase())
  const likeness = (pairs: Set<string>) =>
    [...wanted].filter((pair) => pairs.has(pair)).length / (wanted.size + pairs.size)
  return NAMES.reduce((best, name) => (likeness(name.pairs) > likeness(best.pairs) ? name : best)).type
}

function isType(name: string): name is EventType {
  return Object.hasOwn(EVENT_TYPES, name)
}

function pairsOf(name: string): Set<string> {
  return new Set(Array.from({ length: name.length + 1 }, (_, at) => ` ${name} `.slice(at, at + 2)))
}
