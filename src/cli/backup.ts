// Backs up the SQLite database into one file while the server runs, with its secret key sealed in it or without.

import { existsSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { type Config, loadConfig } from '../config/config.ts'
import { keepKey } from '../destinations/kept-key.ts'
import { keyPathOf } from '../destinations/key-file.ts'
import { givenKey, keyNameOf, opensAll } from '../destinations/secret-key.ts'
import { StartError } from '../kit/start-error.ts'
import { isPostgres } from '../store/database.ts'
import { checkCopy, copySqlite, withCopy } from '../store/sqlite-copy.ts'
import { readPassphrase } from './ask.ts'
import { writing } from './unwritable.ts'

/** A database, and what holds data beside it. */
export const DATA_FILES = ['', '-wal', '-shm', '-journal']
const FILES_OF_DATABASE = [...DATA_FILES, '.key', '.lock']

/**
 * Makes `file` whole or not at all, in place of an earlier one, and prints what else must be kept. Throws a StartError
 * for what a person can mend.
 */
export async function backUp(file: string, { withKey = false }: { withKey?: boolean }): Promise<void> {
  const config = loadConfig(process.env)
  const { databaseUrl: path } = config
  refusePostgres(config)
  if (!existsSync(path)) throw new StartError(`DATABASE_URL: ${path} is not there; nothing was backed up`)
  const target = placeOf(file)
  if (
    FILES_OF_DATABASE.some((ending) => [path, placeOf(path)].some((one) => target === placeOf(one + ending)))
  ) {
    throw new StartError(`${file} belongs to the database itself; give the backup another name`)
  }
  const draft = `${target}.${process.pid}.part`
  await writing(file, async () => {
    try {
      await copySqlite(path, draft)
      checkCopy(draft, path)
      if (withKey) await addKey(draft, config)
      renameSync(draft, target)
    } finally {
      rmSync(draft, { force: true })
    }
  })
  console.log(`Backed up ${path} to ${file}.`)
  if (!withKey) console.log(`The secret key is not in it: keep ${keyNameOf(config)} in another place.`)
}

export function refusePostgres({ databaseUrl }: Config): void {
  if (!isPostgres(databaseUrl)) return
  throw new StartError(
    'DATABASE_URL: this is for SQLite. On PostgreSQL use pg_dump: docs/operations.md says how',
  )
}

async function addKey(draft: string, config: Config): Promise<void> {
  const key = givenKey(config)
  if (!key) throw new StartError(`${keyPathOf(config.databaseUrl)} is missing; nothing was backed up`)
  await withCopy(draft, async (db) => {
    if (!(await opensAll(db, key))) {
      throw new StartError(`${keyNameOf(config)} is not the key of the database; nothing was backed up`)
    }
    await keepKey(db, key, await readPassphrase({ isNew: true }))
  })
}

/** Whatever links lead there. Throws a StartError when the folder is not there. */
export function placeOf(file: string): string {
  const path = resolve(file)
  try {
    return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
  } catch {
    throw new StartError(`The folder ${dirname(path)} is not there`)
  }
}
