// Gives every delivery its place in the order of sends, and every destination the memory of whose turn it is.

import { type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // SQLite would go on taking it instead of the ones that are made below.
  await sql`drop index deliveries_due`.execute(db)
  if (db.getExecutor().adapter instanceof SqliteAdapter) await rebuildDeliveries(db)
  else await alterDeliveries(db)
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

  // What waits is in the first of these, or in the second.
  await sql`create index deliveries_cards on deliveries (destination_id, lane, rank, id)
    where state = 'pending' and class = 0`.execute(db)
  await sql`create index deliveries_others on deliveries (destination_id, class, next_attempt_at, id)
    where state = 'pending' and class > 0`.execute(db)
  await sql`create index deliveries_retrying on deliveries (destination_id, id)
    where state = 'pending' and attempts > 0`.execute(db)
}

/**
 * Beside the new columns: a delivery does not refer to its event any more. To delete an event with its approval would
 * else be to look for the event in all that was ever sent. Both are written, and deleted, in one transaction.
 */
async function alterDeliveries(db: Kysely<unknown>): Promise<void> {
  await sql`alter table deliveries
    add column class integer not null default 3,
    add column lane text not null default '',
    add column rank bigint not null default 0,
    drop constraint deliveries_event_id_fkey`.execute(db)
}

/** The same where a table's references cannot be changed. Nothing refers to this table. */
async function rebuildDeliveries(db: Kysely<unknown>): Promise<void> {
  const indexes = await sql<{ sql: string }>`select sql from sqlite_master
    where type = 'index' and tbl_name = 'deliveries' and sql is not null`.execute(db)
  await sql`create table deliveries_rebuilt (
    id text primary key, destination_id text not null references destinations (id), event_id text not null,
    subject_id text, state text not null, attempts integer not null, next_attempt_at bigint not null,
    last_error text, created_at bigint not null, finished_at bigint, class integer not null default 3,
    lane text not null default '', rank bigint not null default 0,
    constraint deliveries_once unique (destination_id, event_id)
  ) without rowid`.execute(db)
  await sql`insert into deliveries_rebuilt (id, destination_id, event_id, subject_id, state, attempts,
      next_attempt_at, last_error, created_at, finished_at)
    select id, destination_id, event_id, subject_id, state, attempts, next_attempt_at, last_error, created_at,
      finished_at from deliveries`.execute(db)
  await sql`drop table deliveries`.execute(db)
  await sql`alter table deliveries_rebuilt rename to deliveries`.execute(db)
  for (const index of indexes.rows) await sql.raw(index.sql).execute(db)
}

/** What waits already, as the same rows would be placed if they were written now. */
async function placeWaiting(db: Kysely<unknown>): Promise<void> {
  await sql`update deliveries set class = 2 where state = 'pending' and exists (select 1 from events as e
    where e.id = deliveries.event_id and e.approval_id is null and e.severity = 'critical')`.execute(db)
  await sql`update deliveries set class = 1 where state = 'pending' and exists (select 1 from events as e
    where e.id = deliveries.event_id and e.approval_id is not null)`.execute(db)
  const asked = sql`from approvals as a where a.id = deliveries.subject_id`
  await sql`update deliveries set class = 0,
      lane = (select a.owner_key_id ${asked}),
      rank = (select 1000000000000000 * case a.risk_level when 'critical' then 0 when 'high' then 1
        when 'medium' then 2 when 'low' then 3 else 4 end + a.expires_at ${asked})
    where state = 'pending' and class = 1
    and exists (select 1 ${asked} and a.status = 'pending')
    and not exists (select 1 from deliveries as earlier where earlier.subject_id = deliveries.subject_id
      and earlier.destination_id = deliveries.destination_id and earlier.id < deliveries.id)`.execute(db)
}
