// Settings of destinations, alerts that are acknowledged and redrawn, and approvals that reached nobody.

import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const onSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  /** In their primary key's own tree on SQLite, as small rows are since the first migration. */
  const small = <Table extends string, Column extends string>(table: CreateTableBuilder<Table, Column>) =>
    onSqlite ? table.modifyEnd(sql`without rowid`) : table

  await db.schema.alterTable('destinations').addColumn('settings', 'text').execute()
  await db.schema.alterTable('approvals').addColumn('unreached_at', 'bigint').execute()
  // Counted at every scrape and `/governance status`.
  await sql`create index approvals_unreached on approvals (status, created_at, unreached_at)
    where status = 'pending' and unreached_at is not null`.execute(db)
  await db.schema.alterTable('events').addColumn('about', 'text').execute()
  await db.schema.alterTable('events').addColumn('is_test', 'integer').execute()

  // From here on each delivery says what its card shows, an approval or an alert.
  await db.schema.alterTable('deliveries').renameColumn('approval_id', 'subject_id').execute()
  // What is still pending of a card, however much was sent before. SQLite is content with the index of all of them.
  if (!onSqlite) {
    await sql`create index deliveries_waiting on deliveries (subject_id, id)
      where state = 'pending'`.execute(db)
  }
  await sql`update deliveries set subject_id = event_id where subject_id is null`.execute(db)

  // Nobody looks for the deliveries of an event any more: their card's name is the alert's or the approval's.
  await db.schema.dropIndex('deliveries_event').execute()

  // The attempts of a delivery stand together: one index to write instead of two.
  await db.schema
    .createTable('logged_attempts')
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('delivery_id', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('took_ms', 'integer', (c) => c.notNull())
    .addColumn('code', 'text')
    .addColumn('excerpt', 'text')
    .addPrimaryKeyConstraint('logged_attempts_pk', ['delivery_id', 'id'])
    .$call(small)
    .execute()
  await sql`insert into logged_attempts (id, delivery_id, at, took_ms, code, excerpt)
    select id, delivery_id, at, took_ms, code, excerpt from delivery_attempts`.execute(db)
  await db.schema.dropTable('delivery_attempts').execute()
  await db.schema.alterTable('logged_attempts').renameTo('delivery_attempts').execute()

  // Cards of alerts are remembered too, so that the column no longer refers to approvals alone.
  await db.schema
    .createTable('remembered_cards')
    .addColumn('destination_id', 'text', (c) => c.notNull().references('destinations.id'))
    .addColumn('handle', 'text', (c) => c.notNull())
    .addColumn('subject_id', 'text', (c) => c.notNull())
    .addColumn('posted_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('remembered_cards_pk', ['destination_id', 'handle'])
    .$call(small)
    .execute()
  await sql`insert into remembered_cards (destination_id, handle, subject_id, posted_at)
    select destination_id, handle, approval_id, posted_at from posted_cards`.execute(db)
  await db.schema.dropTable('posted_cards').execute()
  await db.schema.alterTable('remembered_cards').renameTo('posted_cards').execute()
  await db.schema.createIndex('posted_cards_subject').on('posted_cards').column('subject_id').execute()

  await db.schema
    .createTable('acknowledgements')
    .addColumn('event_id', 'text', (c) => c.primaryKey().references('events.id'))
    .addColumn('person_id', 'text', (c) => c.notNull().references('persons.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('acknowledged_at', 'bigint', (c) => c.notNull())
    .$call(small)
    .execute()
}
