// Proves that processes which start at once on one PostgreSQL all come up, and that each migration that there is runs once.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/open-database.ts'
import { databases } from '../fakes/databases.ts'
import { silent } from '../fakes/office.ts'
import { select } from '../fakes/peek.ts'
import { readFixtures } from '../upgrade/fixture.ts'

const AT_ONCE = 4

const files = await readdir(join(import.meta.dirname, '../../db/migrations'))
const fixtures = (await readFixtures()).filter(({ engine }) => engine === 'postgres')
const beginnings: { from: string; load(databaseUrl: string): Promise<void> }[] = [
  { from: 'an empty database', load: async () => undefined },
  ...fixtures.map(({ version, load }) => ({ from: `a database of ${version}`, load })),
]

describe.each(databases.filter(({ name }) => name === 'postgres'))('on $name', ({ createBlank: create }) => {
  let database: Awaited<ReturnType<typeof create>>

  beforeEach(async () => {
    database = await create()
  })
  afterEach(() => database.drop())

  test.each(beginnings)(
    'servers that start at once on $from all come up, and each migration runs once',
    async ({ load }) => {
      await load(database.url)
      const open = () => openDatabase(database.url, { as: 'server', log: silent })
      const opened = await Promise.allSettled(Array.from({ length: AT_ONCE }, open))
      for (const one of opened) if (one.status === 'fulfilled') await one.value.close()
      expect(opened.map(({ status }) => status)).toEqual(Array(AT_ONCE).fill('fulfilled'))

      const migrations = () =>
        select(database.url, 'select name, timestamp from kysely_migration order by name')
      const ran = await migrations()
      expect(ran.map(({ name }) => `${name}.ts`)).toEqual(files.toSorted())
      await (await open()).close()
      expect(await migrations()).toEqual(ran)
    },
  )
})
