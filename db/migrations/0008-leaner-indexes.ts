// Writes one index less for each approval, and finds deliveries by their event, so that both can be deleted.

import { type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // Counts by risk are read from the index by age alone, too.
  await sql`drop index approvals_pending_risk`.execute(db)
  await sql`drop index approvals_pending_age`.execute(db)
  await sql`create index approvals_pending_age on approvals (status, is_test, created_at, risk_level)
    where status = 'pending'`.execute(db)
  await findDeliveriesByEvent(db)
}

/** Without it, each event that is deleted would be looked for in all that was ever sent. */
async function findDeliveriesByEvent(db: Kysely<unknown>): Promise<void> {
  if (db.getExecutor().adapter instanceof SqliteAdapter) return rebuild(db)
  await sql`alter table deliveries drop constraint deliveries_once`.execute(db)
  await sql`alter table deliveries add constraint deliveries_once unique (event_id, destination_id)`.execute(
    db,
  )
}

/** SQLite changes no constraint of a table that is there. Nothing refers to this table. */
async function rebuild(db: Kysely<unknown>): Promise<void> {
  const indexes = await sql<{ sql: string }>`select sql from sqlite_master
    where type = 'index' and tbl_name = 'deliveries' and sql is not null`.execute(db)
  await sql`create table deliveries_rebuilt (
    id text primary key, destination_id text not null references destinations (id),
    event_id text not null references events (id), subject_id text, state text not null,
    attempts integer not null, next_attempt_at bigint not null, last_error text, created_at bigint not null,
    finished_at bigint, class integer default 3 not null, lane text default '' not null,
    rank text default '' not null, constraint deliveries_once unique (event_id, destination_id)
  ) without rowid`.execute(db)
  await sql`insert into deliveries_rebuilt select id, destination_id, event_id, subject_id, state, attempts,
    next_attempt_at, last_error, created_at, finished_at, class, lane, rank from deliveries`.execute(db)
  await sql`drop table deliveries`.execute(db)
  await sql`alter table deliveries_rebuilt rename to deliveries`.execute(db)
  for (const index of indexes.rows) await sql.raw(index.sql).execute(db)
}
