// Events beside approvals: alerts of agents, finer filters, the log of attempts, and limits that processes share.

import { type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const onSqlite = db.getExecutor().adapter instanceof SqliteAdapter

  // Of alerts; what is told of an approval is read from the approval.
  for (const column of [
    'agent_id',
    'agent_name',
    'tool',
    'environment',
    'summary',
    'action',
    'data',
    'key_id',
  ]) {
    await db.schema.alterTable('events').addColumn(column, 'text').execute()
  }
  for (const column of ['tools', 'agents', 'retry_policy']) {
    await db.schema.alterTable('destinations').addColumn(column, 'text').execute()
  }

  await db.schema
    .createTable('delivery_attempts')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('delivery_id', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('took_ms', 'integer', (c) => c.notNull())
    .addColumn('code', 'text')
    .addColumn('excerpt', 'text')
    .$call((table) => (onSqlite ? table.modifyEnd(sql`without rowid`) : table))
    .execute()
  await db.schema
    .createIndex('delivery_attempts_delivery')
    .on('delivery_attempts')
    .column('delivery_id')
    .execute()
  await sql`create index deliveries_finished on deliveries (finished_at)
    where finished_at is not null`.execute(db)
  await db.schema.createIndex('deliveries_event').on('deliveries').column('event_id').execute()

  await db.schema
    .createTable('pace_buckets')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('full_until', 'bigint', (c) => c.notNull())
    .$call((table) => (onSqlite ? table.modifyEnd(sql`without rowid`) : table))
    .execute()
}
