// Hands out Slack's trigger_ids: each opens one modal for one person, within three seconds.

import { randomBytes } from 'node:crypto'
import type { Clock } from '../../kit/clock.ts'
import { TEAM } from './workspace.ts'

export interface Triggers {
  /** A new one, or the given one as if it were. */
  issue(userId: string, given?: string): string
  /** Whose it is, or Slack's word for why it opens nothing. */
  use(id: unknown): { userId: string } | { error: string }
}

const LIFETIME_MS = 3000
const REMEMBERED = 1000

export function createTriggers(clock: Clock): Triggers {
  const issued = new Map<string, { userId: string; until: number; isUsed: boolean }>()

  return {
    issue(userId, given) {
      const tail = randomBytes(16).toString('hex')
      const id = given ?? `${clock.now()}.${TEAM.id.length}${Math.floor(clock.now() / 1000)}.${tail}`
      issued.set(id, { userId, until: clock.now() + LIFETIME_MS, isUsed: false })
      for (const oldest of issued.keys()) {
        if (issued.size <= REMEMBERED) break
        issued.delete(oldest)
      }
      return id
    },

    use(id) {
      const trigger = issued.get(String(id))
      if (!trigger) return { error: 'invalid_trigger_id' }
      if (clock.now() >= trigger.until) return { error: 'expired_trigger_id' }
      if (trigger.isUsed) return { error: 'exchanged_trigger_id' }
      trigger.isUsed = true
      return { userId: trigger.userId }
    },
  }
}
