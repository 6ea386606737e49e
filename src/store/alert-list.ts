// Finds alerts by what they are about, page by page, the newest first.

import { sql } from 'kysely'
import type { EventRow } from '../../db/schema.ts'
import { type Executor, isOnPostgres } from './database.ts'
import { findEvent, type ToldEvent } from './events.ts'

export interface AlertFilter {
  /** Any of them; not empty. */
  types?: readonly string[] | undefined
  severity?: string | undefined
  agentId?: string | undefined
  tool?: string | undefined
  isAcknowledged?: boolean | undefined
  /** Epoch milliseconds, inclusive. */
  createdFrom?: number | undefined
  /** Epoch milliseconds, exclusive. */
  createdBefore?: number | undefined
  /** The id of the last one of the page before. */
  after?: string | undefined
}

/** What a list says of an alert: all but what an agent may make large. */
export type BriefAlert = Omit<ToldEvent, 'data'>

const BRIEF = [
  'e.id',
  'e.type',
  'e.severity',
  'e.approval_id',
  'e.created_at',
  'e.agent_id',
  'e.agent_name',
  'e.tool',
  'e.environment',
  'e.summary',
  'e.action',
  'e.key_id',
  'e.key_name',
  'e.about',
  'e.is_test',
  'e.is_acknowledged',
] as const

/** Neither an approval's nor the news that somebody saw to an alert. */
export async function listAlerts(db: Executor, filter: AlertFilter, limit: number): Promise<BriefAlert[]> {
  const ids = (await measureAlerts(db, filter, limit)).map(({ id }) => id)
  if (ids.length === 0) return []
  return db
    .selectFrom('events as e')
    .leftJoin('acknowledgements as a', 'a.event_id', 'e.id')
    .select(BRIEF)
    .select(['a.name as acknowledged_by', 'a.source as acknowledged_via', 'a.acknowledged_at'])
    .where('e.id', 'in', ids)
    .orderBy('e.created_at', 'desc')
    .orderBy('e.id', 'desc')
    .execute()
}

interface Measured {
  id: string
  created_at: number
  /** Of its data. */
  bytes: number
}

export async function measureAlerts(db: Executor, filter: AlertFilter, limit: number): Promise<Measured[]> {
  const { types = [undefined], after, ...rest } = filter
  const last = after === undefined ? undefined : await findEvent(db, after)
  if (after !== undefined && last === undefined) return []
  // By one type at a time an index has them in order, however few there are of all of them together.
  const pages: Measured[] = []
  for (const type of types) pages.push(...(await matching(db, { ...rest, type, last }, limit)))
  return pages.toSorted((a, b) => b.created_at - a.created_at || (a.id > b.id ? -1 : 1)).slice(0, limit)
}

type Asked = Omit<AlertFilter, 'types' | 'after'> & {
  type: string | undefined
  last: Pick<ToldEvent, 'created_at' | 'id'> | undefined
}

/**
 * By the index of what is usually rarest among all that is asked. SQLite, which has no statistics, would take another,
 * such as that of all alerts that nobody acknowledged; a plus keeps it from those.
 */
function matching(db: Executor, asked: Asked, limit: number): Promise<Measured[]> {
  const { last, isAcknowledged } = asked
  let query = db
    .selectFrom('events')
    // Neither engine reads a long text to say how long it is.
    .select(['id', 'created_at', sql<number>`octet_length(data)`.as('bytes')])
    .where('approval_id', 'is', null)
    .where('about', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  const equals = Object.entries({
    agent_id: asked.agentId,
    tool: asked.tool,
    type: asked.type,
    severity: asked.severity,
    is_acknowledged: isAcknowledged === undefined ? undefined : Number(isAcknowledged),
  } satisfies Partial<Record<keyof EventRow, unknown>>).filter(([, value]) => value !== undefined)
  for (const [at, [column, value]] of equals.entries()) {
    query = query.where(at === 0 || isOnPostgres(db) ? sql.ref(column) : sql`+${sql.ref(column)}`, '=', value)
  }
  if (asked.createdFrom !== undefined) query = query.where('created_at', '>=', asked.createdFrom)
  if (asked.createdBefore !== undefined) query = query.where('created_at', '<', asked.createdBefore)
  if (last) query = query.where(sql<boolean>`(created_at, id) < (${last.created_at}, ${last.id})`)
  return query.execute()
}
