// Finds, marks and unmarks the approvals that no destination of people has taken, and finds who was told.

import { sql } from 'kysely'
import type { ApprovalRow, DestinationRow } from '../../db/schema.ts'
import { type Executor, isOnPostgres } from './database.ts'
import { PENDING } from './literals.ts'

/** A place in the order of their age. */
export type Aged = Pick<ApprovalRow, 'created_at' | 'id'>

/** Whether a card stands or was delivered at a destination of one of these types; `approval` is the id in the query. */
function isTaken(approval: string, reviewable: readonly string[]) {
  const at = (told: string) =>
    sql`(select place.id from ${sql.table(told)} as told
      inner join destinations as place on place.id = told.destination_id
      where told.subject_id = ${sql.ref(approval)} and place.channel_type in (${sql.join(reviewable)})`
  // One that was posted may be due once more.
  return sql<boolean>`(exists ${at('deliveries')} and told.state = 'delivered')
    or exists ${at('posted_cards')}))`
}

/**
 * Whether its card waits for its turn where all goes well: nothing was tried yet, not every send there has failed for
 * so long, and somebody serves the place.
 */
function isQueued(approval: string, { reviewable, servedSince }: Looked) {
  return sql<boolean>`exists (select place.id from deliveries as waiting
    inner join destinations as place on place.id = waiting.destination_id
    where waiting.subject_id = ${sql.ref(approval)} and waiting.state = ${PENDING} and waiting.attempts = 0
    and place.channel_type in (${sql.join(reviewable)}) and place.enabled = 1
    and (place.trouble_since is null or place.trouble_since > ${servedSince})
    and place.leased_at > ${servedSince})`
}

/** What makes a card one that reached nobody. */
export interface Looked {
  /** The types of destinations of people. */
  reviewable: readonly string[]
  /** A destination that nobody has served since then is not well. */
  servedSince: number
}

/** `missed`: not marked yet, not overdue, and taken by nobody; `queued`: it would be, but is still on its way. */
export type Reach = 'missed' | 'queued' | 'settled'

function aged(db: Executor, now: number, looked: Looked) {
  return db
    .selectFrom('approvals as a')
    .select(['a.created_at', 'a.id'])
    .select(
      sql<Reach>`case when a.unreached_at is not null or a.expires_at <= ${now} or ${isTaken('a.id', looked.reviewable)}
        then 'settled' when ${isQueued('a.id', looked)} then 'queued' else 'missed' end`.as('reach'),
    )
    .where('a.status', '=', PENDING)
    .where('a.is_test', '=', 0)
}

/** The pending approvals of that age, tests left out, the oldest first. */
export function findAged(
  db: Executor,
  age: { after: Aged; until: number; now: number },
  looked: Looked,
  limit: number,
): Promise<(Aged & { reach: Reach })[]> {
  const { after, until, now } = age
  return aged(db, now, looked)
    .where('a.created_at', '>=', after.created_at)
    .where('a.created_at', '<=', until)
    .where(({ or, eb }) => or([eb('a.created_at', '>', after.created_at), eb('a.id', '>', after.id)]))
    .orderBy('a.created_at')
    .orderBy('a.id')
    .limit(limit)
    .execute()
}

/** Those of them that are still pending. */
export function findAgain(
  db: Executor,
  ids: string[],
  now: number,
  looked: Looked,
): Promise<(Aged & { reach: Reach })[]> {
  return aged(db, now, looked).where('a.id', 'in', ids).execute()
}

/**
 * The compare-and-set: undefined when it is closed, a test, marked already or taken meanwhile. PostgreSQL looks at the
 * deliveries only with the approval locked: so whoever writes that one was taken comes before or after, never between.
 */
export async function markUnreached(
  trx: Executor,
  id: string,
  reviewable: readonly string[],
  now: number,
): Promise<ApprovalRow | undefined> {
  if (isOnPostgres(trx)) {
    await trx.selectFrom('approvals').select('id').where('id', '=', id).forNoKeyUpdate().execute()
  }
  return trx
    .updateTable('approvals')
    .set({ unreached_at: now })
    .where('id', '=', id)
    .where('status', '=', PENDING)
    .where('is_test', '=', 0)
    .where('unreached_at', 'is', null)
    .where(({ not }) => not(isTaken('approvals.id', reviewable)))
    .returningAll()
    .executeTakeFirst()
}

/** What is closed keeps what it was. Writes also where nothing changes, so that `markUnreached` waits for it. */
export async function unmarkUnreached(trx: Executor, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  await trx
    .updateTable('approvals')
    .set({ unreached_at: null })
    .where('id', 'in', ids)
    .where('status', '=', PENDING)
    .execute()
}

/** A destination that was told of an approval, by one of its deliveries. */
export interface Telling extends Pick<DestinationRow, 'name' | 'enabled' | 'disabled_reason'> {
  approval_id: string
  destination_id: string
  last_error: string | null
}

/** At destinations of these types, while the approvals were pending; the earliest first. */
export function findTellings(db: Executor, ids: string[], reviewable: readonly string[]): Promise<Telling[]> {
  return db
    .selectFrom('deliveries as d')
    .innerJoin('approvals as a', 'a.id', 'd.subject_id')
    .innerJoin('destinations as place', 'place.id', 'd.destination_id')
    .select(['a.id as approval_id', 'd.destination_id', 'd.last_error'])
    .select(['place.name', 'place.enabled', 'place.disabled_reason'])
    .where('d.subject_id', 'in', ids)
    .where('place.channel_type', 'in', reviewable)
    .where(({ or, eb, ref }) =>
      or([eb('a.closed_at', 'is', null), eb('d.created_at', '<', ref('a.closed_at'))]),
    )
    .orderBy('d.id')
    .execute()
}
