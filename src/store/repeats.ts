// Stores how often alerts came lately, for destinations that want to hear only of those that repeat.

import { sql } from 'kysely'
import type { RepeatRow } from '../../db/schema.ts'
import { columns, compileOnce } from './compile-once.ts'
import { type Executor, isOnPostgres } from './database.ts'

/** As it stands, or this one as the first; nobody else has it so until this transaction has ended. */
export async function lockRun(trx: Executor, first: RepeatRow): Promise<RepeatRow> {
  return (await insertOrLock(trx, first)).rows[0] as RepeatRow
}

const insertOrLock = compileOnce((trx, row: RepeatRow) =>
  trx
    .insertInto('repeats')
    .values(columns(row, 'destination_id', 'type', 'agent_id', 'times', 'quiet_until', 'kept_until'))
    .onConflict((conflict) =>
      conflict
        .columns(['destination_id', 'type', 'agent_id'])
        .doUpdateSet({ type: sql.ref('excluded.type') }),
    )
    .returningAll(),
)

export function keepRun(trx: Executor, row: RepeatRow): Promise<unknown> {
  return writeRun(trx, row)
}

const writeRun = compileOnce((trx, row: RepeatRow) =>
  trx
    .updateTable('repeats')
    .set({ times: row.times, quiet_until: row.quiet_until, kept_until: row.kept_until })
    .where('destination_id', '=', row.destination_id)
    .where('type', '=', row.type)
    .where('agent_id', '=', row.agent_id),
)

/** Whether there is one that says nothing any more. */
export async function hasOldRun(db: Executor, now: number): Promise<boolean> {
  const row = await db
    .selectFrom('repeats')
    .select('type')
    .where('kept_until', '<', now)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Some of them; those that somebody counts on right now stay. */
export async function forgetRuns(trx: Executor, now: number, limit: number): Promise<void> {
  const old = await trx
    .selectFrom('repeats')
    .select(['destination_id', 'type', 'agent_id'])
    .where('kept_until', '<', now)
    .limit(limit)
    .$if(isOnPostgres(trx), (query) => query.forUpdate().skipLocked())
    .execute()
  for (const { destination_id, type, agent_id } of old) {
    await trx
      .deleteFrom('repeats')
      .where('destination_id', '=', destination_id)
      .where('type', '=', type)
      .where('agent_id', '=', agent_id)
      .execute()
  }
}

/** How often the alerts were told there, as JSON, by their ids. */
export async function findRepeated(
  db: Executor,
  destinationId: string,
  eventIds: string[],
): Promise<Map<string, string>> {
  if (eventIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('deliveries')
    .select(['event_id', 'repeated'])
    .where('destination_id', '=', destinationId)
    .where('event_id', 'in', eventIds)
    .execute()
  return new Map(rows.flatMap(({ event_id, repeated }) => (repeated === null ? [] : [[event_id, repeated]])))
}
