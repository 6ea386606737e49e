// Counts alerts that repeat, for destinations that hear only of those, and finds alerts by what they are about.

import { type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const onSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  await db.schema.alterTable('deliveries').addColumn('repeated', 'text').execute()
  await db.schema
    .createTable('repeats')
    .addColumn('destination_id', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('agent_id', 'text', (c) => c.notNull())
    .addColumn('times', 'text', (c) => c.notNull())
    .addColumn('quiet_until', 'bigint', (c) => c.notNull())
    .addColumn('kept_until', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('repeats_pk', ['destination_id', 'type', 'agent_id'])
    .$call((table) => (onSqlite ? table.modifyEnd(sql`without rowid`) : table))
    .execute()
  await db.schema.createIndex('repeats_kept').on('repeats').column('kept_until').execute()

  await db.schema.alterTable('events').addColumn('is_acknowledged', 'integer').execute()
  await sql`update events set is_acknowledged = case when exists (select 1 from acknowledgements as a
    where a.event_id = events.id) then 1 else 0 end where approval_id is null`.execute(db)
  // Lists go from the newest to the oldest, also from or up to a time. Events of approvals pay for none of it.
  for (const column of ['type', 'severity', 'agent_id', 'tool', 'is_acknowledged']) {
    await sql`create index ${sql.id(`alerts_by_${column}`)} on events (${sql.id(column)}, created_at, id)
      where approval_id is null and about is null`.execute(db)
  }
  // SQLite, which has no statistics, would take the index by approval unless this one begins with more of what is asked.
  const asked = onSqlite ? sql`approval_id, about, ` : sql``
  await sql`create index alerts_by_time on events (${asked}created_at, id)
    where approval_id is null and about is null`.execute(db)
}
