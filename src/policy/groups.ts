// Looks up the groups that a policy names, and who is in them at this moment.

import { findMembers } from '../identity/membership.ts'
import type { Executor } from '../store/database.ts'
import { findNamedGroups } from '../store/groups.ts'
import { countGroupAccounts } from '../store/policies.ts'
import { type Policy, REVIEWERS } from './policy.ts'

export interface NamedGroup {
  /** In lower case. */
  name: string
  /** `reviewers`: the built-in one, whoever may review without a policy. */
  kind: 'reviewers' | 'people' | 'destination' | 'external'
  /** Of a group of people: those who may decide. null: nobody lists them. */
  members: { id: string; name: string }[] | null
  /** How many are in it; null: nobody knows. */
  size: number | null
  /** Whose place it is, or by which it is asked for. */
  destinationId: string | null
  /** Of an external one: when its platform was asked last, and answered last. */
  askedAt: number | null
  answeredAt: number | null
}

const BUILT_IN: NamedGroup = {
  name: REVIEWERS,
  kind: 'reviewers',
  members: null,
  size: null,
  destinationId: null,
  askedAt: null,
  answeredAt: null,
}

/** By their names. `names`: in lower case. */
export async function findNamed(
  db: Executor,
  names: readonly string[],
  now: number,
): Promise<Map<string, NamedGroup>> {
  const wanted = [...new Set(names)]
  const found = new Map<string, NamedGroup>()
  if (wanted.includes(REVIEWERS)) found.set(REVIEWERS, BUILT_IN)
  for (const row of await findNamedGroups(
    db,
    wanted.filter((name) => name !== REVIEWERS),
  )) {
    const kind = row.kind as Exclude<NamedGroup['kind'], 'reviewers'>
    const members = kind === 'people' ? await whoDecides(db, row.id, now) : null
    const size = kind === 'external' ? await countGroupAccounts(db, row.id) : (members?.length ?? null)
    found.set(row.name, {
      name: row.name,
      kind,
      members,
      size,
      destinationId: row.destination_id,
      askedAt: row.asked_at,
      answeredAt: row.answered_at,
    })
  }
  return found
}

async function whoDecides(
  db: Executor,
  groupId: string,
  now: number,
): Promise<{ id: string; name: string }[]> {
  const people = (await findMembers(db, groupId, now)).filter(({ isDisabled }) => !isDisabled)
  return people.map(({ id, name }) => ({ id, name }))
}

/** Every group that it names, in lower case. */
export function groupsIn({ rules }: Policy): string[] {
  const named = rules.flatMap(({ effect }) => {
    if (effect.kind !== 'ask') return []
    const { requirements, escalate } = effect.ask
    return [...requirements.map(({ group }) => group), ...(escalate ? [escalate.to] : [])]
  })
  return [...new Set(named)]
}
