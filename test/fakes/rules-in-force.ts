// Puts a policy in force for a test, and people into groups, straight in the tables.

import { newId } from '../../src/kit/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { insertGroup, insertMember } from '../../src/store/groups.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { findPolicyInForce, insertPolicy } from '../../src/store/policies.ts'
import type { Running } from './countersign.ts'
import { silent } from './office.ts'

/** As an admin would write it, but in JSON; returns its version. */
export async function setPolicy(db: Database, policy: object): Promise<number> {
  return db.transact(async (trx) => {
    const version = ((await findPolicyInForce(trx))?.version ?? 0) + 1
    const text = JSON.stringify({ default: 'ask', ...policy })
    const row = { version, text, media_type: 'application/json', created_by: 'key_admin', created_at: 0 }
    if (!(await insertPolicy(trx, row))) throw new Error(`there is a version ${version}`)
    return version
  })
}

/** A policy, and groups with people by their names, beside a server that runs; returns the version. */
export async function govern(
  { call, config }: Running,
  {
    groups = {},
    ...policy
  }: { groups?: Record<string, string[]>; rules?: object[]; [field: string]: unknown },
): Promise<number> {
  const { body } = await call<{ data: { id: string; name: string }[] }>('GET', '/v1/people?limit=200')
  const idOf = new Map(body.data.map(({ id, name }) => [name, id]))
  const db = await openDatabase(config.databaseUrl, { as: 'tool', log: silent })
  try {
    for (const [group, names] of Object.entries(groups)) {
      await setGroup(
        db,
        group,
        names.map((name) => idOf.get(name) as string),
      )
    }
    return await setPolicy(db, policy)
  } finally {
    await db.close()
  }
}

/** Of people, by the ids of their rows; returns the id of the group. */
export async function setGroup(db: Database, name: string, personIds: string[], at = 0): Promise<string> {
  const id = newId('grp')
  await db.transact(async (trx) => {
    await insertGroup(trx, { ...NO_PLATFORM, id, name, kind: 'people', created_at: at })
    for (const personId of personIds) await addToGroup(trx, id, personId, at)
  })
  return id
}

type Trx = Parameters<Parameters<Database['transact']>[0]>[0]

export function addToGroup(
  trx: Trx,
  group_id: string,
  person_id: string,
  added_at: number,
): Promise<unknown> {
  return insertMember(trx, { group_id, person_id, added_by: 'key_admin', added_at, until: null })
}

const NO_PLATFORM = {
  destination_id: null,
  external_id: null,
  asked_at: null,
  answered_at: null,
  ask_error: null,
}
