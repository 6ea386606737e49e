// Lets a yes be used once within its time: the grant of an approval, its one redemption, and the keys of receipts.

import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const onSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const small = <Table extends string, Column extends string>(table: CreateTableBuilder<Table, Column>) =>
    onSqlite ? table.modifyEnd(sql`without rowid`) : table
  const approvals = () => db.schema.alterTable('approvals')
  await approvals()
    .addColumn('grant_seconds', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  for (const column of ['grant_ends_at', 'redeemed_at', 'revoked_at'] as const) {
    await approvals().addColumn(column, 'bigint').execute()
  }
  await approvals().addColumn('revoked_because', 'text').execute()
  // What was answered before left no grant.
  await sql`update approvals set grant_seconds = 600 where status = 'pending' and is_test = 0`.execute(db)
  await sql`create index approvals_granted on approvals (digest, owner_key_id)
    where grant_ends_at is not null`.execute(db)
  await sql`create index approvals_grant_end on approvals (grant_ends_at, id)
    where grant_ends_at is not null`.execute(db)

  await db.schema
    .createTable('redemptions')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('approval_id', 'text', (c) => c.notNull().unique().references('approvals.id'))
    .addColumn('redeemed_at', 'bigint', (c) => c.notNull())
    .addColumn('redeemed_by', 'text', (c) => c.notNull())
    .addColumn('receipt', 'text', (c) => c.notNull())
    .$call(small)
    .execute()

  await db.schema
    .createTable('signing_keys')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('public_key', 'text', (c) => c.notNull())
    .addColumn('sealed_private_key', 'text')
    .addColumn('active', 'integer', (c) => c.unique())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('retired_at', 'bigint')
    .$call(small)
    .execute()
}
