// Keeps how a tenant was called before: a workspace of its own may become one of an enterprise.

import { type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const onSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const table = db.schema
    .createTable('tenant_names')
    .addColumn('platform', 'text', (c) => c.notNull())
    .addColumn('former', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('tenant_names_pk', ['platform', 'former'])
  // In its primary key's own tree on SQLite, as small rows are since the first migration.
  await (onSqlite ? table.modifyEnd(sql`without rowid`) : table).execute()
}
