// Holds a policy against the database: whether there are the groups and destinations that it names, with enough people.

import { closest } from '../kit/closest.ts'
import type { Executor } from '../store/database.ts'
import { listGroups } from '../store/groups.ts'
import { findPlaces } from '../store/policies.ts'
import { assign } from './assign.ts'
import { findNamed, groupsIn, type NamedGroup } from './groups.ts'
import { type Ask, type Policy, REVIEWERS, type Rule } from './policy.ts'
import { inOrder, type PolicyMistake } from './read-policy.ts'

/** So many names are looked through for one that was meant. */
const MOST_GROUPS = 1_000

export interface Surroundings {
  /** The line of each place in the text. */
  lines: ReadonlyMap<string, number>
  /** The channel types on which people see cards. */
  reviewable: readonly string[]
  now: number
}

interface Found {
  groups: ReadonlyMap<string, NamedGroup>
  places: ReadonlyMap<string, { name: string; channel_type: string }>
  /** Of all groups that there are. */
  names: readonly string[]
  reviewable: readonly string[]
}

type Complaint = { at: string; message: string }

/** In the order of the text; empty: what it asks can be done today. Shadow rules are held to it too. */
export async function findUnfulfillable(
  trx: Executor,
  policy: Policy,
  { lines, reviewable, now }: Surroundings,
): Promise<PolicyMistake[]> {
  const groups = await findNamed(trx, groupsIn(policy), now)
  const places = await findPlaces(trx, [
    ...policy.rules.flatMap((rule) => askOf(rule)?.destinations ?? []),
    ...[...groups.values()].flatMap(({ destinationId }) => destinationId ?? []),
  ])
  const found: Found = {
    groups,
    places: new Map(places.map((place) => [place.id, place])),
    names: [REVIEWERS, ...(await listGroups(trx, undefined, MOST_GROUPS)).map(({ name }) => name)],
    reviewable,
  }
  const mistakes = policy.rules.flatMap((rule, index) => {
    const ask = askOf(rule)
    return (ask ? complaintsOf(ask, found) : []).map(({ at, message }) => {
      const path = `rules[${index}].ask.${at}`
      return { rule: rule.name, path, line: lines.get(path) ?? null, message: `ask.${at} ${message}` }
    })
  })
  return inOrder(mistakes)
}

function askOf({ effect }: Rule): Ask | undefined {
  return effect.kind === 'ask' ? effect.ask : undefined
}

function complaintsOf({ requirements, escalate, destinations }: Ask, found: Found): Complaint[] {
  const complaints: (Complaint | undefined)[] = [
    ...requirements.map(({ group, approvals }, index) => {
      const at = `requirements[${index}]`
      return ofGroup(group, approvals, at, found) ?? ofCards(group, at, destinations, found)
    }),
    // Who is asked by escalation gets a card at their place, wherever the others are.
    escalate ? ofGroup(escalate.to, 1, 'escalate', found) : undefined,
    ...(destinations ?? []).map((id, index) => ofPlace(id, `destinations[${index}]`, found)),
  ]
  const told = complaints.filter((one) => one !== undefined)
  if (told.length > 0) return told
  const together = ofAll(requirements, found)
  return together ? [together] : []
}

function ofGroup(name: string, approvals: number, at: string, found: Found): Complaint | undefined {
  const { groups, names } = found
  const group = groups.get(name)
  if (!group) {
    const meant = closest(name, names)
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
    return { at, message: `names the group ${name}, which does not exist${hint}` }
  }
  const place = ofItsPlace(group, at, found)
  if (place) return place
  if (group.size === null || group.size >= approvals) return undefined
  if (group.size === 0) return { at, message: `names the group ${name}, in which nobody can decide` }
  return { at, message: `needs ${approvals} people of the group ${name}, which has ${group.size}` }
}

/** Whoever may press at a place is nobody where the place is gone, and a platform is asked through one. */
function ofItsPlace(
  { name, kind, destinationId: id }: NamedGroup,
  at: string,
  { places, reviewable }: Found,
): Complaint | undefined {
  if (id === null) return undefined
  const isThere = kind === 'destination'
  const whose = isThere ? 'whose members press at' : 'whose members are asked for through'
  const place = places.get(id)
  if (!place)
    return { at, message: `names the group ${name}, ${whose} the destination ${id}, which is deleted` }
  if (!isThere || reviewable.includes(place.channel_type)) return undefined
  const where = `the destination ${id} of type ${place.channel_type}, where nobody sees a card`
  return { at, message: `names the group ${name}, ${whose} ${where}` }
}

/** Members of a place press on a card there alone, so that there must be one. */
function ofCards(
  name: string,
  at: string,
  destinations: Ask['destinations'],
  { groups, places }: Found,
): Complaint | undefined {
  const { kind, destinationId: id = null } = groups.get(name) ?? {}
  if (kind !== 'destination' || id === null || !destinations || destinations.includes(id)) return undefined
  const where = `the destination ${id} (${places.get(id)?.name})`
  const message = `names the group ${name}, whose members press at ${where}, and ask.destinations sends no card there (did you mean to add ${id}?)`
  return { at, message }
}

function ofPlace(id: string, at: string, { places, reviewable }: Found): Complaint | undefined {
  const place = places.get(id)
  if (!place) return { at, message: `names the destination ${id}, which does not exist` }
  if (reviewable.includes(place.channel_type)) return undefined
  return {
    at,
    message: `names the destination ${id} of type ${place.channel_type}, where nobody sees a card`,
  }
}

/** Each person counts once in all. Of other groups than of people, nobody knows who is in two of them. */
function ofAll(requirements: Ask['requirements'], { groups }: Found): Complaint | undefined {
  const listed = requirements.filter(({ group }) => groups.get(group)?.members)
  const memberships = new Map<string, Set<string>>()
  for (const { group } of listed) {
    for (const { id } of groups.get(group)?.members ?? []) {
      memberships.set(id, (memberships.get(id) ?? new Set()).add(group))
    }
  }
  const { missing } = assign(listed, [...memberships.values()])
  if (missing.every((count) => count === 0)) return undefined
  const needed = listed.reduce((sum, { approvals }) => sum + approvals, 0)
  const message = `need ${needed} different people, and ${memberships.size} in these groups cannot meet them all`
  return { at: 'requirements', message }
}
