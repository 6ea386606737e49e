// Carries out one send: whatever a platform does, it ends in words that can be written down.

import type { DeliveryRow } from '../../db/schema.ts'
import { because } from '../kit/cause.ts'
import { type Clock, isoTime } from '../kit/clock.ts'
import type { Logger } from '../kit/log.ts'
import {
  type Digest,
  Failed,
  type Message,
  Misconfigured,
  type PlatformKind,
  type RetryPolicy,
  SendError,
  Throttled,
  Undeliverable,
} from '../platforms/platform.ts'
import type { Executor } from '../store/database.ts'
import { type Delivered, deliver, isUnheard, type Place } from './deliver.ts'
import { findNextPlace, tellDirectly } from './direct.ts'
import type { Attempt, End, NextPlace } from './end.ts'
import type { RequesterLimit } from './requester-limit.ts'
import { retryDelayMs } from './retry.ts'
import type { WorkerOptions } from './worker-options.ts'

/** Enough to find one in a thousand. */
const MOST_HALVINGS = 12

const NOTHING: Delivered = { what: 'nothing' }
const TAKEN: Delivered = { what: 'posted' }

/** A delivery, and what it says at this moment. */
export interface Letter {
  delivery: DeliveryRow
  message: Message
}

export interface SendOptions {
  db: Executor
  kind: Pick<PlatformKind, 'retryPolicy' | 'keepsExcerpts'>
  place: Place
  clock: Clock
  log: Logger
  findContacts: WorkerOptions['findContacts']
  requesters: RequesterLimit
  /** Renews the lease, to be asked before each request of several; false: another sender has the destination. */
  isOurs(): Promise<boolean>
}

/** One try: what came of it, or what was thrown. */
type Tried =
  | { attempt: Attempt; delivered: Delivered }
  | { attempt: Attempt & { code: string }; error: unknown }

/** Never throws what a platform throws. */
export async function send({ delivery, message }: Letter, options: SendOptions): Promise<End> {
  const { db, place, clock } = options
  const act =
    delivery.recipient === null
      ? () => deliver(db, delivery, message, place, clock.now())
      : () => tellDirectly(delivery, message, place, options)
  const tried = await attempted(act, options)
  const next = 'error' in tried ? await findNextPlace(db, delivery) : undefined
  const [end] = endsOf(tried, [delivery], options, next)
  return end as End
}

/**
 * One message for all of them, which end alike. Where the platform says which of them it refuses, those behind it are
 * sent once more; where it does not, they are sent again in halves. So what is wrong with one of them does not take the
 * others along. What is not sent because the lease was lost has no end. Never throws what a platform throws.
 */
export async function sendTogether(letters: Letter[], options: SendOptions): Promise<End[]> {
  const isUnsaid = ({ delivery, message }: Letter) => isUnheard(delivery, message, options.place)
  const nothing = await attempted(async () => NOTHING, options)
  const unsaid = endsOf(nothing, deliveriesOf(letters.filter(isUnsaid)), options)
  const said = letters.filter((letter) => !isUnsaid(letter))
  const left = { halvings: MOST_HALVINGS }
  return said.length === 0 ? unsaid : [...unsaid, ...(await inParts(said, options, left))]
}

async function inParts(letters: Letter[], options: SendOptions, left: { halvings: number }): Promise<End[]> {
  if (letters.length === 0 || !(await options.isOurs())) return []
  const deliveries = deliveriesOf(letters)
  const tried = await attempted(() => digested(letters, options.place), options)
  const refusal = letters.length > 1 && refusalOf(tried)
  if (!refusal) return endsOf(tried, deliveries, options)
  const { at = letters.length } = refusal
  if (at < letters.length) {
    const taken = { attempt: { ...tried.attempt, code: null, excerpt: null }, delivered: TAKEN }
    return [
      ...endsOf(taken, deliveries.slice(0, at), options),
      ...endsOf(tried, deliveries.slice(at, at + 1), options),
      ...(await inParts(letters.slice(at + 1), options, left)),
    ]
  }
  if (left.halvings === 0) {
    // Most of them are good: all are tried again, in other company.
    const error = new Failed(refusal.code, refusal.excerpt)
    return endsOf({ attempt: { ...tried.attempt, code: error.code }, error }, deliveries, options)
  }
  left.halvings -= 1
  const middle = Math.ceil(letters.length / 2)
  return [
    ...(await inParts(letters.slice(0, middle), options, left)),
    ...(await inParts(letters.slice(middle), options, left)),
  ]
}

async function digested(letters: Letter[], { platform, to }: Place): Promise<Delivered> {
  if (!platform.digest) throw new Error(`${to.id} takes no digests`)
  const { handle: _, ...posted } = await platform.digest(digestOf(letters), to)
  return { what: 'posted', ...posted }
}

function digestOf(letters: Letter[]): Digest {
  return {
    events: letters.map(({ message }) => message.event),
    mention: letters.some(({ message }) => message.mention),
  }
}

/** Of what was sent, not of the destination. */
function refusalOf(tried: Tried): Undeliverable | undefined {
  const error = 'error' in tried ? tried.error : undefined
  return error instanceof Undeliverable && error.what === 'message' ? error : undefined
}

const deliveriesOf = (letters: Letter[]) => letters.map(({ delivery }) => delivery)

async function attempted(
  act: () => Promise<Delivered>,
  { clock, kind }: Pick<SendOptions, 'clock' | 'kind'>,
): Promise<Tried> {
  const at = clock.now()
  const took = () => Math.max(0, clock.now() - at)
  try {
    const delivered = await act()
    return { attempt: { at, took_ms: took(), code: null, excerpt: null }, delivered }
  } catch (error) {
    const { code, excerpt } = error instanceof SendError ? error : { code: 'internal_error', excerpt: null }
    return { attempt: { at, took_ms: took(), code, excerpt: kind.keepsExcerpts ? excerpt : null }, error }
  }
}

function endsOf(tried: Tried, deliveries: DeliveryRow[], options: SendOptions, next?: NextPlace): End[] {
  if ('error' in tried) return failures(tried.error, deliveries, tried.attempt, options, next)
  const { attempt } = tried
  return deliveries.map((delivery) => ({ what: 'delivered', delivery, delivered: tried.delivered, attempt }))
}

function failures(
  error: unknown,
  deliveries: DeliveryRow[],
  attempt: Attempt & { code: string },
  { kind, place, clock, log }: SendOptions,
  next?: NextPlace,
): End[] {
  const { code } = attempt
  const about = { delivery: deliveries[0]?.id, count: deliveries.length, destination: place.row.id }
  if (!(error instanceof SendError)) log.error({ ...about, err: error }, 'a platform broke its contract')
  if (error instanceof Throttled) {
    log.info({ ...about, delayMs: error.delayMs }, 'the destination asks us to slow down')
    return deliveries.map((delivery) => ({ what: 'throttled', delivery, attempt, coolDownMs: error.delayMs }))
  }
  if (error instanceof Undeliverable && error.what === 'destination') {
    log.warn({ ...about, code }, 'the destination is gone and switched off')
    return deliveries.map((delivery) => ({ what: 'gone', delivery, attempt, code }))
  }
  const policy = (place.row.retry_policy as RetryPolicy | null) ?? kind.retryPolicy
  // What was sent together comes back together.
  const random = Math.random()
  const now = clock.now()
  const ends = deliveries.map((delivery): End => {
    const isFinal = error instanceof Undeliverable
    const delayMs = isFinal ? undefined : retryDelayMs(policy, delivery.attempts + 1, random)
    if (delayMs === undefined) {
      return next ? { what: 'elsewhere', delivery, attempt, next } : { what: 'dead', delivery, attempt }
    }
    const misconfigured = error instanceof Misconfigured ? code : null
    return { what: 'failed', delivery, attempt, nextAttemptAt: now + delayMs, misconfigured }
  })
  const why = { code, ...causeOf(error) }
  const retried = ends.filter((end) => end.what === 'failed')
  if (retried[0]) {
    const nextAttemptAt = isoTime(retried[0].nextAttemptAt)
    log.warn({ ...about, count: retried.length, ...why, nextAttemptAt }, 'a send failed and is tried again')
  }
  const dead = ends.filter((end) => end.what === 'dead').length
  if (dead > 0) log.warn({ ...about, count: dead, ...why }, 'a delivery is given up')
  return ends
}

/** Where no answer of the provider says it. */
function causeOf(error: unknown): { reason?: string; cause?: string } {
  return error instanceof SendError && error.cause !== undefined ? because(error.cause) : {}
}
