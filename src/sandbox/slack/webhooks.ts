// Plays Slack's incoming webhooks: takes what they take, and answers one word of plain text.

import { randomBytes } from 'node:crypto'
import type { Answer } from '../faults.ts'
import { readContent, saysNothing } from './content.ts'
import type { JsonObject, MessageLog } from './messages.ts'
import { whole } from './web-api.ts'
import { TEAM, WORKSPACE } from './workspace.ts'

export interface Webhooks {
  /** Of a channel's webhook, below the place where webhooks are. Throws where there is no such channel. */
  pathTo(channelId: string): string
  /** `body` undefined: it was no JSON. */
  post(path: string, body: JsonObject | undefined): Answer
}

/** Every channel has one; its token lives as long as the process. */
export function createWebhooks(log: MessageLog): Webhooks {
  const channels = new Map(
    WORKSPACE.channels.map(({ id }, index) => [
      `${TEAM.id}/B0WEBHOOK${index}/${randomBytes(12).toString('hex')}`,
      id,
    ]),
  )

  return {
    pathTo(channelId) {
      const [path] = [...channels].find(([, id]) => id === channelId) ?? []
      if (path === undefined) throw new Error(`there is no channel ${channelId}`)
      return path
    },

    post(path, body) {
      const channelId = channels.get(path)
      if (channelId === undefined) return { status: 404, body: 'no_service' }
      if (body === undefined) return { status: 400, body: 'invalid_payload' }
      const read = readContent(body)
      if ('refused' in read) return { status: 400, body: read.refused.error }
      if (saysNothing(read.said)) return { status: 400, body: 'no_text' }
      log.post(channelId, whole(read.said), { byWebhook: true })
      return { status: 200, body: 'ok' }
    },
  }
}
