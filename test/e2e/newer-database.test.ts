// Proves that a version refuses a database of a newer one, in one sentence, and leaves it as it is.

import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import SqliteHandle from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StartError } from '../../src/kit/start-error.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { startCommand } from '../fakes/command-line.ts'
import { databases } from '../fakes/databases.ts'
import { readPage } from '../fakes/doc-page.ts'
import { silent } from '../fakes/office.ts'
import { everythingIn } from '../fakes/peek.ts'
import { runScript } from '../upgrade/fixture.ts'

const LATER = `insert into kysely_migration (name, timestamp) values ('0999-later', '2099-01-01T00:00:00.000Z')`
const SENTENCE =
  'The database was written by a newer Countersign: it has the migration 0999-later, which this version does ' +
  'not know. Start that version, or restore a backup of before the upgrade.'

test('docs/upgrade.md has the sentence', () => {
  expect(readPage('docs/upgrade.md')).toContain(SENTENCE)
})

describe.each(databases)(
  'on $name a newer database is refused in a sentence and left as it is',
  ({ name, createBlank: create }) => {
    let database: Awaited<ReturnType<typeof create>>
    let before: string

    beforeAll(async () => {
      database = await create()
      await (await openDatabase(database.url, { as: 'server', log: silent })).close()
      if (name === 'postgres') await runScript(database.url, LATER)
      else new SqliteHandle(database.url).exec(LATER).close()
      before = await everything()
    })
    afterAll(() => database?.drop())

    const everything = () =>
      name === 'postgres' ? everythingIn(database.url) : readFile(database.url, 'latin1')

    test.each(['server', 'tool'] as const)('when it is opened as a %s', async (as) => {
      const opening = openDatabase(database.url, { as, log: silent })
      await expect(opening).rejects.toThrow(StartError)
      await expect(opening).rejects.toThrow(SENTENCE)
      expect(await everything()).toBe(before)
    })

    test.each([
      ['start', `Countersign cannot start.\n${SENTENCE}\n`],
      ['migrate', `${SENTENCE}\n`],
    ])('by countersign %s', async (command, says) => {
      const env = {
        DATABASE_URL: database.url,
        COUNTERSIGN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      }
      const { code, out, err } = await startCommand([command], env, tmpdir()).ended
      expect({ code, out, err }).toEqual({ code: 1, out: '', err: says })
      expect(await everything()).toBe(before)
    })
  },
)
