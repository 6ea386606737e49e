// Shows by which index SQLite finds the alerts of a list, so that a page costs little however many there are.

import { CompiledQuery, type KyselyPlugin } from 'kysely'
import { expect, test } from 'vitest'
import { type AlertFilter, measureAlerts } from '../../src/store/alert-list.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { databases } from '../fakes/databases.ts'
import { silent } from '../fakes/office.ts'

test('a list by several things is found by what is usually rarest among them', async () => {
  const { url, drop } = await (databases[0] as (typeof databases)[number]).create()
  const db = await openDatabase(url, { as: 'server', log: silent })
  const asked: CompiledQuery[] = []
  const listening: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      asked.push(db.read.getExecutor().compileQuery(node, queryId))
      return node
    },
    transformResult: async ({ result }) => result,
  }
  const indexFor = async (filter: AlertFilter) => {
    await measureAlerts(db.read.withPlugin(listening), filter, 10)
    const { sql, parameters } = asked.pop() as CompiledQuery
    const explain = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters])
    const { rows } = await db.read.executeQuery<{ detail: string }>(explain)
    expect(rows.map(({ detail }) => detail)).toEqual([expect.stringContaining('USING INDEX alerts_by_')])
    return /alerts_by_(\w+)/.exec(rows[0]?.detail ?? '')?.[1]
  }
  const open = { isAcknowledged: false }
  const [type, span] = [{ types: ['incident'] }, { createdFrom: 1, createdBefore: 9 }]
  expect(await indexFor({ ...open, ...span })).toBe('is_acknowledged')
  expect(await indexFor({ ...open, severity: 'high', ...span })).toBe('severity')
  expect(await indexFor({ ...open, severity: 'high', ...type })).toBe('type')
  expect(await indexFor({ ...open, severity: 'high', ...type, tool: 'sql.run' })).toBe('tool')
  expect(await indexFor({ ...open, ...type, tool: 'sql.run', agentId: 'a' })).toBe('agent_id')
  expect(await indexFor(span)).toBe('time')
  await db.close()
  await drop()
})
