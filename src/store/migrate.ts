// Brings the database to what this version expects: each migration once, in order, never back.

import { sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import * as approvals from '../../db/migrations/0001-approvals.ts'
import * as events from '../../db/migrations/0002-events.ts'
import * as channels from '../../db/migrations/0003-channels.ts'
import * as idempotency from '../../db/migrations/0004-idempotency.ts'
import * as people from '../../db/migrations/0005-people.ts'
import * as orderOfSends from '../../db/migrations/0006-order-of-sends.ts'
import * as limits from '../../db/migrations/0007-limits.ts'
import * as reviewerEmail from '../../db/migrations/0008-reviewer-email.ts'
import * as keyNames from '../../db/migrations/0009-key-names.ts'
import * as alerts from '../../db/migrations/0011-alerts.ts'
import * as tenantNames from '../../db/migrations/0012-tenant-names.ts'
import * as misconfigured from '../../db/migrations/0013-misconfigured.ts'
import * as groups from '../../db/migrations/0014-groups.ts'
import * as policies from '../../db/migrations/0015-policies.ts'
import * as seen from '../../db/migrations/0016-seen.ts'
import * as recipients from '../../db/migrations/0017-recipients.ts'
import * as grants from '../../db/migrations/0018-grants.ts'
import { StartError } from '../kit/start-error.ts'
import type { Executor } from './database.ts'

/** Named and sorted: what has run under a name never changes. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-approvals': approvals,
  '0002-events': events,
  '0003-channels': channels,
  '0004-idempotency': idempotency,
  '0005-people': people,
  '0006-order-of-sends': orderOfSends,
  '0007-limits': limits,
  '0008-reviewer-email': reviewerEmail,
  '0009-key-names': keyNames,
  '0011-alerts': alerts,
  '0012-tenant-names': tenantNames,
  '0013-misconfigured': misconfigured,
  '0014-groups': groups,
  '0015-policies': policies,
  '0016-seen': seen,
  '0017-recipients': recipients,
  '0018-grants': grants,
}

/**
 * Throws when a migration fails; the database is then as it was before that migration. Throws a StartError, and
 * changes nothing, when a newer version has migrated it. Of processes that start at once one migrates, the others wait.
 */
export async function migrate(db: Executor): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw (await refusalOfNewer(db)) ?? error
}

async function refusalOfNewer(db: Executor): Promise<StartError | undefined> {
  // Where the names cannot be read, what failed before says why.
  const names = await executedMigrations(db).catch((): string[] => [])
  const unknown = names.findLast((name) => !Object.hasOwn(MIGRATIONS, name))
  if (unknown === undefined) return undefined
  return new StartError(
    `The database was written by a newer Countersign: it has the migration ${unknown}, which this version does not know. Start that version, or restore a backup of before the upgrade.`,
  )
}

async function executedMigrations(db: Executor): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}
