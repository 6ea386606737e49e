// Keeps the versions of the policy: each text byte for byte as it was sent, the highest number in force.

import { LRUCache } from 'lru-cache'
import type { PolicyRow } from '../../db/schema.ts'
import { record } from '../audit/append.ts'
import { sha256Hex } from '../kit/canonical-json.ts'
import type { Clock } from '../kit/clock.ts'
import type { Database, Executor } from '../store/database.ts'
import { lockPeople } from '../store/persons.ts'
import * as store from '../store/policies.ts'
import { findUnfulfillable } from './fulfillable.ts'
import { findNamed, groupsIn, type NamedGroup } from './groups.ts'
import type { Policy } from './policy.ts'
import { type PolicyMistake, type ReadPolicy, readPolicy } from './read-policy.ts'
import { countShadowed, type Shadowed } from './shadowed.ts'

export type { NamedGroup, Shadowed }

export interface PolicyVersion {
  /** From 1. */
  version: number
  text: string
  mediaType: string
  /** Throws where this program cannot read it. */
  readonly policy: Policy
  createdAt: number
  /** The API key. */
  createdBy: string
}

export interface NewVersion {
  text: string
  mediaType: string
  /** The key that asks. */
  by: string
  /** Only while this one is in force; 0: only while there is none. undefined: whatever is in force. */
  ifVersion?: number | undefined
}

/** `changed`: another version is in force, by its number; 0: none is. */
export type Applied = { version: PolicyVersion } | { mistakes: PolicyMistake[] } | { changed: number }

export interface Policies {
  /** undefined, here and below: there is none. */
  inForce(): Promise<PolicyVersion | undefined>
  find(version: number): Promise<PolicyVersion | undefined>
  /** The newest first; `before`: only those of a lower number. */
  list(before: number | undefined, limit: number): Promise<Omit<PolicyVersion, 'text' | 'policy'>[]>
  /** Whether it could be applied now; nothing is kept. */
  check(text: string): Promise<{ policy: Policy } | { mistakes: PolicyMistake[] }>
  /** A compare-and-set, audited. What is in force already, byte for byte, stays the version that it is. */
  apply(wanted: NewVersion): Promise<Applied>
  /** The groups of these names that there are, with who is in them. */
  groups(names: readonly string[]): Promise<Map<string, NamedGroup>>
  /** What shadow rules would have done in the last so many milliseconds; so many approvals are listed. */
  shadowed(lastMs: number, shown: number): Promise<Shadowed>
}

export interface PolicyOptions {
  db: Database
  clock: Clock
  /** The channel types on which people see cards. */
  reviewable: readonly string[]
}

export function createPolicies({ db, clock, reviewable }: PolicyOptions): Policies {
  const unfulfillable = (trx: Executor, { policy, lines }: Readable) =>
    findUnfulfillable(trx, policy, { lines, reviewable, now: clock.now() })

  return {
    async inForce() {
      const row = await store.findPolicyInForce(db.read)
      return row && versionOf(row)
    },
    async find(version) {
      const row = await store.findPolicy(db.read, version)
      return row && versionOf(row)
    },
    async list(before, limit) {
      const rows = await store.listPolicies(db.read, before, limit)
      return rows.map(({ version, media_type, created_by, created_at }) => {
        return { version, mediaType: media_type, createdAt: created_at, createdBy: created_by }
      })
    },
    async check(text) {
      const read = readPolicy(text)
      if ('mistakes' in read) return read
      const mistakes = await unfulfillable(db.read, read)
      return mistakes.length > 0 ? { mistakes } : { policy: read.policy }
    },
    apply(wanted) {
      const read = readPolicy(wanted.text)
      if ('mistakes' in read) return Promise.resolve(read)
      return db.transact((trx) => apply(trx, wanted, clock.now(), () => unfulfillable(trx, read)))
    },
    groups: (names) => findNamed(db.read, names, clock.now()),
    shadowed: (lastMs, shown) => countShadowed(db.read, clock.now() - lastMs, shown),
  }
}

type Readable = Exclude<ReadPolicy, { mistakes: unknown }>

async function apply(
  trx: Executor,
  { text, mediaType, by, ifVersion }: NewVersion,
  now: number,
  findMistakes: () => Promise<PolicyMistake[]>,
): Promise<Applied> {
  // Nobody leaves a group, and nobody else changes the policy, between the check and the commit.
  await lockPeople(trx)
  const before = await store.findPolicyInForce(trx)
  const current = before?.version ?? 0
  if (ifVersion !== undefined && ifVersion !== current) return { changed: current }
  const mistakes = await findMistakes()
  if (mistakes.length > 0) return { mistakes }
  if (before?.text === text && before.media_type === mediaType) return { version: versionOf(before) }
  const row = { version: current + 1, text, media_type: mediaType, created_by: by, created_at: now }
  if (!(await store.insertPolicy(trx, row))) return { changed: current + 1 }
  const facts = { by, version: row.version, sha256: sha256Hex(text), media_type: mediaType }
  await record(trx, { at: now, action: 'policy.changed', subject: 'policy', facts, personal: {} })
  return { version: versionOf(row) }
}

/** A long one takes a tenth of a second to read. */
const MOST_PARSED = 8
const parsed = new LRUCache<string, Policy>({ max: MOST_PARSED })

/** Throws for a text that this program would not have kept. */
function parsedOnce(text: string): Policy {
  const known = parsed.get(text)
  if (known) return known
  const read = readPolicy(text)
  if ('mistakes' in read) throw new Error(`the policy in force cannot be read: ${read.mistakes[0]?.message}`)
  parsed.set(text, read.policy)
  return read.policy
}

/** Its text can be read and replaced also where a later version of this program kept it, which reads more fields. */
function versionOf(row: PolicyRow): PolicyVersion {
  return {
    version: row.version,
    text: row.text,
    mediaType: row.media_type,
    createdAt: row.created_at,
    createdBy: row.created_by,
    get policy() {
      return parsedOnce(row.text)
    },
  }
}

/** For use in a transaction: what is in force there, at the price of one small query. undefined: there is none. */
export async function policyInForce(trx: Executor): Promise<{ version: number; policy: Policy } | undefined> {
  const row = await store.findPolicyText(trx)
  return row && { version: row.version, policy: parsedOnce(row.text) }
}

/** Whether the policy in force names this group: then it is neither deleted nor called otherwise. */
export async function isNamedInForce(trx: Executor, name: string): Promise<boolean> {
  const inForce = await policyInForce(trx)
  return inForce !== undefined && groupsIn(inForce.policy).includes(name)
}
