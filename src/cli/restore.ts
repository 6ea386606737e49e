// Restores the SQLite database from a backup, or takes over one that was restored by other means.

import { existsSync, linkSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Config, loadConfig } from '../config/config.ts'
import { hasKeptKey, readKeptKey } from '../destinations/kept-key.ts'
import { writeKeyFile } from '../destinations/key-file.ts'
import { givenKey, keyNameOf, opensAll } from '../destinations/secret-key.ts'
import { createApiKeys } from '../identity/api-keys.ts'
import { systemClock } from '../kit/clock.ts'
import { createLog } from '../kit/log.ts'
import { StartError } from '../kit/start-error.ts'
import { type Database, isPostgres } from '../store/database.ts'
import { openDatabase } from '../store/open-database.ts'
import { lockServer } from '../store/server-lock.ts'
import { checkCopy, copySqlite } from '../store/sqlite-copy.ts'
import { askYes, isAtTerminal, readPassphrase } from './ask.ts'
import { DATA_FILES, placeOf, refusePostgres } from './backup.ts'
import { takeOver } from './take-over.ts'
import { writing } from './unwritable.ts'

export interface RestoreOptions {
  keepApiKeys?: boolean
  revokeApiKeys?: boolean
  /** The database is there already: `pg_restore` made it, or somebody copied the file. */
  inPlace?: boolean
}

/** Prints what became of it. Throws a StartError, and changes nothing, when it cannot be restored. */
export async function restore(file: string | undefined, options: RestoreOptions): Promise<void> {
  if (options.keepApiKeys && options.revokeApiKeys) {
    throw new StartError('--keep-api-keys and --revoke-api-keys exclude each other')
  }
  if ((file === undefined) !== (options.inPlace === true)) {
    throw new StartError('Name the file of the backup, or say --in-place where the database is there already')
  }
  const config = loadConfig(process.env)
  if (file === undefined) await restoreInPlace(config, options)
  else await writing(config.databaseUrl, () => restoreFrom(file, config, options))
}

async function restoreInPlace(config: Config, options: RestoreOptions): Promise<void> {
  const { databaseUrl } = config
  if (!isPostgres(databaseUrl)) {
    if (!existsSync(databaseUrl)) throw new StartError(`DATABASE_URL: ${databaseUrl} is not there`)
    checkCopy(databaseUrl, databaseUrl)
  }
  await prepare(config, options, databaseUrl, 'server')
  console.log('The restored database can be used.')
}

async function restoreFrom(file: string, config: Config, options: RestoreOptions): Promise<void> {
  refusePostgres(config)
  const path = resolve(config.databaseUrl)
  const there = DATA_FILES.map((ending) => path + ending).find(isThere)
  if (there) throw new StartError(`${there} is there, and a restore overwrites nothing: move it away first`)
  if (!existsSync(file)) throw new StartError(`${file} is not there`)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.restoring`
  if (placeOf(file) === placeOf(draft)) {
    throw new StartError(
      `${file} is the name of a restore that is not done yet; give the backup another name`,
    )
  }
  const lock = lockServer(path)
  const removeDraft = () => {
    for (const ending of DATA_FILES) rmSync(draft + ending, { force: true })
  }
  try {
    removeDraft()
    await copySqlite(file, draft)
    checkCopy(draft, file)
    await prepare(config, options, draft, 'tool')
    linkSync(draft, path)
  } finally {
    removeDraft()
    lock.release()
  }
  console.log(`Restored ${config.databaseUrl} from ${file}.`)
}

/** Also as a link that leads nowhere. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

async function prepare(
  config: Config,
  options: RestoreOptions,
  databaseUrl: string,
  as: 'server' | 'tool',
): Promise<void> {
  const db = await openDatabase(databaseUrl, { as, log: createLog('warn') })
  try {
    const { secretKey, isInBackup } = await findKey(db, config)
    const keepsKeys = await keepsApiKeys(db, config, options)
    const { publicUrl } = config
    const { expired, grants, revoked } = await takeOver(db, {
      publicUrl,
      clock: systemClock,
      secretKey,
      keepsKeys,
    })
    if (isInBackup) writeKeyFile(config.databaseUrl, secretKey)
    console.log(
      `Pending approvals that are expired now: ${expired}. API keys that are revoked now: ${revoked}.`,
    )
    if (grants > 0) console.log(`Approved actions that may not run any more: ${grants}.`)
    if (revoked > 0) console.log('Make an admin key: countersign keys create --name admin --role admin')
  } finally {
    await db.close()
  }
}

/** One that is not in the backup the server will find by itself, in the environment or in the file. */
async function findKey(db: Database, config: Config): Promise<{ secretKey: Buffer; isInBackup: boolean }> {
  const given = givenKey(config)
  const name = keyNameOf(config)
  if (given) {
    if (await opensAll(db.read, given)) return { secretKey: given, isInBackup: false }
    throw new StartError(`${name} is not the key of this backup`)
  }
  if (!(await hasKeptKey(db.read))) {
    throw new StartError(`The secret key is not in this backup: put it back at ${name} first`)
  }
  const key = await readKeptKey(db.read, await readPassphrase({ isNew: false }))
  if (key && (await opensAll(db.read, key))) return { secretKey: key, isInBackup: true }
  throw new StartError('This is not the passphrase of the backup.')
}

async function keepsApiKeys(db: Database, config: Config, options: RestoreOptions): Promise<boolean> {
  if (options.keepApiKeys || options.revokeApiKeys) return options.keepApiKeys === true
  const apiKeys = createApiKeys({ db, clock: systemClock, adminKey: undefined, limits: config.limits })
  const working = (await apiKeys.list()).filter(({ revokedAt }) => revokedAt === null)
  if (working.length === 0) return true
  if (!isAtTerminal()) {
    throw new StartError(
      'Say whether the API keys of the backup shall work, as those that were revoked since would work again: --keep-api-keys, or --revoke-api-keys',
    )
  }
  for (const { name, roles } of working) console.error(`${JSON.stringify(name)} (${roles.join(', ')})`)
  return askYes('Those that were revoked since the backup would work again. Shall all these API keys work?')
}
