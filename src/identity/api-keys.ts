// Knows API keys: whose one is, what it may do, how it is made and taken away.

import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApiKeyRow, PersonRow } from '../../db/schema.ts'
import { type Entry, record } from '../audit/append.ts'
import { sha256Hex } from '../kit/canonical-json.ts'
import type { Clock } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import * as store from '../store/api-keys.ts'
import type { Database, Executor } from '../store/database.ts'
import { findPersonByEmail, insertPerson, lockPeople, updatePersons } from '../store/persons.ts'
import { isOfDisabled } from './accounts.ts'
import { joinAddressed } from './joining.ts'
import { findPerson, findPersonById, newPerson, type Person } from './persons.ts'
import type { KeyPrincipal, Role } from './principal.ts'

export interface WantedKey {
  name: string
  roles: Role[]
  /** Binds the key to one agent: requests in another's name are refused. */
  agentId?: string
  /** Whose vote a reviewer's key casts. */
  person?: { name: string; email: string }
}

/**
 * `person_exists`: somebody has the address under another name; `person_disabled`: an admin has disabled whoever has
 * it, in whatever spelling.
 */
export interface KeyRefusal {
  code: 'person_exists' | 'person_disabled'
  /** One sentence for the admin who wants the key. */
  text: string
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
  ): Promise<{ id: string; key: string } | { refused: KeyRefusal }>
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
  createdBy: string | null
  createdAt: number
  revokedAt: number | null
}

/** Random enough that a plain SHA-256 of it can be kept. */
const KEY_BYTES = 32
/** The admin key of the environment is nobody's row in the database. */
const ENVIRONMENT_KEY_ID = 'key_environment'

export function createApiKeys(options: {
  db: Database
  clock: Clock
  adminKey: string | undefined
}): ApiKeys {
  const { db, clock, adminKey } = options
  const adminHash = adminKey === undefined ? undefined : sha256Hex(adminKey)

  return {
    async identify(key) {
      const hash = sha256Hex(key)
      if (adminHash !== undefined && timingSafeEqual(Buffer.from(hash), Buffer.from(adminHash))) {
        return { kind: 'key', id: ENVIRONMENT_KEY_ID, roles: withImplied(['admin']), standing: 'member' }
      }
      const row = await store.findApiKeyByHash(db.read, hash)
      return row?.revoked_at === null ? principalOf(row, await holderName(db, row)) : undefined
    },
    create: (wanted, by) => db.transact((trx) => create(trx, wanted, by, clock.now())),
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

/** Who was not joined to anybody elder goes by the name in their own row. */
async function holderName({ read }: Database, row: store.HeldKey): Promise<string> {
  const { person_id, person_name, person_merged_into } = row
  if (person_id === null || person_merged_into === null) return person_name ?? ''
  return (await findPersonById(read, person_id))?.name ?? ''
}

function principalOf(row: store.HeldKey, name: string): KeyPrincipal {
  return {
    kind: 'key',
    id: row.id,
    roles: withImplied(JSON.parse(row.roles)),
    standing: 'member',
    ...(row.agent_id !== null && { agentId: row.agent_id }),
    ...(row.person_id !== null && { person: { id: row.person_id, name } }),
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
): Promise<{ id: string; key: string } | { refused: KeyRefusal }> {
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

/** The person with this address, made now when nobody has it, and a reviewer from now on. Never renamed by a key. */
async function holderOf(
  trx: Executor,
  { name, email }: NonNullable<WantedKey['person']>,
  now: number,
): Promise<PersonRow | { refused: KeyRefusal }> {
  const address = email.toLowerCase()
  await lockPeople(trx)
  if (await isOfDisabled(trx, [address])) return { refused: DISABLED }
  const made = newPerson(name, { email: address, roles: ['reviewer'] }, now)
  if (await insertPerson(trx, made)) {
    await joinAddressed(trx, made, now)
    return made
  }
  const known = await findPersonByEmail(trx, address)
  if (!known) throw new Error('a person whose address is taken was not found')
  const person = await findPerson(trx, known)
  if (person.name !== name) return { refused: existing(person) }
  if (!person.roles.has('reviewer')) {
    await updatePersons(trx, [known.id], { roles: JSON.stringify([...JSON.parse(known.roles), 'reviewer']) })
  }
  return known
}

async function revoke(trx: Executor, id: string, by: string, now: number): Promise<boolean> {
  const row = await store.findApiKey(trx, id)
  if (!row) return false
  if (row.revoked_at !== null) return true
  await store.revokeApiKey(trx, id, now)
  await record(trx, { ...entryOf('api_key.revoked', id, now), facts: { by } })
  return true
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

const DISABLED: KeyRefusal = {
  code: 'person_disabled',
  text: 'The person with this e-mail address is disabled: enable them first',
}

function existing({ name }: Person): KeyRefusal {
  const text = `This e-mail address belongs to "${name}": give that name, or change the name of the person first`
  return { code: 'person_exists', text }
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
    createdBy: row.created_by,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  }
}
