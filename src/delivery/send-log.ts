// Logs, where the level asks for it, what was sent where and how that went: never what it says, and no address.

import type { Message } from '../platforms/platform.ts'
import { type End, resultOf } from './end.ts'
import type { Served } from './served.ts'
import type { WorkerOptions } from './worker-options.ts'

/** `ends`: of one message. What went together has one line, which names the first. */
export function logSend(
  { event }: Message,
  ends: End[],
  { place, batching }: Pick<Served, 'place' | 'batching'>,
  { log }: Pick<WorkerOptions, 'log'>,
): void {
  const [first] = ends
  if (!first || !log.isLevelEnabled('debug')) return
  log.debug(
    {
      delivery: first.delivery.id,
      count: ends.length,
      destination: place.row.id,
      channelType: place.row.channel_type,
      eventType: event.type,
      host: batching.kind.host?.(place.to.config),
      outcome: resultOf(first),
      code: first.attempt.code ?? undefined,
      tookMs: first.attempt.took_ms,
    },
    'sent',
  )
}
