// Adds groups of reviewers: people whom an admin names, each with an optional end, or whoever is somewhere else.

import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const onSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const small = <Table extends string, Column extends string>(table: CreateTableBuilder<Table, Column>) =>
    onSqlite ? table.modifyEnd(sql`without rowid`) : table

  await db.schema
    .createTable('groups')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull().unique())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('destination_id', 'text')
    .addColumn('external_id', 'text')
    .addColumn('asked_at', 'bigint')
    .addColumn('answered_at', 'bigint')
    .addColumn('ask_error', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .$call(small)
    .execute()

  await db.schema
    .createTable('group_members')
    .addColumn('group_id', 'text', (c) => c.notNull().references('groups.id'))
    .addColumn('person_id', 'text', (c) => c.notNull().references('persons.id'))
    .addColumn('added_by', 'text', (c) => c.notNull())
    .addColumn('added_at', 'bigint', (c) => c.notNull())
    .addColumn('until', 'bigint')
    .addPrimaryKeyConstraint('group_members_pk', ['group_id', 'person_id'])
    .$call(small)
    .execute()
  await db.schema.createIndex('group_members_person').on('group_members').column('person_id').execute()

  await db.schema
    .createTable('group_accounts')
    .addColumn('group_id', 'text', (c) => c.notNull().references('groups.id'))
    .addColumn('platform', 'text', (c) => c.notNull())
    .addColumn('tenant', 'text', (c) => c.notNull())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('group_accounts_pk', ['group_id', 'platform', 'tenant', 'user_id'])
    .$call(small)
    .execute()
}
