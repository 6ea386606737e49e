// How does one send go? Whatever a platform does, it ends in words that the outbox can write down.

import type { DeliveryRow } from '../../db/schema.ts'
import type { Clock } from '../kit/clock.ts'
import type { Logger } from '../kit/log.ts'
import {
  type Message,
  type PlatformKind,
  type RetryPolicy,
  SendError,
  Throttled,
  Undeliverable,
} from '../platforms/platform.ts'
import type { Executor } from '../store/database.ts'
import { type Delivered, deliver, type Place } from './deliver.ts'
import type { Attempt, End } from './outbox.ts'
import { retryDelayMs } from './retry.ts'

export interface SendOptions {
  db: Executor
  kind: Pick<PlatformKind, 'retryPolicy' | 'keepsExcerpts'>
  place: Place
  clock: Clock
  log: Logger
}

/** Never throws what a platform throws. */
export async function send(delivery: DeliveryRow, message: Message, options: SendOptions): Promise<End> {
  const { db, place, clock } = options
  const at = clock.now()
  const ended = (code: string | null, excerpt: string | null = null): Attempt => ({
    at,
    took_ms: Math.max(0, clock.now() - at),
    code,
    excerpt,
  })
  let delivered: Delivered
  try {
    delivered = await deliver(db, delivery, message, place, at)
  } catch (error) {
    return failure(error, delivery, ended, options)
  }
  return { what: 'delivered', delivery, delivered, attempt: ended(null) }
}

function failure(
  error: unknown,
  delivery: DeliveryRow,
  ended: (code: string, excerpt: string | null) => Attempt,
  { kind, place, clock, log }: SendOptions,
): End {
  const about = { delivery: delivery.id, destination: place.row.id }
  if (!(error instanceof SendError)) log.error({ ...about, err: error }, 'a platform broke its contract')
  const { code, excerpt } = error instanceof SendError ? error : { code: 'internal_error', excerpt: null }
  const attempt = ended(code, kind.keepsExcerpts ? excerpt : null)
  if (error instanceof Throttled) {
    log.info({ ...about, delayMs: error.delayMs }, 'the destination asks us to slow down')
    return { what: 'throttled', delivery, attempt, coolDownMs: error.delayMs }
  }
  if (error instanceof Undeliverable && error.what === 'destination') {
    log.warn({ ...about, code }, 'the destination is gone and switched off')
    return { what: 'gone', delivery, attempt, code }
  }
  const policy = (place.row.retry_policy as RetryPolicy | null) ?? kind.retryPolicy
  const delayMs = error instanceof Undeliverable ? undefined : retryDelayMs(policy, delivery.attempts + 1)
  if (delayMs !== undefined)
    return { what: 'failed', delivery, attempt, nextAttemptAt: clock.now() + delayMs }
  log.warn({ ...about, code }, 'a delivery is given up')
  return { what: 'dead', delivery, attempt }
}
