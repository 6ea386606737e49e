// Gives people a life of their own: accounts with addresses, people who are joined or disabled, who made a key, and approvals that need more than one vote.

import { createHash } from 'node:crypto'
import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely'
import { canonicalJson } from '../../packages/client/src/canonical-json.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  const onSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  /** In their primary key's own tree on SQLite, as small rows are since the first migration. */
  const small = <Table extends string, Column extends string>(table: CreateTableBuilder<Table, Column>) =>
    onSqlite ? table.modifyEnd(sql`without rowid`) : table

  await db.schema.alterTable('persons').addColumn('disabled_at', 'bigint').execute()
  await db.schema
    .alterTable('persons')
    .addColumn('merged_into', 'text', (c) => c.references('persons.id'))
    .execute()
  await db.schema.alterTable('persons').addColumn('merged_by', 'text').execute()
  await sql`create index persons_merged on persons (merged_into) where merged_into is not null`.execute(db)
  await sql`create index persons_disabled on persons (id) where disabled_at is not null`.execute(db)

  await db.schema.alterTable('accounts').addColumn('emails', 'text').execute()
  await db.schema.alterTable('accounts').addColumn('email_confirmed', 'integer').execute()
  await db.schema.createIndex('accounts_person').on('accounts').column('person_id').execute()
  // The holder of a key was known by an account of its own; now the key itself names the person.
  await sql`delete from accounts where platform = 'api'`.execute(db)

  await db.schema
    .createTable('vouching')
    .addColumn('platform', 'text', (c) => c.notNull())
    .addColumn('tenant', 'text', (c) => c.notNull())
    .addColumn('domain', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('vouching_pk', ['platform', 'tenant', 'domain'])
    .$call(small)
    .execute()

  await db.schema.alterTable('api_keys').addColumn('created_by', 'text').execute()
  await db.schema.createIndex('api_keys_created_by').on('api_keys').column('created_by').execute()
  await db.schema.createIndex('api_keys_person').on('api_keys').column('person_id').execute()

  await db.schema
    .alterTable('approvals')
    .addColumn('approvals_needed', 'integer', (c) => c.notNull().defaultTo(1))
    .execute()
  await db.schema
    .alterTable('decisions')
    .addColumn('counted', 'integer', (c) => c.notNull().defaultTo(1))
    .execute()
  await keepDecisionKeys(db)
}

/** A decision under an Idempotency-Key was known by its press alone: it becomes a key like those of all operations. */
async function keepDecisionKeys(db: Kysely<unknown>): Promise<void> {
  const { rows } =
    await sql<Decided>`select approval_id, verdict, note, interaction, decided_at from decisions
    where source = 'api' and decided_at > (select max(decided_at) from decisions) - ${DAY_MS}`.execute(db)
  for (const { approval_id: approvalId, verdict, note, interaction, decided_at } of rows) {
    const [, apiKeyId, key] = /^(key_\w+)\/(.*)$/s.exec(JSON.parse(interaction)[2]) ?? []
    if (apiKeyId === undefined || key === undefined) continue
    const request = canonicalJson({ approvalId, verdict, note })
    const hash = createHash('sha256').update(request).digest('hex')
    await sql`insert into idempotency_keys (api_key_id, operation, key, request_hash, subject_id, created_at)
      values (${apiKeyId}, 'decideApproval', ${key}, ${hash}, ${approvalId}, ${decided_at})`.execute(db)
  }
}

const DAY_MS = 24 * 60 * 60 * 1000

interface Decided {
  approval_id: string
  verdict: string
  note: string | null
  interaction: string
  decided_at: number
}
