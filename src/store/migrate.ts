// Is the database as this version expects it? Brings it there, in order, once.

import { type Migration, Migrator } from 'kysely/migration'
import * as approvals from '../../db/migrations/0001-approvals.ts'
import * as events from '../../db/migrations/0002-events.ts'
import * as channels from '../../db/migrations/0003-channels.ts'
import * as idempotency from '../../db/migrations/0004-idempotency.ts'
import * as people from '../../db/migrations/0005-people.ts'
import type { Executor } from './database.ts'

/** Named and sorted: what has run under a name never changes. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-approvals': approvals,
  '0002-events': events,
  '0003-channels': channels,
  '0004-idempotency': idempotency,
  '0005-people': people,
}

/** Throws when a migration fails; the database is then as it was before that migration. */
export async function migrate(db: Executor): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}
