// Says what came of a press, also where the database is away, and tells whoever pressed why it does not count.

import type { WebClient } from '@slack/web-api'
import type { Outcome, RefusalCode } from '../../approvals/refusals.ts'
import { because } from '../../kit/cause.ts'
import type { Logger } from '../../kit/log.ts'
import { logFailure } from '../../kit/log-failure.ts'
import { Outage } from '../../kit/outage.ts'
import { type RefusalCard, refusalCard, type Told } from './reply-card.ts'

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

/** Says it to whoever pressed alone. */
type Respond = (card: RefusalCard) => Promise<unknown>

/** Where a press lets us answer by no response URL: behind the modal, in the channel of its card. */
export function respondIn(client: WebClient, channel: string, user: string): Respond {
  return ({ text }) => client.chat.postEphemeral({ channel, user, text })
}

/** After the ack: a failure here changes nothing. */
export async function tell(told: Told, respond: Respond, log: Logger): Promise<void> {
  await respond({ ...refusalCard(told) }).catch((error) =>
    log.warn(because(error), 'whoever pressed could not be told why it does not count'),
  )
}
