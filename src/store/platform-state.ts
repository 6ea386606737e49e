// What must a platform remember over a restart? Small JSON values by key, each platform for itself.

import type { Executor } from './database.ts'

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
  return trx
    .insertInto('platform_state')
    .values({ platform, key, value })
    .onConflict((c) => c.columns(['platform', 'key']).doUpdateSet({ value }))
    .execute()
}
