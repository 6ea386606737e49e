// Reads what stands in the database beside the running server, past all of its own code.

import { readFile } from 'node:fs/promises'
import SqliteHandle from 'better-sqlite3'
import { eventually } from './eventually.ts'
import { clientOf } from './postgres-client.ts'

type Row = Record<string, unknown>

/**
 * Until the product knows that it posted so many cards, or the one in that conversation: before, a press on one is
 * taken for one on any card of the place, which may not show everything.
 */
export function remembered(
  databaseUrl: string,
  approvalId: string,
  wanted: number | string = 1,
): Promise<unknown> {
  const sql = `select handle from posted_cards where subject_id = '${approvalId}'`
  return eventually(async () => {
    const cards = await select(databaseUrl, sql)
    if (typeof wanted === 'number') return cards.length >= wanted
    return cards.some(({ handle }) => String(handle).startsWith(`${wanted}/`))
  })
}

export async function select(databaseUrl: string, sql: string): Promise<Row[]> {
  if (!databaseUrl.startsWith('postgres://')) {
    const handle = new SqliteHandle(databaseUrl, { readonly: true })
    try {
      return handle.prepare<[], Row>(sql).all()
    } finally {
      handle.close()
    }
  }
  return (await clientOf(databaseUrl).query<Row>(sql)).rows
}

/** Everything that was recorded so far but refusals and what time alone does; equal before and after means that nothing was. */
export async function recorded(databaseUrl: string): Promise<Row[]> {
  return select(
    databaseUrl,
    `select 'decision' as what, id from decisions union all select 'audit', id from audit
     where action not in ('attempt.refused', 'approval.grant_ended') union all select status, id from approvals union all select 'person', id from persons order by 1, 2`,
  )
}

/** All that is kept, as text: the bytes of SQLite's files, or every row of every table of PostgreSQL. */
export async function everythingIn(databaseUrl: string): Promise<string> {
  if (!databaseUrl.startsWith('postgres://')) {
    const files = await Promise.all([databaseUrl, `${databaseUrl}-wal`].map((file) => readFile(file)))
    return Buffer.concat(files).toString('latin1')
  }
  const tables = await select(databaseUrl, `select tablename from pg_tables where schemaname = 'public'`)
  const rows = await Promise.all(
    tables.map(({ tablename }) => select(databaseUrl, `select t::text as row from "${tablename}" t`)),
  )
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n')
}
