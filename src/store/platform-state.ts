// Stores what a platform must remember over a restart: small values by key, each platform for itself.

import type { PlatformStateRow } from '../../db/schema.ts'
import type { Database, Executor } from './database.ts'

/** The state of one platform, which cannot see another's. */
export function platformState(db: Database, platform: string) {
  return {
    async get<T>(key: string): Promise<T | undefined> {
      const value = await readState(db.read, platform, key)
      return value === undefined ? undefined : JSON.parse(value)
    },
    async set(key: string, value: unknown): Promise<void> {
      await db.transact((trx) => writeState(trx, platform, key, JSON.stringify(value)))
    },
    async list<T>(prefix: string): Promise<T[]> {
      return (await listState(db.read, platform, prefix)).map((value) => JSON.parse(value))
    },
    async remove(key: string): Promise<void> {
      await db.transact((trx) => removeState(trx, platform, key))
    },
  }
}

export async function readState(db: Executor, platform: string, key: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('platform_state')
    .select('value')
    .where('platform', '=', platform)
    .where('key', '=', key)
    .executeTakeFirst()
  return row?.value
}

export function writeState(trx: Executor, platform: string, key: string, value: string): Promise<unknown> {
  const row: PlatformStateRow = { platform, key, value }
  return trx
    .insertInto('platform_state')
    .values(row)
    .onConflict((c) => c.columns(['platform', 'key']).doUpdateSet({ value }))
    .execute()
}

/** Only where there is none yet. */
export function keepState(trx: Executor, platform: string, key: string, value: string): Promise<unknown> {
  const row: PlatformStateRow = { platform, key, value }
  return trx
    .insertInto('platform_state')
    .values(row)
    .onConflict((c) => c.columns(['platform', 'key']).doNothing())
    .execute()
}

/** In the order of their keys. `prefix` is ours: without the wildcards of LIKE. */
async function listState(db: Executor, platform: string, prefix: string): Promise<string[]> {
  const rows = await db
    .selectFrom('platform_state')
    .select('value')
    .where('platform', '=', platform)
    .where('key', 'like', `${prefix}%`)
    .orderBy('key')
    .execute()
  return rows.map((row) => row.value)
}

export function removeState(trx: Executor, platform: string, key: string): Promise<unknown> {
  return trx.deleteFrom('platform_state').where('platform', '=', platform).where('key', '=', key).execute()
}
