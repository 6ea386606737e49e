// Knows API keys: whose one is, what it may do, how it is made and taken away.

import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApiKeyRow } from '../../db/schema.ts'
import { type Entry, record } from '../audit/append.ts'
import { sha256Hex } from '../kit/canonical-json.ts'
import type { Clock } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import * as store from '../store/api-keys.ts'
import type { Database, Executor } from '../store/database.ts'
import type { PersonRefusal } from './address-holder.ts'
import { holderOf } from './key-holder.ts'
import { changedLimits, type LimitName, type Limits, limitsOf } from './limits.ts'
import { findPersonById } from './persons.ts'
import type { KeyPrincipal, Role } from './principal.ts'

export interface WantedKey {
  name: string
  roles: Role[]
  /** Binds the key to one agent: requests in another's name are refused. */
  agentId?: string
  /** Whose vote a reviewer's key casts. */
  person?: { name: string; email: string }
}

export interface ApiKeys {
  /** undefined for a key that nobody made. */
  identify(key: string): Promise<KeyPrincipal | undefined>
  /**
   * Returns the key itself, which nobody can read again. A reviewer's key gives its person the role. `by`: the key
   * that asks for it, or what else makes it.
   */
  create(
    wanted: WantedKey,
    by: KeyPrincipal | 'command line' | 'first start',
  ): Promise<{ id: string; key: string } | { refused: PersonRefusal }>
  list(): Promise<KeySummary[]>
  /** Works no more from then on; revoking again changes nothing. false: there is none. */
  revoke(id: string, by: string): Promise<boolean>
  /** Another key in the old one's place, which works no more. undefined: there is none, or it is revoked. */
  rotate(id: string, by: string): Promise<string | undefined>
  isEmpty(): Promise<boolean>
  /** null: the limit of the environment from now on. undefined: there is no such key. */
  changeLimits(id: string, change: LimitChange, by: string): Promise<KeySummary | undefined>
}

export type LimitChange = Partial<Record<LimitName, number | null>>

/** What an admin sees of a key: never the key. */
export interface KeySummary {
  id: string
  name: string
  roles: Role[]
  agentId: string | null
  personId: string | null
  createdBy: string | null
  createdAt: number
  revokedAt: number | null
  /** Those that it has now. */
  limits: Limits
}

/** Random enough that a plain SHA-256 of it can be kept. */
const KEY_BYTES = 32
/** The admin key of the environment is nobody's row in the database. */
const ENVIRONMENT_KEY = { id: 'key_environment', name: 'COUNTERSIGN_ADMIN_KEY' }

export function createApiKeys(options: {
  db: Database
  clock: Clock
  adminKey: string | undefined
  /** Of keys that have none of their own. */
  limits: Limits
}): ApiKeys {
  const { db, clock, adminKey, limits } = options
  const adminHash = adminKey === undefined ? undefined : sha256Hex(adminKey)

  return {
    async identify(key) {
      const hash = sha256Hex(key)
      if (adminHash !== undefined && timingSafeEqual(Buffer.from(hash), Buffer.from(adminHash))) {
        return {
          kind: 'key',
          ...ENVIRONMENT_KEY,
          roles: withImplied(['admin']),
          standing: 'member',
          limits,
        }
      }
      const row = await store.findApiKeyByHash(db.read, hash)
      return row?.revoked_at === null ? principalOf(row, await holderName(db, row), limits) : undefined
    },
    create: (wanted, by) => db.transact((trx) => create(trx, wanted, by, clock.now())),
    list: async () => (await store.findApiKeys(db.read)).map((row) => summaryOf(row, limits)),
    async changeLimits(id, change, by) {
      const row = await db.transact((trx) => changeLimits(trx, id, change, by, clock.now()))
      return row && summaryOf(row, limits)
    },
    revoke: (id, by) => db.transact((trx) => revoke(trx, id, by, clock.now())),
    async rotate(id, by) {
      const key = randomKey()
      return db.transact(async (trx) => {
        if (!(await store.replaceKeyHash(trx, id, sha256Hex(key)))) return undefined
        await record(trx, { ...entryOf('api_key.rotated', id, clock.now()), facts: { by } })
        return key
      })
    },
    isEmpty: async () => !(await store.hasApiKeys(db.read)),
  }
}

/** Who was not joined to anybody elder goes by the name in their own row. */
async function holderName({ read }: Database, row: store.HeldKey): Promise<string> {
  const { person_id, person_name, person_merged_into } = row
  if (person_id === null || person_merged_into === null) return person_name ?? ''
  return (await findPersonById(read, person_id))?.name ?? ''
}

function principalOf(row: store.HeldKey, name: string, defaults: Limits): KeyPrincipal {
  return {
    kind: 'key',
    id: row.id,
    name: row.name,
    roles: withImplied(JSON.parse(row.roles)),
    standing: 'member',
    limits: limitsOf(row.limits, defaults),
    ...(row.agent_id !== null && { agentId: row.agent_id }),
    ...(row.person_id !== null && { person: { id: row.person_id, name, email: row.person_email } }),
  }
}

/** An admin may do what agents and auditors may, and never decides. */
function withImplied(roles: Role[]): ReadonlySet<Role> {
  return new Set(roles.includes('admin') ? [...roles, 'agent', 'auditor'] : roles)
}

async function create(
  trx: Executor,
  wanted: WantedKey,
  by: KeyPrincipal | string,
  now: number,
): Promise<{ id: string; key: string } | { refused: PersonRefusal }> {
  const holder = wanted.person && (await holderOf(trx, wanted.person, now))
  if (holder && 'refused' in holder) return holder
  const key = randomKey()
  const row: ApiKeyRow = {
    id: newId('key'),
    name: wanted.name,
    key_hash: sha256Hex(key),
    roles: JSON.stringify(wanted.roles),
    agent_id: wanted.agentId ?? null,
    person_id: holder?.id ?? null,
    created_by: typeof by === 'string' ? null : by.id,
    created_at: now,
    revoked_at: null,
    limits: null,
  }
  await store.insertApiKey(trx, row)
  await record(trx, {
    ...entryOf('api_key.created', row.id, now),
    facts: {
      by: typeof by === 'string' ? by : by.id,
      roles: wanted.roles,
      agent_id: row.agent_id,
      person_id: row.person_id,
    },
    personal: { name: row.name, person: wanted.person ?? null },
  })
  return { id: row.id, key }
}

async function revoke(trx: Executor, id: string, by: string, now: number): Promise<boolean> {
  const row = await store.findApiKey(trx, id)
  if (!row) return false
  if (row.revoked_at !== null) return true
  await store.updateApiKey(trx, id, { revoked_at: now })
  await record(trx, { ...entryOf('api_key.revoked', id, now), facts: { by } })
  return true
}

async function changeLimits(
  trx: Executor,
  id: string,
  change: LimitChange,
  by: string,
  now: number,
): Promise<ApiKeyRow | undefined> {
  const row = await store.findApiKey(trx, id)
  if (row?.revoked_at !== null) return undefined
  const limits = changedLimits(row.limits, change)
  await store.updateApiKey(trx, id, { limits })
  await record(trx, { ...entryOf('api_key.changed', id, now), facts: { by, limits: change } })
  return { ...row, limits }
}

/** Ends all keys that name one of these rows. Returns the ids of those that worked until now. */
export async function revokeKeysOf(
  trx: Executor,
  personIds: string[],
  by: string,
  now: number,
): Promise<string[]> {
  const ids = await store.revokeKeysOf(trx, personIds, now)
  for (const id of ids) await record(trx, { ...entryOf('api_key.revoked', id, now), facts: { by } })
  return ids
}

/** Returns how many worked until now. */
export async function revokeAllKeys(trx: Executor, by: string, now: number): Promise<number> {
  const working = (await store.findApiKeys(trx)).filter(({ revoked_at }) => revoked_at === null)
  for (const { id } of working) await revoke(trx, id, by, now)
  return working.length
}

function randomKey(): string {
  return `csk_${randomBytes(KEY_BYTES).toString('base64url')}`
}

function entryOf(action: Entry['action'], subject: string, at: number): Omit<Entry, 'facts'> {
  return { at, action, subject, personal: {} }
}

function summaryOf(row: ApiKeyRow, defaults: Limits): KeySummary {
  return {
    id: row.id,
    name: row.name,
    roles: JSON.parse(row.roles),
    agentId: row.agent_id,
    personId: row.person_id,
    createdBy: row.created_by,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
    limits: limitsOf(row.limits, defaults),
  }
}
