// Says who alone is told of a change of an approval, and at which destinations each may be known.

import type { ApprovalRow } from '../../db/schema.ts'
import type { EventType } from '../events/catalogue.ts'
import { isOn } from '../events/fan-out.ts'
import type { Direct, Recipient } from '../events/recipient.ts'
import { isOfDisabled } from '../identity/accounts.ts'
import { shareAddress } from '../identity/addresses.ts'
import { groupPeople } from '../identity/group-people.ts'
import { findPeople, isSamePerson, type Person } from '../identity/persons.ts'
import { findAskers } from '../store/api-keys.ts'
import { findVoteRows } from '../store/decisions.ts'
import type { Listener } from '../store/destinations.ts'
import type { Change } from './change.ts'
import { askedOf, type Review, requirementsOf, rulingOf } from './ruling.ts'
import { approversOf, fill } from './tally.ts'
import { type Vote, votesWithPeople } from './votes.ts'

/** More would be a mailing list. */
const MOST_TOLD = 100
/** Each is a question to a platform where somebody is known nowhere. */
const MOST_PLACES = 10

type Telling = Pick<Change, 'trx' | 'now'> & Partial<Pick<Change, 'tellable'>>

/** Somebody who may be told, and the platforms where an account of theirs is known. */
interface Addressee {
  recipient: Recipient
  platforms: string[]
  /** Only there: no address is known. */
  nowhereElse: boolean
}

/**
 * At the destinations of people among `hearers` that are on, each person once. A test, and what a policy answered by
 * itself, is told to nobody.
 */
export async function toldDirectly(
  change: Telling,
  type: EventType,
  approval: ApprovalRow,
  hearers: Listener[],
): Promise<Direct[]> {
  const review = rulingOf(approval)?.review
  const { tellable = [] } = change
  const places = hearers.filter((row) => tellable.includes(row.channel_type) && isOn(row))
  if (!review || places.length === 0) return []
  const direct: Direct[] = []
  for await (const one of addresseesOf(change, type, approval, review)) {
    const direction = { recipient: one.recipient, places: placesFor(one, places) }
    if (direction.places.length > 0) direct.push(direction)
    if (direct.length === MOST_TOLD) break
  }
  return direct
}

/** One after the other, because they may be a whole company. */
async function* addresseesOf(
  change: Telling,
  type: EventType,
  approval: ApprovalRow,
  review: Review,
): AsyncGenerator<Addressee> {
  const tells = (whom: Review['tell'][number]) => review.tell.includes(whom)
  switch (type) {
    case 'approval.requested':
      if (tells('reviewers'))
        yield* reviewersIn(change, approval, idsOf(requirementsOf(askedOf(approval))), [])
      return
    case 'approval.reminded':
      yield* missingReviewers(change, approval)
      return
    case 'approval.escalated': {
      const group = review.escalateTo
      if (group) yield* reviewersIn(change, approval, [group.id], await votesOn(change, approval))
      return
    }
    case 'approval.decided':
    case 'approval.expired':
      if (tells('requester')) yield* await requesterOf(change, approval)
  }
}

/** Whose approval counts for what is not met yet. */
async function* missingReviewers(change: Telling, approval: ApprovalRow): AsyncGenerator<Addressee> {
  const asked = askedOf(approval)
  const votes = await votesOn(change, approval)
  const open = fill(asked, approversOf(votes)).filter(({ missing }) => missing > 0)
  const groups = idsOf(open.map(({ requirement }) => requirement))
  const all = [...groups, ...(asked.escalatedTo ? [asked.escalatedTo.id] : [])]
  yield* reviewersIn(change, approval, all, votes)
}

/** Nobody who may not decide it: who asked, who has voted, and who was disabled. */
async function* reviewersIn(
  { trx, now }: Telling,
  approval: ApprovalRow,
  groupIds: string[],
  votes: Vote[],
): AsyncGenerator<Addressee> {
  const askers = [...(await findPeople(trx, await findAskers(trx, approval.id))).values()]
  const asking = [approval.requested_by, ...askers.flatMap(({ emails }) => emails)].filter(Boolean)
  const mayDecide = (person: Person) =>
    !person.isDisabled &&
    !askers.some(({ id }) => id === person.id) &&
    !shareAddress(asking, person.emails) &&
    !votes.some(({ by }) => isSamePerson(by, person))
  for await (const { people, accounts } of groupPeople(trx, groupIds, now)) {
    for (const person of people.filter(mayDecide)) {
      const platforms = person.accounts.map(({ platform }) => platform)
      yield { recipient: { person_id: person.id }, platforms, nowhereElse: person.emails.length === 0 }
    }
    for (const account of accounts) {
      yield { recipient: { account }, platforms: [account.platform], nowhereElse: true }
    }
  }
}

async function requesterOf({ trx }: Telling, { requested_by }: ApprovalRow): Promise<Addressee[]> {
  if (requested_by === '' || (await isOfDisabled(trx, [requested_by]))) return []
  return [{ recipient: { requester: true }, platforms: [], nowhereElse: false }]
}

async function votesOn({ trx }: Telling, { id }: ApprovalRow): Promise<Vote[]> {
  return votesWithPeople(trx, await findVoteRows(trx, [id]))
}

/** First where an account is known, then where an address may be; the oldest destination first. */
function placesFor({ platforms, nowhereElse }: Addressee, places: Listener[]): string[] {
  const isKnown = ({ channel_type }: Listener) => platforms.includes(channel_type)
  const others = nowhereElse ? [] : places.filter((row) => !isKnown(row))
  return [...places.filter(isKnown), ...others].slice(0, MOST_PLACES).map(({ id }) => id)
}

function idsOf(requirements: { group: { id: string } }[]): string[] {
  return requirements.map(({ group }) => group.id)
}
