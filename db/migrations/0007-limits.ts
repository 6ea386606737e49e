// Gives API keys limits of their own.

import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('api_keys').addColumn('limits', 'text').execute()
  await sql`create index approvals_pending_owner on approvals (owner_key_id) where status = 'pending'`.execute(
    db,
  )
}
