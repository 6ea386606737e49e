// Keeps of a destination by which code its provider says that a setting is wrong.

import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('destinations').addColumn('misconfigured', 'text').execute()
}
