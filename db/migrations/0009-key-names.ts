// Keeps beside what was asked and told the name of the API key that did.

import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table approvals add column key_name text not null default ''`.execute(db)
  await db.schema.alterTable('events').addColumn('key_name', 'text').execute()
  // A key that has no row is the one of the environment.
  await sql`update approvals set key_name =
    coalesce((select name from api_keys where api_keys.id = approvals.owner_key_id), 'COUNTERSIGN_ADMIN_KEY')`.execute(
    db,
  )
  await sql`update events set key_name =
    coalesce((select name from api_keys where api_keys.id = events.key_id), 'COUNTERSIGN_ADMIN_KEY')
    where key_id is not null`.execute(db)
}
