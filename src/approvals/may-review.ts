// Says whether somebody may vote on an approval. What cannot be verified is refused.

import type { ApprovalRow, PersonRow } from '../../db/schema.ts'
import { type Actor, isDisabled } from '../identity/accounts.ts'
import { shareAddress } from '../identity/addresses.ts'
import { findPeople, findPerson, isSamePerson, type Person } from '../identity/persons.ts'
import type { Principal } from '../identity/principal.ts'
import type { Executor } from '../store/database.ts'
import type { RefusalCode } from './refusals.ts'
import type { Vote } from './votes.ts'

interface Voter {
  by: Principal
  /** Whom we know by that account or key. */
  actor: Actor
  /** The holder of the API key that asked, of the key that made that one, and of those that it made. */
  askers: PersonRow[]
  votes: Vote[]
  /** The card that was clicked, if any was: whether it is one of ours. */
  card: 'none' | 'ours' | 'strange'
}

/**
 * undefined when they may: a full member who clicked a card that we posted at that destination, or without a card a
 * person with the role reviewer. Whoever can sign clicks of one app speaks for nobody at the places of another.
 * Never who asked, on whatever surface, and never twice.
 */
export async function refuseVoter(
  db: Executor,
  approval: ApprovalRow,
  voter: Voter,
): Promise<RefusalCode | undefined> {
  const { by, actor, votes, card } = voter
  if (by.standing === 'unknown') return 'reviewer_unverified'
  if (by.standing !== 'member' || card === 'strange') return 'not_a_reviewer'
  if (await isDisabled(db, by, actor)) return 'reviewer_disabled'
  // A test asks for nothing: whoever tries a destination may press its buttons.
  const askers = approval.is_test === 1 ? [] : voter.askers
  const isPlain = askers.length + votes.length === 0 && approval.requested_by === ''
  if (isPlain && approval.approvals_needed === 1 && card === 'ours') return undefined

  const person = await personOf(db, by, actor)
  if (person.isDisabled) return 'reviewer_disabled'
  if (card === 'none' && !person.roles.has('reviewer')) return 'not_a_reviewer'
  const people = [...(await findPeople(db, askers)).values()]
  if (people.some(({ id }) => id === person.id)) return 'own_request'
  const named = [approval.requested_by, ...people.flatMap(({ emails }) => emails)].filter(Boolean)
  if ((named.length > 0 || approval.approvals_needed > 1) && !isKnown(by, person))
    return 'reviewer_unverified'
  if (shareAddress(named, person.emails)) return 'own_request'
  return votes.some((vote) => isSamePerson(vote.by, person)) ? 'already_voted' : undefined
}

/** Who they are with what their platform says at this moment; somebody new is nobody but that. */
async function personOf(db: Executor, by: Principal, actor: Actor): Promise<Person> {
  const said = by.kind === 'account' ? (by.account.emails ?? []) : []
  if (actor) {
    const person = await findPerson(db, actor)
    return { ...person, emails: [...said, ...person.emails] }
  }
  const nobody = { rows: [], accounts: [], roles: new Set<never>(), isDisabled: false, isJoinedByHand: false }
  return { ...nobody, id: by.id, name: '', emails: said }
}

/** Whether it can be told who they are beside this account: by an address that is said now, or by an admin. */
function isKnown(by: Principal, { isJoinedByHand, emails }: Person): boolean {
  if (by.kind === 'key') return true
  return by.account.emails !== undefined || (isJoinedByHand && emails.length > 0)
}
