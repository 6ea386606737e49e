// Puts a policy in force for a test, and people into groups: over HTTP, or where there is no server in the tables.

import type { GroupRow } from '../../db/schema.ts'
import { newId } from '../../src/kit/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { insertGroup, insertMember } from '../../src/store/groups.ts'
import { findPolicyInForce, insertPolicy } from '../../src/store/policies.ts'
import type { Running } from './countersign.ts'
import { policyOf } from './policies.ts'

/** As an admin would write it, but as a value. */
export interface Rules {
  default?: string
  rules?: readonly object[]
  risk_floors?: readonly object[]
}

const textOf = (policy: Rules) => ({ default: 'ask', rules: [], ...policy })

/** Makes the groups, of people by their names, and puts the policy in force; returns its version. */
export async function govern(
  running: Running,
  { groups = {}, ...policy }: Rules & { groups?: Record<string, string[]> },
): Promise<number> {
  for (const [name, people] of Object.entries(groups)) {
    await expect201(running, '/v1/groups', { name })
    for (const person of people) await addPerson(running, name, person)
  }
  const body = textOf(policy)
  const set = await running.call<{ version: number }>('PUT', '/v1/policies', { body })
  if (set.status !== 200) throw new Error(JSON.stringify(set.body))
  return set.body.version
}

/** Somebody who is known, by their name. */
export async function addPerson({ call }: Running, group: string, name: string): Promise<void> {
  const { body: people } = await call<{ data: { id: string; name: string }[] }>('GET', '/v1/people?limit=200')
  const person_id = people.data.find((person) => person.name === name)?.id
  const { status, body } = await call('POST', `/v1/groups/${group}/members`, { body: { person_id } })
  if (status !== 200) throw new Error(JSON.stringify(body))
}

async function expect201({ call }: Running, path: string, wanted: object): Promise<void> {
  const { status, body } = await call('POST', path, { body: wanted })
  if (status !== 201) throw new Error(JSON.stringify(body))
}

/** Does it while a rule asks this of everything; afterwards the policy asks what is usual. */
export async function underRule<T>(running: Running, ask: object, act: () => Promise<T>): Promise<T> {
  await govern(running, { rules: [{ name: 'large refunds', match: {}, ask }] })
  const done = await act()
  await govern(running, {})
  return done
}

/** `policy`: a value, or a text in YAML. */
export async function setPolicy(db: Database, policy: Rules | string): Promise<void> {
  const [text, media_type] =
    typeof policy === 'string'
      ? [policy, 'application/yaml']
      : [JSON.stringify(textOf(policy)), 'application/json']
  policyOf(text)
  await db.transact(async (trx) => {
    const version = ((await findPolicyInForce(trx))?.version ?? 0) + 1
    const row = { version, text, media_type, created_by: 'key_admin', created_at: 0 }
    if (!(await insertPolicy(trx, row))) throw new Error(`there is a version ${version}`)
  })
}

const NO_PLATFORM = {
  destination_id: null,
  external_id: null,
  asked_at: null,
  answered_at: null,
  ask_error: null,
}

/** Of people, by the ids of their rows; resolves with its own. */
export async function setGroup(
  db: Database,
  name: string,
  personIds: string[],
  wanted: Partial<GroupRow> = {},
): Promise<string> {
  const id = newId('grp')
  const member = { group_id: id, added_by: 'key_admin', added_at: 0, until: null }
  await db.transact(async (trx) => {
    await insertGroup(trx, { ...NO_PLATFORM, id, name, kind: 'people', created_at: 0, ...wanted })
    for (const person_id of personIds) await insertMember(trx, { ...member, person_id })
  })
  return id
}
