// Lets a delivery be for one person, of which one event has many at one destination.

import { type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  if (db.getExecutor().adapter instanceof SqliteAdapter) await rebuildDeliveries(db)
  else {
    await sql`alter table deliveries
      add column recipient text,
      drop constraint deliveries_once,
      add constraint deliveries_once unique (destination_id, event_id, subject_id)`.execute(db)
  }
}

/** The same where a table's constraints cannot be changed. Nothing refers to this table. */
async function rebuildDeliveries(db: Kysely<unknown>): Promise<void> {
  const indexes = await sql<{ sql: string }>`select sql from sqlite_master
    where type = 'index' and tbl_name = 'deliveries' and sql is not null`.execute(db)
  await sql`create table deliveries_rebuilt (
    id text primary key, destination_id text not null references destinations (id), event_id text not null,
    subject_id text, state text not null, attempts integer not null, next_attempt_at bigint not null,
    last_error text, created_at bigint not null, finished_at bigint, class integer not null default 3,
    lane text not null default '', rank bigint not null default 0, repeated text, recipient text,
    constraint deliveries_once unique (destination_id, event_id, subject_id)
  ) without rowid`.execute(db)
  await sql`insert into deliveries_rebuilt (id, destination_id, event_id, subject_id, state, attempts,
      next_attempt_at, last_error, created_at, finished_at, class, lane, rank, repeated)
    select id, destination_id, event_id, subject_id, state, attempts, next_attempt_at, last_error, created_at,
      finished_at, class, lane, rank, repeated from deliveries`.execute(db)
  await sql`drop table deliveries`.execute(db)
  await sql`alter table deliveries_rebuilt rename to deliveries`.execute(db)
  for (const index of indexes.rows) await sql.raw(index.sql).execute(db)
}
