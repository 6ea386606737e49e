// Gives API keys limits of their own, and counts what each has pending from an index alone.

import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('api_keys').addColumn('limits', 'text').execute()
  await sql`create index approvals_pending_owner on approvals (owner_key_id) where status = 'pending'`.execute(
    db,
  )
  // One index less to write: what is pending is counted by risk from the one by age, too.
  await sql`drop index approvals_pending_risk`.execute(db)
  await sql`drop index approvals_pending_age`.execute(db)
  await sql`create index approvals_pending_age on approvals (status, is_test, created_at, risk_level)
    where status = 'pending'`.execute(db)
}
