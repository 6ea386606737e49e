// A request without an Idempotency-Key is known by all that it says, and no longer by what it would run alone.

import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('approvals').addColumn('twin', 'text').execute()
  await db.schema.dropIndex('approvals_pending_twin').execute()
  // Most requests come with a key, and are not in it.
  await sql`create unique index approvals_pending_twin on approvals (twin)
    where status = 'pending' and twin is not null`.execute(db)
}
