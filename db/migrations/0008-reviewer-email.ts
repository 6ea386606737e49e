// Keeps with a vote the e-mail address of who cast it.

import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('decisions').addColumn('reviewer_email', 'text').execute()
}
