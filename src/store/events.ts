// Stores what happened that is worth telling, written once, in the transaction of what caused it.

import type { ApprovalEventRow, EventRow } from '../../db/schema.ts'
import { isId } from '../kit/ids.ts'
import { columns, compileOnce } from './compile-once.ts'
import type { Executor } from './database.ts'

/** Of an approval, which has all the rest. */
export function insertEvent(trx: Executor, row: ApprovalEventRow): Promise<unknown> {
  return addEvent(trx, row)
}

const addEvent = compileOnce((trx, row: ApprovalEventRow) =>
  trx.insertInto('events').values(columns(row, 'id', 'type', 'severity', 'approval_id', 'created_at')),
)

export function insertAlert(trx: Executor, row: EventRow): Promise<unknown> {
  return addAlert(trx, row)
}

const addAlert = compileOnce((trx, row: EventRow) =>
  trx
    .insertInto('events')
    .values(
      columns(
        row,
        'id',
        'type',
        'severity',
        'approval_id',
        'created_at',
        'agent_id',
        'agent_name',
        'tool',
        'environment',
        'summary',
        'action',
        'data',
        'key_id',
        'key_name',
        'about',
        'is_test',
        'is_acknowledged',
      ),
    ),
)

/** With who has seen to it, if anybody has. */
export type ToldEvent = EventRow & {
  acknowledged_by: string | null
  acknowledged_via: string | null
  acknowledged_at: number | null
}

/** `id` may be anybody's text. */
export async function findEvent(db: Executor, id: string): Promise<ToldEvent | undefined> {
  return isId(id, 'evt') ? (await findEvents(db, [id]))[0] : undefined
}

/** In no order; an id may name none. */
export async function findEvents(db: Executor, ids: string[]): Promise<ToldEvent[]> {
  if (ids.length === 0) return []
  return db
    .selectFrom('events as e')
    .leftJoin('acknowledgements as a', 'a.event_id', 'e.id')
    .selectAll('e')
    .select(['a.name as acknowledged_by', 'a.source as acknowledged_via', 'a.acknowledged_at'])
    .where('e.id', 'in', ids)
    .execute()
}

/** The data of our own and of agents' alerts of a type since a time, as JSON. */
export async function findAlertData(db: Executor, type: string, since: number): Promise<string[]> {
  const rows = await db
    .selectFrom('events')
    .select('data')
    .where('approval_id', 'is', null)
    .where('about', 'is', null)
    .where('type', '=', type)
    .where('created_at', '>=', since)
    .execute()
  return rows.flatMap(({ data }) => data ?? [])
}
