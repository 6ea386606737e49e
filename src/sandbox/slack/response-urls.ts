// Plays Slack's response_urls: what may be said through one, how often, and for how long.

import { randomBytes } from 'node:crypto'
import type { Clock } from '../../kit/clock.ts'
import type { Answer } from '../faults.ts'
import { readContent, refusal, saysNothing } from './content.ts'
import type { JsonObject, MessageLog } from './messages.ts'
import { whole } from './web-api.ts'

/** What it was handed out for; a slash command has no original message. */
export interface Occasion {
  channel: string
  userId: string
  originalTs?: string
}

export interface ResponseUrls {
  /** A new id; the URL ends with it. */
  open(occasion: Occasion): string
  use(id: string, body: JsonObject): Answer
}

const USES = 5
const LIFETIME_MS = 30 * 60_000
const REMEMBERED = 1000

export function createResponseUrls(log: MessageLog, clock: Clock): ResponseUrls {
  const opened = new Map<string, Occasion & { usesLeft: number; closesAt: number }>()

  return {
    open(occasion) {
      const id = randomBytes(18).toString('base64url')
      opened.set(id, { ...occasion, usesLeft: USES, closesAt: clock.now() + LIFETIME_MS })
      for (const oldest of opened.keys()) {
        if (opened.size <= REMEMBERED) break
        opened.delete(oldest)
      }
      return id
    },

    use(id, body) {
      const occasion = opened.get(id)
      if (!occasion || clock.now() >= occasion.closesAt) return refused(404, 'expired_url')
      if (occasion.usesLeft === 0) return refused(404, 'used_url')
      const original = occasion.originalTs && log.find(occasion.channel, occasion.originalTs)
      if (body.delete_original === true) {
        occasion.usesLeft -= 1
        if (original) log.remove(original)
        return DONE
      }
      const read = readContent(body)
      if ('refused' in read) return { status: 400, body: read.refused }
      if (saysNothing(read.said)) return refused(400, 'no_text')
      occasion.usesLeft -= 1
      const content = whole(read.said)
      if (body.replace_original === true && original) log.replace(original, content)
      else if (body.response_type === 'in_channel') log.post(occasion.channel, content)
      else log.post(occasion.channel, content, { onlyFor: occasion.userId })
      return DONE
    },
  }
}

const DONE: Answer = { status: 200, body: { ok: true } }

function refused(status: number, error: string): Answer {
  return { status, body: refusal(error) }
}
