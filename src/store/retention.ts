// Deletes closed approvals with all that is stored of them; of the audit trail only the personal text goes.

import { type SelectQueryBuilder, sql } from 'kysely'
import type { Schema } from '../../db/schema.ts'
import { type Executor, isOnPostgres } from './database.ts'
import { APPROVED, PENDING } from './literals.ts'

/** UTC epoch milliseconds. */
interface When {
  now: number
  /** They closed before. */
  cutoff: number
}

/** Some that may not run any more, and of which nothing is still on its way to a destination in use. */
export async function findClosedBefore(db: Executor, when: When, limit: number): Promise<string[]> {
  return (await closedBefore(db, when, limit).execute()).map(({ id }) => id)
}

/** Takes them for this transaction: on PostgreSQL another process takes others. */
export async function takeClosedBefore(trx: Executor, when: When, limit: number): Promise<string[]> {
  const rows = await closedBefore(trx, when, limit)
    .$if(isOnPostgres(trx), (query) => query.forUpdate('a').skipLocked())
    .execute()
  return rows.map(({ id }) => id)
}

function closedBefore(
  db: Executor,
  { now, cutoff }: When,
  limit: number,
): SelectQueryBuilder<Schema & { a: Schema['approvals'] }, 'a', { id: string }> {
  return (
    db
      .selectFrom('approvals as a')
      .select('a.id')
      // All that there are, by the index of what is closed.
      .where('a.status', 'in', ['approved', 'denied', 'expired', 'withdrawn'])
      .where('a.is_test', 'in', [0, 1])
      .where('a.closed_at', '<', cutoff)
      .where((eb) =>
        eb.or([
          eb('a.status', '!=', APPROVED),
          eb('a.redeemed_at', 'is not', null),
          eb('a.revoked_at', 'is not', null),
          eb(sql<number>`a.closed_at + a.grant_seconds * 1000`, '<=', now),
        ]),
      )
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('deliveries as d')
              .innerJoin('destinations as place', 'place.id', 'd.destination_id')
              .select('d.id')
              .whereRef('d.subject_id', '=', 'a.id')
              .where('d.state', '=', PENDING)
              .where('place.enabled', '=', sql.lit(1)),
          ),
        ),
      )
      .limit(limit)
  )
}

/** Nothing of them can be read any more but their rows in the audit trail, without the personal text. */
export async function deleteApprovals(trx: Executor, ids: string[]): Promise<void> {
  const audited = trx.selectFrom('audit').select('id').where('subject', 'in', ids)
  await trx.deleteFrom('audit_personal').where('audit_id', 'in', audited).execute()
  // By their events: what one person alone was told has no card of the approval's.
  const told = trx.selectFrom('events').select('id').where('approval_id', 'in', ids)
  const sent = trx.selectFrom('deliveries').select('id').where('event_id', 'in', told)
  await trx.deleteFrom('delivery_attempts').where('delivery_id', 'in', sent).execute()
  await trx.deleteFrom('deliveries').where('event_id', 'in', told).execute()
  await trx.deleteFrom('posted_cards').where('subject_id', 'in', ids).execute()
  await trx.deleteFrom('seen').where('approval_id', 'in', ids).execute()
  await trx.deleteFrom('redemptions').where('approval_id', 'in', ids).execute()
  await trx.deleteFrom('decisions').where('approval_id', 'in', ids).execute()
  await trx.deleteFrom('events').where('approval_id', 'in', ids).execute()
  await trx.deleteFrom('approvals').where('id', 'in', ids).execute()
}
