// Says what came of a press, also where the database is away, and tells whoever pressed why it does not count.

import type { RespondFn } from '@slack/bolt'
import type { Outcome, RefusalCode } from '../../approvals/refusals.ts'
import { because } from '../../kit/cause.ts'
import type { Logger } from '../../kit/log.ts'
import { logFailure } from '../../kit/log-failure.ts'
import { Outage } from '../../kit/outage.ts'
import { refusalCard, type Told } from './reply-card.ts'

/** Without a code: the database could not be used. */
export type PressOutcome<T> = { ok: true; value: T } | { ok: false; refusal: Told & { code?: RefusalCode } }

export async function outcomeOf<T>(press: () => Promise<Outcome<T>>, log: Logger): Promise<PressOutcome<T>> {
  try {
    return await press()
  } catch (error) {
    if (!(error instanceof Outage)) throw error
    logFailure(log, error, 'a press failed')
    return { ok: false, refusal: { text: error.message, first: null } }
  }
}

/** After the ack, to whoever pressed alone: a failure here changes nothing. */
export async function tell(told: Told, respond: RespondFn, log: Logger): Promise<void> {
  await respond({ ...refusalCard(told) }).catch((error) =>
    log.warn(because(error), 'whoever pressed could not be told why it does not count'),
  )
}
