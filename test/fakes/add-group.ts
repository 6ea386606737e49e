// Puts a group of people into a database, beside whatever runs on it.

import { newId } from '../../src/kit/ids.ts'
import { createLog } from '../../src/kit/log.ts'
import { insertGroup, insertMember } from '../../src/store/groups.ts'
import { openDatabase } from '../../src/store/open-database.ts'

/** `personIds`: of whoever is in it, without an end. */
export async function addGroup(databaseUrl: string, name: string, personIds: string[]): Promise<void> {
  const db = await openDatabase(databaseUrl, { as: 'tool', log: createLog('silent') })
  const id = newId('grp')
  const ofPeople = { kind: 'people', destination_id: null, external_id: null }
  const neverAsked = { asked_at: null, answered_at: null, ask_error: null }
  await db.transact(async (trx) => {
    await insertGroup(trx, { id, name, ...ofPeople, ...neverAsked, created_at: 0 })
    for (const person_id of personIds) {
      await insertMember(trx, { group_id: id, person_id, added_by: 'key_admin', added_at: 0, until: null })
    }
  })
  await db.close()
}
