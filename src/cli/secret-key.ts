// Starts over with another secret key after the old one was lost, straight in the database.

import { loadConfig } from '../config/config.ts'
import { resetSecretKey } from '../destinations/secret-key.ts'
import { systemClock } from '../kit/clock.ts'
import { createLog } from '../kit/log.ts'
import { openDatabase } from '../store/open-database.ts'

/** Prints which destinations have lost their secrets. Throws a StartError when the key is not lost, or a server runs. */
export async function resetKey(): Promise<void> {
  const config = loadConfig(process.env)
  const db = await openDatabase(config.databaseUrl, { as: 'server', log: createLog('warn') })
  try {
    const names = await resetSecretKey(db, config, systemClock)
    console.log('The database has another secret key. Back it up.')
    if (names.length > 0) {
      console.log('These destinations are off until an admin sets their secrets again and switches them on:')
    }
    for (const name of names) console.log(JSON.stringify(name))
  } finally {
    await db.close()
  }
}
