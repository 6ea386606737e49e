// Adds the versions of the policy, and keeps with an approval which one applied and what it asks of reviewers.

import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('policies')
    .addColumn('version', 'integer', (c) => c.primaryKey())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('media_type', 'text', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()

  const approvals = () => db.schema.alterTable('approvals')
  await approvals().addColumn('ruling', 'text').execute()
  await approvals().addColumn('shadows', 'text').execute()
  await approvals().addColumn('remind_at', 'bigint').execute()
  await approvals().addColumn('escalate_at', 'bigint').execute()
  await approvals().addColumn('escalated_at', 'bigint').execute()
  await sql`create index approvals_shadowed on approvals (created_at, id) where shadows is not null`.execute(
    db,
  )
  for (const column of ['remind_at', 'escalate_at']) {
    await sql`create index ${sql.id(`approvals_${column}`)} on approvals (status, ${sql.id(column)}, id)
      where status = 'pending' and ${sql.id(column)} is not null`.execute(db)
  }

  await db.schema.alterTable('decisions').addColumn('groups', 'text').execute()
}
