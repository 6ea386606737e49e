// Proves that a row is stored whole: whatever inserts one names every column that its table has.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Schema } from '../../db/schema.ts'
import { createLog } from '../../src/kit/log.ts'
import { insertAcknowledgement } from '../../src/store/acknowledgements.ts'
import { insertApiKey } from '../../src/store/api-keys.ts'
import { insertPending } from '../../src/store/approvals.ts'
import { insertAttempts } from '../../src/store/attempts.ts'
import { insertAudit } from '../../src/store/audit.ts'
import { columns } from '../../src/store/compile-once.ts'
import type { Database, Executor } from '../../src/store/database.ts'
import { insertDecision } from '../../src/store/decisions.ts'
import { insertDeliveries } from '../../src/store/deliveries.ts'
import { insertDestination } from '../../src/store/destinations.ts'
import { insertAlert, insertEvent } from '../../src/store/events.ts'
import { insertGroupAccounts } from '../../src/store/group-accounts.ts'
import { insertGroup, insertMember } from '../../src/store/groups.ts'
import { takeIdempotencyKey } from '../../src/store/idempotency.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { takeFrom } from '../../src/store/pace.ts'
import { insertAccount, insertPerson } from '../../src/store/persons.ts'
import { keepState, writeState } from '../../src/store/platform-state.ts'
import { insertPolicy } from '../../src/store/policies.ts'
import { rememberCard } from '../../src/store/posted-cards.ts'
import { insertRedemption } from '../../src/store/redemptions.ts'
import { lockRun } from '../../src/store/repeats.ts'
import { insertSeen } from '../../src/store/seen.ts'
import { insertSigningKey } from '../../src/store/signing-keys.ts'
import { keepTenantName } from '../../src/store/tenants.ts'
import { replaceVouching } from '../../src/store/vouching.ts'
import { databases } from '../fakes/databases.ts'

type Row = Record<string, string | number | null>
type Table = keyof Schema

interface Insertion {
  table: Table
  insert(trx: Executor, row: Row): Promise<unknown>
  /** Columns with the id of another row. */
  refers: Row
  /** Columns that it leaves NULL on purpose. */
  leaves: string[]
}

function into<T extends Table>(
  table: T,
  insert: (trx: Executor, row: Schema[T]) => Promise<unknown>,
  { refers = {}, leaves = [] }: { refers?: Row; leaves?: (keyof Schema[T] & string)[] } = {},
): Insertion {
  return { table, insert: (trx, row) => insert(trx, row as never), refers, leaves }
}

const ofApproval = { approval_id: 'approvals.id' }
const ofPerson = { person_id: 'persons.id' }
const ofGroup = { group_id: 'groups.id' }
const ofDestination = { destination_id: 'destinations.id' }

const OF_ALERTS = [
  'agent_id',
  'agent_name',
  'tool',
  'environment',
  'summary',
  'action',
  'data',
  'key_id',
  'key_name',
  'about',
  'is_test',
  'is_acknowledged',
] as const

/** All of them, each after those that it refers to. */
const INSERTIONS: Insertion[] = [
  into('persons', insertPerson, { refers: { merged_into: 'persons.id' } }),
  into('accounts', insertAccount, { refers: ofPerson }),
  into('api_keys', insertApiKey, { refers: ofPerson }),
  into('vouching', (trx, row) => replaceVouching(trx, [row])),
  into('tenant_names', keepTenantName),
  into('groups', insertGroup),
  into('group_members', insertMember, { refers: { ...ofGroup, ...ofPerson } }),
  into('group_accounts', (trx, row) => insertGroupAccounts(trx, [row]), { refers: ofGroup }),
  into('approvals', insertPending),
  into('seen', insertSeen, { refers: { ...ofApproval, ...ofPerson } }),
  into('policies', insertPolicy),
  into('decisions', insertDecision, { refers: { ...ofApproval, ...ofPerson } }),
  into('redemptions', insertRedemption, { refers: ofApproval }),
  into('signing_keys', insertSigningKey),
  into('idempotency_keys', (trx, row) => takeIdempotencyKey(trx, row, 0)),
  into('destinations', insertDestination),
  into('events', insertAlert, { refers: ofApproval }),
  into('events', insertEvent, {
    refers: ofApproval,
    leaves: [...OF_ALERTS],
  }),
  into('acknowledgements', insertAcknowledgement, { refers: { event_id: 'events.id', ...ofPerson } }),
  into('deliveries', (trx, row) => insertDeliveries(trx, [row]), {
    refers: { ...ofDestination, event_id: 'events.id' },
  }),
  into('delivery_attempts', (trx, row) => insertAttempts(trx, [row])),
  into('posted_cards', rememberCard, { refers: ofDestination }),
  into('platform_state', (trx, { platform, key, value }) => writeState(trx, platform, key, value)),
  into('platform_state', (trx, { platform, key, value }) => keepState(trx, platform, key, value)),
  into('pace_buckets', (trx, { name, full_until }) =>
    takeFrom(trx, { name, burst: 1, intervalMs: 1 }, full_until - 1),
  ),
  into('repeats', lockRun),
  into('audit', (trx, row) => insertAudit(trx, row, { audit_id: row.id, salt: '', clear_text: '' })),
  into('audit_personal', (trx, row) =>
    insertAudit(trx, { id: row.audit_id, at: 0, action: '', subject: '', canonical: '', leaf: '' }, row),
  ),
]

describe.each(databases)('on $name', ({ create }) => {
  let database: Awaited<ReturnType<typeof create>>
  let db: Database

  beforeEach(async () => {
    database = await create()
    db = await openDatabase(database.url, { as: 'tool', log: createLog('silent') })
  })
  afterEach(async () => {
    await db.close()
    await database.drop()
  })

  test('a row with a value in every column that the database has is read back as it was', async () => {
    const columnsOf = new Map(
      (await db.read.introspection.getTables()).map(({ name, columns }) => [name, columns]),
    )
    let number = 0
    for (const [index, { table, insert, refers, leaves }] of INSERTIONS.entries()) {
      const isFirst = INSERTIONS.findIndex((other) => other.table === table) === index
      const row: Row = {}
      for (const { name, dataType } of columnsOf.get(table) ?? []) {
        number += 1
        const text = isFirst ? `${table}.${name}` : `${table}.${name} ${index}`
        row[name] = refers[name] ?? (dataType.toLowerCase() === 'text' ? text : number)
      }
      await db.transact((trx) => insert(trx, row))
      const stored = await db.read.selectFrom(table).selectAll().execute()
      const expected = { ...row, ...Object.fromEntries(leaves.map((name) => [name, null])) }
      expect(stored, table).toContainEqual(expected)
    }
  })
})

test('every insert of the store is among them', () => {
  const folder = join(import.meta.dirname, '../../src/store')
  const found = readdirSync(folder).flatMap((file) => [
    ...readFileSync(join(folder, file), 'utf8').matchAll(/(?<=insertInto\(')\w+/g),
  ])
  expect(INSERTIONS.map(({ table }) => table).toSorted()).toEqual(found.map(String).toSorted())
})

test('a list of columns that is not the whole row does not compile', () => {
  const row: { id: string; note: string | null } = { id: '1', note: null }
  expect(columns(row, 'note', 'id')).toEqual(row)
  // @ts-expect-error: `note` is missing
  expect(columns(row, 'id')).toEqual({ id: '1' })
  // @ts-expect-error: `id` is named twice
  expect(columns(row, 'id', 'note', 'id')).toEqual(row)
  // @ts-expect-error: there is no `name`
  expect(columns(row, 'id', 'note', 'name')).toEqual(row)
})
