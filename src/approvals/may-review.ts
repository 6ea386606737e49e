// Says whether somebody may vote on an approval, and for which groups. What cannot be verified is refused.

import type { ApprovalRow, DecisionRow } from '../../db/schema.ts'
import { type Actor, accountKeysOf, isDisabled } from '../identity/accounts.ts'
import { shareAddress } from '../identity/addresses.ts'
import { type GroupsSeen, membershipsOf, seeGroups } from '../identity/membership.ts'
import { findPeople, isSamePerson, type Person } from '../identity/persons.ts'
import type { Principal } from '../identity/principal.ts'
import type { Executor } from '../store/database.ts'
import { together } from '../store/together.ts'
import type { ClickedCard } from './clicked-card.ts'
import type { RefusalCode } from './refusals.ts'
import { type AskedOfReviewers, requirementsOf, USUAL_GROUP } from './ruling.ts'
import { type Vote, votersOf, votesBy } from './votes.ts'

export interface Voter {
  by: Principal
  /** Whom we know by that account or key. */
  actor: Actor
  /** The ids of the holder of the API key that asked, of the key that made that one, and of those that it made. */
  askers: string[]
  /** The votes before. */
  voted: DecisionRow[]
  /** The card that was clicked: `strange` is none of ours; undefined: there is none. */
  card: ClickedCard | 'strange' | undefined
}

/** Who may vote: of the groups that are asked those that they are in, or null where none is named; and who has voted. */
export type Standing = { refusal: RefusalCode } | { groups: string[] | null; votes: Vote[] }

/**
 * Without a policy they may who are full members and clicked a card that we posted at that destination, and without a
 * card persons with the role reviewer; with one, the members of its groups. Whoever can sign clicks of one app speaks
 * for nobody at the places of another. Never who asked, on whatever surface, and never twice.
 */
export async function reviewStanding(
  db: Executor,
  approval: ApprovalRow,
  asked: AskedOfReviewers,
  voter: Voter,
  now: number,
): Promise<Standing> {
  const { by, actor, voted, card } = voter
  if (by.standing === 'unknown') return { refusal: 'reviewer_unverified' }
  if (by.standing !== 'member' || card === 'strange') return { refusal: 'not_a_reviewer' }
  if (await isDisabled(db, by, actor)) return { refusal: 'reviewer_disabled' }
  // A test asks for nothing: whoever tries a destination may press its buttons.
  const askers = approval.is_test === 1 ? [] : voter.askers
  const isPlain = askers.length + voted.length === 0 && approval.requested_by === ''
  if (isPlain && approval.approvals_needed === 1 && asked.review === null && card) {
    return { groups: null, votes: [] }
  }

  const [people, seen] = await together(
    db,
    () => findPeople(db, [...(actor ? [actor.id] : []), ...askers, ...votersOf(voted)]),
    () => seeGroups(db, groupsNamed(asked), actor?.id),
  )
  const person = personOf(by, actor && people.get(actor.id))
  if (person.isDisabled) return { refusal: 'reviewer_disabled' }
  const standing = await groupsOf(db, asked, { by, person, card, seen }, now)
  if ('refusal' in standing) return standing
  const asking = askers.flatMap((id) => people.get(id) ?? [])
  if (asking.some(({ id }) => id === person.id)) return { refusal: 'own_request' }
  const named = [approval.requested_by, ...asking.flatMap(({ emails }) => emails)].filter(Boolean)
  if ((named.length > 0 || approval.approvals_needed > 1) && !isKnown(by, person)) {
    return { refusal: 'reviewer_unverified' }
  }
  if (shareAddress(named, person.emails)) return { refusal: 'own_request' }
  const votes = votesBy(people, voted)
  if (votes.some((vote) => isSamePerson(vote.by, person))) return { refusal: 'already_voted' }
  return { ...standing, votes }
}

interface Candidate {
  by: Principal
  person: Person
  card: ClickedCard | undefined
  seen: GroupsSeen
}

/** The ids of those that are asked, and of the one to be asked later, whose members are recorded as such from the start. */
function groupsNamed({ review, ...asked }: AskedOfReviewers): string[] {
  if (review === null) return []
  const all = requirementsOf({ review, ...asked }).map(({ group }) => group.id)
  const named = [...all, ...(review.escalateTo ? [review.escalateTo.id] : [])]
  return named.filter((id) => id !== USUAL_GROUP.id)
}

/** Of the groups that are asked those that they are in at this moment. */
async function groupsOf(
  db: Executor,
  asked: AskedOfReviewers,
  { by, person, card, seen }: Candidate,
  now: number,
): Promise<{ refusal: RefusalCode } | { groups: string[] | null }> {
  const mayAsUsual = card !== undefined || person.roles.has('reviewer')
  if (asked.review === null) return mayAsUsual ? { groups: null } : { refusal: 'not_a_reviewer' }
  const all = new Set(requirementsOf(asked).map(({ group }) => group.id))
  const who = {
    rowIds: person.rows.map(({ id }) => id),
    accounts: [...person.accounts, ...accountKeysOf(by)],
    pressedAt: card?.destinationId ?? null,
  }
  const memberships = await membershipsOf(db, seen, who, now)
  const groups = [...memberships.groups, ...(mayAsUsual && all.has(USUAL_GROUP.id) ? [USUAL_GROUP.id] : [])]
  const counts = (id: string) => all.has(id) || id === asked.escalatedTo?.id
  if (groups.some(counts)) return { groups }
  return { refusal: memberships.unasked.some(counts) ? 'reviewer_unverified' : 'not_a_reviewer' }
}

/** Who they are with what their platform says at this moment; somebody new is nobody but that. */
function personOf(by: Principal, known: Person | undefined): Person {
  const said = by.kind === 'account' ? (by.account.emails ?? []) : []
  if (known) return { ...known, emails: [...said, ...known.emails] }
  const nobody = { rows: [], accounts: [], roles: new Set<never>(), isDisabled: false, isJoinedByHand: false }
  return { ...nobody, id: by.id, name: '', emails: said }
}

/** Whether it can be told who they are beside this account: by an address that is said now, or by an admin. */
function isKnown(by: Principal, { isJoinedByHand, emails }: Person): boolean {
  if (by.kind === 'key') return true
  return by.account.emails !== undefined || (isJoinedByHand && emails.length > 0)
}
