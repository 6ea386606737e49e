// Keeps the response_url of the last click on a card that has no handle, to reach it while the URL is valid.

import type { Clock } from '../../kit/clock.ts'
import type { PlatformState } from '../platform.ts'

/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const LIFETIME_MS = 30 * 60 * 1000
const PREFIX = 'response-url:'

export interface ResponseUrls {
  /** In place of an earlier one of that card. Nothing is kept of what does not lead to Slack. */
  keep(destinationId: string, handle: string, url: unknown): Promise<void>
  find(destinationId: string, handle: string): Promise<string | undefined>
  forgetExpired(): Promise<void>
}

interface Kept {
  key: string
  url: string
  until: number
}

/** Kept in the database: the click and the redraw may be two processes' work. `origins`: where they may lead. */
export function createResponseUrls(state: PlatformState, clock: Clock, origins: Set<string>): ResponseUrls {
  const keyOf = (destinationId: string, handle: string) => `${PREFIX}${destinationId}/${handle}`
  const isAlive = (kept: Kept) => clock.now() < kept.until

  return {
    async keep(destinationId, handle, url) {
      const parsed = typeof url === 'string' ? URL.parse(url) : null
      if (!parsed || !origins.has(parsed.origin)) return
      const key = keyOf(destinationId, handle)
      const kept: Kept = { key, url: parsed.href, until: clock.now() + LIFETIME_MS }
      await state.set(key, kept)
    },

    async find(destinationId, handle) {
      const kept = await state.get<Kept>(keyOf(destinationId, handle))
      return kept && isAlive(kept) ? kept.url : undefined
    },

    async forgetExpired() {
      for (const kept of await state.list<Kept>(PREFIX)) if (!isAlive(kept)) await state.remove(kept.key)
    },
  }
}
