// Finds the key that opens the secrets of a database, and refuses to go on with any other.

import { record } from '../audit/append.ts'
import type { Clock } from '../kit/clock.ts'
import { isSealedNothing, seal, unseal } from '../kit/seal.ts'
import { StartError } from '../kit/start-error.ts'
import { type Database, type Executor, isPostgres } from '../store/database.ts'
import { findKnownDestinations, replaceConfig } from '../store/destinations.ts'
import { keepState, readState, writeState } from '../store/platform-state.ts'
import { retireSigningKey } from '../store/signing-keys.ts'
import { keyBesideDatabase, keyPathOf, readKeyFile } from './key-file.ts'
import { switchOff } from './switch-off.ts'

/** A sealed text in the database, which its key alone opens. */
const MARKER = ['countersign', 'secret_key'] as const
const MARKER_CONTEXT = 'the key of this database'
const SEALER = 'the one that sealed the secrets in this database'
const REMEDY =
  'Restore the key from your backup. If it is lost for good, `countersign secret-key reset` starts over with another one: docs/operations.md'

export interface KeySource {
  /** Of the environment. */
  secretKey: Buffer | undefined
  databaseUrl: string
}

/**
 * The key of the environment or the file; on SQLite a new one, while nothing is sealed yet. Throws a StartError when
 * it is missing, or is not the one that sealed what is in the database.
 */
export async function openSecretKey(db: Database, source: KeySource): Promise<Buffer> {
  const key = givenKey(source) ?? (await firstKey(db, source))
  const isTheKey = await db.transact(async (trx) => {
    if (!(await opensAll(trx, key))) return false
    // Of processes that start at once with different keys one is first, and the others are refused.
    await keepState(trx, ...MARKER, seal(key, MARKER_CONTEXT, ''))
    return opensAll(trx, key)
  })
  if (!isTheKey) throw new StartError(`${keyNameOf(source)} is another key than ${SEALER}. ${REMEDY}`)
  return key
}

/** undefined: there is none. */
export function givenKey({ secretKey, databaseUrl }: KeySource): Buffer | undefined {
  if (secretKey) return secretKey
  if (isPostgres(databaseUrl)) {
    throw new StartError(
      'COUNTERSIGN_SECRET_KEY: must be set with PostgreSQL; openssl rand -base64 32 makes one. Keep it apart from the database.',
    )
  }
  return readKeyFile(databaseUrl)
}

async function firstKey(db: Database, source: KeySource): Promise<Buffer> {
  if (await hasSealed(db.read))
    throw new StartError(`${keyNameOf(source)} is missing: it is ${SEALER}. ${REMEDY}`)
  return keyBesideDatabase(source.databaseUrl)
}

/** Where the key is, in the words of whoever runs the server. */
export function keyNameOf({ secretKey, databaseUrl }: KeySource): string {
  return secretKey ? 'COUNTERSIGN_SECRET_KEY' : keyPathOf(databaseUrl)
}

async function hasSealed(db: Executor): Promise<boolean> {
  return (await readState(db, ...MARKER)) !== undefined || (await findKnownDestinations(db)).length > 0
}

/** Of a database without a marker, from an earlier version, one secret is enough: older ones may be lost already. */
export async function opensAll(db: Executor, key: Buffer): Promise<boolean> {
  const marker = await readState(db, ...MARKER)
  if (marker !== undefined) return opens(key, MARKER_CONTEXT, marker)
  const rows = await findKnownDestinations(db)
  return rows.length === 0 || rows.some((row) => opens(key, row.id, row.sealed_secrets))
}

function opens(key: Buffer, context: string, sealed: string): boolean {
  try {
    unseal(key, context, sealed)
    return true
  } catch {
    return false
  }
}

/**
 * Starts over after the key was lost: the secrets of destinations are gone, and those that had some are switched off.
 * Returns their names. Throws a StartError, and changes nothing, when the key is not lost.
 */
export async function resetSecretKey(db: Database, source: KeySource, clock: Clock): Promise<string[]> {
  const known = givenKey(source)
  if (known && (await opensAll(db.read, known))) {
    throw new StartError(`${keyNameOf(source)} opens the secrets in this database; nothing was changed.`)
  }
  const key = known ?? keyBesideDatabase(source.databaseUrl)
  return db.transact(async (trx) => {
    const now = clock.now()
    const names: string[] = []
    for (const row of await findKnownDestinations(trx)) {
      if (!isSealedNothing(row.sealed_secrets)) {
        names.push(row.name)
        await switchOff(trx, { id: row.id, reason: 'secret_key_lost', now })
      }
      await replaceConfig(trx, row, { config: row.config, sealed_secrets: seal(key, row.id, '{}') })
    }
    await writeState(trx, ...MARKER, seal(key, MARKER_CONTEXT, ''))
    // Its private part is lost too; the next start makes another one.
    await retireSigningKey(trx, now)
    const facts = { by: 'command line', destinations: names.length }
    await record(trx, { at: now, action: 'secret_key.reset', subject: 'secret_key', facts, personal: {} })
    return names
  })
}
