// What happened that is worth telling? Written once, in the transaction of what caused it.

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
      ),
    ),
)

/** `id` may be anybody's text. */
export async function findEvent(db: Executor, id: string): Promise<EventRow | undefined> {
  return isId(id, 'evt') ? (await eventById(db, { id })).rows[0] : undefined
}

const eventById = compileOnce((db, p: { id: string }) =>
  db.selectFrom('events').selectAll().where('id', '=', p.id),
)

export async function findEvents(db: Executor, ids: string[]): Promise<EventRow[]> {
  if (ids.length === 0) return []
  return db.selectFrom('events').selectAll().where('id', 'in', ids).execute()
}
