// Keeps which cards show everything, and who has opened all of what is to be decided.

import { type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const onSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  await db.schema
    .alterTable('posted_cards')
    .addColumn('whole', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .createTable('seen')
    .addColumn('approval_id', 'text', (c) => c.notNull().references('approvals.id'))
    .addColumn('person_id', 'text', (c) => c.notNull().references('persons.id'))
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('seen_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('seen_pk', ['approval_id', 'person_id'])
    .$call((table) => (onSqlite ? table.modifyEnd(sql`without rowid`) : table))
    .execute()
}
