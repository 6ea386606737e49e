// Whose key is it, and what may it do? The one place that knows API keys.

import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApiKeyRow } from '../../db/schema.ts'
import { type Entry, record } from '../audit/append.ts'
import { sha256Hex } from '../kit/canonical-json.ts'
import type { Clock } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import type { Database, Executor } from '../store/database.ts'
import * as store from '../store/people.ts'
import { type Account, saveReviewer } from './persons.ts'

export const ROLES = ['agent', 'reviewer', 'admin', 'auditor'] as const
export type Role = (typeof ROLES)[number]

/** Who is calling: a key's id, what it may do, and for reviewers the person. */
export interface Caller {
  keyId: string
  roles: ReadonlySet<Role>
  /** When set, the key speaks for this agent only. */
  agentId: string | null
  personId: string | null
}

export interface WantedKey {
  name: string
  roles: Role[]
  /** Binds the key to one agent: requests in another's name are refused. */
  agentId?: string
  /** Whose vote a reviewer's key casts. */
  person?: { name: string; email: string }
}

export interface Keyring {
  /** undefined for a key that nobody made. */
  identify(key: string): Promise<Caller | undefined>
  /** Returns the key itself, which nobody can read again. `by`: the key that asked for it, or the command line. */
  create(wanted: WantedKey, by: string): Promise<{ id: string; key: string }>
  /** The person whose vote the caller's key casts, as the desk takes them; throws when it names nobody. */
  reviewerOf(caller: Caller): Promise<Account & { emails?: string[]; standing: 'member' }>
  list(): Promise<KeySummary[]>
  /** Works no more from then on; revoking again changes nothing. false: there is none. */
  revoke(id: string, by: string): Promise<boolean>
  /** Another key in the old one's place, which works no more. undefined: there is none, or it is revoked. */
  rotate(id: string, by: string): Promise<string | undefined>
  isEmpty(): Promise<boolean>
}

/** What an admin sees of a key: never the key. */
export interface KeySummary {
  id: string
  name: string
  roles: Role[]
  agentId: string | null
  personId: string | null
  createdAt: number
  revokedAt: number | null
}

/** Random enough that a plain SHA-256 of it can be kept. */
const KEY_BYTES = 32
/** The admin key of the environment is nobody's row in the database. */
const ENVIRONMENT_KEY_ID = 'key_environment'
/** The platform of accounts whose user is a person known by API keys. */
const API_SURFACE = 'api'

export function createKeyring(options: {
  db: Database
  clock: Clock
  adminKey: string | undefined
}): Keyring {
  const { db, clock, adminKey } = options
  const adminHash = adminKey === undefined ? undefined : sha256Hex(adminKey)

  return {
    async identify(key) {
      const hash = sha256Hex(key)
      if (adminHash !== undefined && timingSafeEqual(Buffer.from(hash), Buffer.from(adminHash))) {
        return { keyId: ENVIRONMENT_KEY_ID, roles: withImplied(['admin']), agentId: null, personId: null }
      }
      const row = await store.findApiKeyByHash(db.read, hash)
      return row?.revoked_at === null
        ? {
            keyId: row.id,
            roles: withImplied(JSON.parse(row.roles)),
            agentId: row.agent_id,
            personId: row.person_id,
          }
        : undefined
    },
    create: (wanted, by) => db.transact((trx) => create(trx, wanted, by, clock.now())),
    async reviewerOf({ personId }) {
      const person = personId === null ? undefined : await store.findPerson(db.read, personId)
      if (!person) throw new Error('this key names no person')
      return {
        platform: API_SURFACE,
        tenant: '',
        userId: person.id,
        name: person.name,
        ...(person.email !== null && { emails: [person.email] }),
        standing: 'member',
      }
    },
    list: async () => (await store.findApiKeys(db.read)).map(summaryOf),
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

/** An admin may do what agents and auditors may, and never decides. */
function withImplied(roles: Role[]): ReadonlySet<Role> {
  return new Set(roles.includes('admin') ? [...roles, 'agent', 'auditor'] : roles)
}

async function create(trx: Executor, wanted: WantedKey, by: string, now: number) {
  const key = randomKey()
  const person = wanted.person && (await saveReviewer(trx, wanted.person, API_SURFACE, now))
  const row: ApiKeyRow = {
    id: newId('key'),
    name: wanted.name,
    key_hash: sha256Hex(key),
    roles: JSON.stringify(wanted.roles),
    agent_id: wanted.agentId ?? null,
    person_id: person?.id ?? null,
    created_at: now,
    revoked_at: null,
  }
  await store.insertApiKey(trx, row)
  await record(trx, {
    ...entryOf('api_key.created', row.id, now),
    facts: { by, roles: wanted.roles, agent_id: row.agent_id, person_id: row.person_id },
    personal: { name: row.name, person: wanted.person ?? null },
  })
  return { id: row.id, key }
}

async function revoke(trx: Executor, id: string, by: string, now: number): Promise<boolean> {
  const row = await store.findApiKey(trx, id)
  if (!row) return false
  if (row.revoked_at !== null) return true
  await store.revokeApiKey(trx, id, now)
  // A person whose last reviewer key is gone is no reviewer any more, on whatever surface.
  if (row.person_id !== null && !(await store.hasWorkingKeys(trx, row.person_id))) {
    await store.setPersonRoles(trx, row.person_id, '[]')
  }
  await record(trx, { ...entryOf('api_key.revoked', id, now), facts: { by } })
  return true
}

function randomKey(): string {
  return `csk_${randomBytes(KEY_BYTES).toString('base64url')}`
}

function entryOf(action: Entry['action'], subject: string, at: number): Omit<Entry, 'facts'> {
  return { at, action, subject, personal: {} }
}

function summaryOf(row: ApiKeyRow): KeySummary {
  return {
    id: row.id,
    name: row.name,
    roles: JSON.parse(row.roles),
    agentId: row.agent_id,
    personId: row.person_id,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  }
}
