// Brings the database to what this version expects, by opening it.

import { loadConfig } from '../config/config.ts'
import { createLog } from '../kit/log.ts'
import { openDatabase } from '../store/open-database.ts'

export async function migrateAndStop(): Promise<void> {
  const { databaseUrl } = loadConfig(process.env)
  const db = await openDatabase(databaseUrl, { as: 'tool', log: createLog('warn') })
  await db.close()
  console.log('The database is up to date.')
}
