// Sends one message: a delivery, or many that go together.

import type { DeliveryRow } from '../../db/schema.ts'
import type { Message, PlatformKind } from '../platforms/platform.ts'
import { CLASS } from '../store/literals.ts'
import type { Batch, Due } from './batching.ts'
import type { End } from './end.ts'
import { messageOf, type Told } from './message.ts'
import { type Letter, send, sendTogether } from './send.ts'
import { logSend } from './send-log.ts'
import { keepLease, type Served, type ServeOptions } from './served.ts'
import type { Turns } from './turns.ts'

/** Nothing ends where it has to wait for others of its key. */
export async function sendBatch({ due }: Batch, served: Served, options: ServeOptions): Promise<End[]> {
  const { db, clock, log, publicUrl, leases, findContacts, requesters } = options
  const { kind, settings } = served.batching
  for (const { delivery } of due) noteTurn(served.turns, delivery)
  const isOurs = () => keepLease(served, options)
  const sending = { db: db.read, kind, place: served.place, clock, log, findContacts, requesters, isOurs }
  const telling = { settings, audience: kind.audience, publicUrl, now: clock.now() }
  const letters: Letter[] = []
  for (const { delivery, ...one } of due) {
    const told = await toldOf(one, options)
    if (told) letters.push({ delivery, message: messageOf(told, telling) })
  }
  if (letters.length === 0) return []
  const [{ delivery, message }] = letters as [Letter]
  if (letters.length > 1 || kind.batch !== undefined) {
    const ends = await sendTogether(letters, sending)
    logSend(message, ends, served, options)
    return ends
  }
  const until = served.queue.behind(delivery, message.event)
  if (until !== undefined) {
    await leases.hold(served.lease, [delivery], until)
    return []
  }
  const end = await send({ delivery, message }, sending)
  logSend(message, [end], served, options)
  served.queue.ended(end, message.event)
  return [{ ...end, isLate: delivery.recipient === null && isLate(message, kind, options) }]
}

function isLate(
  message: Message,
  { audience }: Pick<PlatformKind, 'audience'>,
  { unreachedAfterMs, clock }: ServeOptions,
): boolean {
  if (audience !== 'people' || message.kind !== 'approval') return false
  const { status, reached, created_at } = message.view
  // It is settled a moment from now, and the clocks of two processes differ.
  const isOld = clock.now() - Date.parse(created_at) >= unreachedAfterMs / 2
  return status === 'pending' && (!reached || isOld)
}

/** Of an approval as it stands at this moment; undefined when it was deleted since, with what was due. */
async function toldOf(
  { shown: event, repeated }: Pick<Due, 'shown' | 'repeated'>,
  { findView }: ServeOptions,
): Promise<Told | undefined> {
  if (event.approval_id === null) return { event, view: undefined, repeated }
  const view = await findView(event.approval_id)
  return view && { event, view, repeated }
}

function noteTurn(turns: Turns, { class: place, lane }: DeliveryRow): void {
  if (place === CLASS.card) turns.took({ lane })
  if (place === CLASS.update) turns.took({})
}
