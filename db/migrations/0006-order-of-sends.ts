// Gives every delivery its place in the order of sends, and every destination the memory of whose turn it is.

import { type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('deliveries')
    .addColumn('class', 'integer', (c) => c.notNull().defaultTo(3))
    .execute()
  await db.schema
    .alterTable('deliveries')
    .addColumn('lane', 'text', (c) => c.notNull().defaultTo(''))
    .execute()
  await db.schema
    .alterTable('deliveries')
    .addColumn('rank', 'text', (c) => c.notNull().defaultTo(''))
    .execute()
  await db.schema.alterTable('destinations').addColumn('turns', 'text').execute()
  await db.schema
    .alterTable('destinations')
    .addColumn('leased_at', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema.alterTable('destinations').addColumn('trouble_since', 'bigint').execute()
  await db.schema
    .alterTable('destinations')
    .addColumn('slow', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()

  await placeWaiting(db)

  // Each row that waits is in one of the two. With the former index still there SQLite would take that.
  await sql`drop index deliveries_due`.execute(db)
  await sql`create index deliveries_cards on deliveries (destination_id, lane, rank)
    where state = 'pending' and class = 0`.execute(db)
  await sql`create index deliveries_retrying on deliveries (destination_id, id)
    where state = 'pending' and attempts > 0`.execute(db)
  await sql`create index deliveries_others on deliveries (destination_id, class, next_attempt_at, id)
    where state = 'pending' and class > 0`.execute(db)
}

/** What waits already, as the same rows would be placed if they were written now. */
async function placeWaiting(db: Kysely<unknown>): Promise<void> {
  await sql`update deliveries set class = 2 where state = 'pending' and exists (select 1 from events as e
    where e.id = deliveries.event_id and e.approval_id is null and e.severity = 'critical')`.execute(db)
  await sql`update deliveries set class = 1 where state = 'pending' and exists (select 1 from events as e
    where e.id = deliveries.event_id and e.approval_id is not null)`.execute(db)
  const asked = sql`from approvals as a where a.id = deliveries.subject_id`
  const onSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const expiry = onSqlite
    ? sql`substr('000000000000000' || a.expires_at, -15)`
    : sql`lpad(cast(a.expires_at as text), 15, '0')`
  await sql`update deliveries set class = 0,
      lane = (select a.owner_key_id ${asked}),
      rank = (select case a.risk_level when 'critical' then '0' when 'high' then '1' when 'medium' then '2'
        when 'low' then '3' else '4' end || ${expiry} || deliveries.id ${asked})
    where state = 'pending' and class = 1
    and exists (select 1 ${asked} and a.status = 'pending')
    and not exists (select 1 from deliveries as earlier where earlier.subject_id = deliveries.subject_id
      and earlier.destination_id = deliveries.destination_id and earlier.id < deliveries.id)`.execute(db)
}
