// Tells one person alone, as long as there is something to tell; what goes wrong says nothing of the destination.

import type { DeliveryRow } from '../../db/schema.ts'
import type { ApprovalView } from '../approvals/view.ts'
import { nextPlacesOf, type Recipient, recipientAt, recipientOf } from '../events/recipient.ts'
import {
  type ApprovalMessage,
  type Contact,
  Failed,
  type Message,
  Misconfigured,
  RECIPIENT_UNKNOWN,
  Undeliverable,
} from '../platforms/platform.ts'
import type { Executor } from '../store/database.ts'
import { findFirstOn } from '../store/destinations.ts'
import type { Delivered, Place } from './deliver.ts'
import type { End, NextPlace } from './end.ts'
import type { RequesterLimit } from './requester-limit.ts'
import type { WorkerOptions } from './worker-options.ts'

const NOTHING: Delivered = { what: 'nothing' }

/** That something waits, or who is missing, is told only while it is so. */
const WHILE_PENDING: ReadonlySet<string> = new Set([
  'approval.requested',
  'approval.reminded',
  'approval.escalated',
])

/** An agent named this address in more approvals than anybody needs to hear of in an hour. */
const RECIPIENT_LIMIT = 'recipient_limit'

type Telling = Pick<WorkerOptions, 'findContacts' | 'clock'> & {
  requesters: RequesterLimit
  isOurs(): Promise<boolean>
}

/** Throws what the platform throws, as of this message alone. */
export async function tellDirectly(
  delivery: DeliveryRow,
  message: Message,
  { platform, to, row }: Place,
  { findContacts, clock, requesters, isOurs }: Telling,
): Promise<Delivered> {
  const recipient = recipientOf(delivery)
  if (!recipient || message.kind !== 'approval' || isOver(message, recipient, clock.now())) return NOTHING
  const contacts = await contactsOf(recipient, message.view, findContacts)
  if (!contacts) return NOTHING
  if (!platform.tell) throw new Undeliverable('message', RECIPIENT_UNKNOWN)
  const requester = 'requester' in recipient ? message.view.requested_by?.email : undefined
  if (requester !== undefined && requesters.isFull(requester, clock.now())) {
    throw new Undeliverable('message', RECIPIENT_LIMIT)
  }
  const here = contacts.accounts.filter((account) => account.platform === row.channel_type)
  const contact: Contact = {
    accounts: here.map(({ tenant, user_id }) => ({ tenant, userId: user_id })),
    emails: contacts.emails,
  }
  // Who is told is looked up first, which may take several requests: the lease is renewed for them.
  if (!(await isOurs())) throw new Failed('lease_lost')
  try {
    await platform.tell(message, contact, to)
  } catch (error) {
    throw ofThisMessage(error)
  }
  if (requester !== undefined) requesters.told(requester, clock.now())
  return { what: 'posted' }
}

function isOver({ view, event }: ApprovalMessage, recipient: Recipient, now: number): boolean {
  if (!WHILE_PENDING.has(event.type)) return false
  const hasVoted =
    'person_id' in recipient && view.decisions.some(({ reviewer }) => reviewer.id === recipient.person_id)
  return view.status !== 'pending' || Date.parse(view.expires_at) <= now || hasVoted
}

/** undefined: there is nobody to be told any more. */
async function contactsOf(
  recipient: Recipient,
  { requested_by }: ApprovalView,
  findContacts: WorkerOptions['findContacts'],
): ReturnType<WorkerOptions['findContacts']> {
  if ('person_id' in recipient) return findContacts(recipient.person_id)
  if ('account' in recipient) return { accounts: [recipient.account], emails: [] }
  return requested_by ? { accounts: [], emails: [requested_by.email] } : undefined
}

function ofThisMessage(error: unknown): unknown {
  if (error instanceof Undeliverable) return new Undeliverable('message', error.code, error.excerpt)
  return error instanceof Misconfigured ? new Failed(error.code, error.excerpt, error.cause) : error
}

/** undefined: there is none that is on. */
export async function findNextPlace(db: Executor, delivery: DeliveryRow): Promise<NextPlace | undefined> {
  const next = nextPlacesOf(delivery)
  const place = next.length === 0 ? undefined : await findFirstOn(db, next)
  return place === undefined ? undefined : { destination_id: place, ...recipientAt(delivery, place) }
}

/** One person's message that its platform takes later: cards are not held up by it. */
export function isPutOff(end: End): end is Extract<End, { what: 'throttled' }> {
  return end.what === 'throttled' && end.delivery.recipient !== null
}
