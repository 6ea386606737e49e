// Presses cards in Slack as people do: not before the product has written down that it posted them.

import type { SlackStandIn } from '../../src/sandbox/slack-stand-in.ts'
import { eventually } from './eventually.ts'
import { select } from './peek.ts'

/** A card by webhook is never remembered before it is pressed, and one that is gone will not be. */
const PATIENCE_MS = 1_000

export function patient(slack: SlackStandIn, databaseUrl: string): SlackStandIn {
  const known = new Map<string, Promise<unknown>>()

  /** Of one card once, however many press it. */
  function whenRemembered(handle: string): Promise<unknown> {
    const sql = `select handle from posted_cards where handle = '${handle}'`
    const looked = eventually(async () => (await select(databaseUrl, sql)).length > 0, PATIENCE_MS)
    return looked.catch(() => known.delete(handle))
  }

  return {
    ...slack,
    async click(click) {
      const { channel, ts } = click
      const isOurs = slack
        .messages(channel)
        .some((one) => one.ts === ts && one.user !== '' && !one.ephemeralFor)
      const handle = `${channel}/${ts}`
      if (isOurs && !known.has(handle)) known.set(handle, whenRemembered(handle))
      await known.get(handle)
      return slack.click(click)
    },
  }
}
