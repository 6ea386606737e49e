// Defines a policy as it is evaluated: ordered rules, what each asks of people, and floors of the risk.

import type { Severity } from '../events/severity.ts'
import type { Decimal } from './decimal.ts'

export interface Policy {
  /** What happens where no rule matches. */
  default: 'ask' | 'deny'
  /** The first that matches counts. */
  rules: Rule[]
  /** Raise the risk before the rules are looked at. */
  riskFloors: RiskFloor[]
}

export interface Rule {
  /** No two rules share one, whatever its case. */
  name: string
  match: Match
  effect: Effect
  /** It is noted where it would have counted, and the search goes on. */
  shadow: boolean
}

export type Effect =
  /** `grantSeconds`: as in what is asked. */
  { kind: 'allow'; grantSeconds: number | null } | { kind: 'deny'; text: string } | { kind: 'ask'; ask: Ask }

/** Patterns are in lower case; null: any. */
export interface Who {
  tools: string[] | null
  agents: string[] | null
  /** Of a request without an environment it cannot be told. */
  environments: string[] | null
}

export interface Match extends Who {
  minRisk: Severity | null
  maxRisk: Severity | null
  /** All of them hold. */
  where: Condition[]
}

export interface RiskFloor extends Who {
  atLeast: Severity
}

/** What must be true of one place in the arguments. */
export interface Condition {
  /** As the policy writes it, such as `to.domain`. */
  shown: string
  path: string[]
  /** All of them hold. */
  tests: Test[]
}

export type Value = string | boolean | Decimal

export type Test =
  | { operator: 'equals' | 'in' | 'not'; values: Value[] }
  | { operator: 'above' | 'below'; than: Decimal }
  | { operator: 'like'; glob: string }
  | { operator: 'present'; is: boolean }

export interface Requirement {
  /** The name of a group, in lower case. */
  group: string
  /** So many different people of it. */
  approvals: number
}

/** What people are asked for. JSON keeps it whole. */
export interface Ask {
  /** All of them are to be met; never empty, and no group twice. */
  requirements: Requirement[]
  /** The most that an agent may ask; null: as ever. */
  expiresInSeconds: number | null
  /** Which verdicts need a note. */
  noteRequired: ('approve' | 'deny')[]
  /** Nobody approves who has not opened all of it. */
  detailsMustBeOpened: boolean
  /** After so long the members of this group are asked too. */
  escalate: { afterSeconds: number; to: string } | null
  /** Cards go to these alone; null: as their filters say. */
  destinations: string[] | null
  /** What the agent must give. */
  require: Required[]
  /** Who is told by a message to them alone. */
  tell: Told[]
  /** So long its yes may be used, once; 0: it leaves no grant; null: as ever. */
  grantSeconds: number | null
}

export const REQUIRED = ['reasons', 'summary', 'requested_by'] as const
export type Required = (typeof REQUIRED)[number]
export const TOLD = ['reviewers', 'requester'] as const
export type Told = (typeof TOLD)[number]

/** Stands for whoever may review without a policy. */
export const REVIEWERS = 'reviewers'

/** What is asked where nothing else is said. */
export const USUAL_ASK: Ask = {
  requirements: [{ group: REVIEWERS, approvals: 1 }],
  expiresInSeconds: null,
  noteRequired: [],
  detailsMustBeOpened: false,
  escalate: null,
  destinations: null,
  require: [],
  tell: [],
  grantSeconds: null,
}

export const MAX_POLICY_BYTES = 262_144
export const MAX_RULES = 200
export const MAX_FLOORS = 200
export const MAX_REQUIREMENTS = 10
export const MAX_APPROVALS = 20
/** Of tools, agents, environments or destinations in one list. */
export const MAX_PATTERNS = 200
export const MAX_CONDITIONS = 50
export const MAX_VALUES = 500
export const MAX_PATH = 200
export const MAX_VALUE = 1_000
export const MAX_NAME = 80
export const MAX_DENIAL = 500
/** As an agent may ask itself. */
export const EXPIRY_SECONDS = { from: 10, to: 604_800 }
export const GRANT_SECONDS = { from: 0, to: 604_800, usual: 600 }
