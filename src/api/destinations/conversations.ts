// Lists the conversations that the bots were added to, for admins who set up a destination.

import { isoTime } from '../../kit/clock.ts'
import type { Platform } from '../../platforms/platform.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { answer } from '../result.ts'
import { listConversations } from './operations.ts'

export function conversationsEndpoint(platforms: Map<string, Platform>): Endpoint {
  return endpoint(listConversations, async () => {
    const lists = [...platforms].map(async ([channelType, platform]) =>
      ((await platform.conversations?.()) ?? []).map(({ id, name, kind, addedAt }) => ({
        channel_type: channelType,
        conversation_id: id,
        name,
        kind,
        added_at: isoTime(addedAt),
      })),
    )
    return answer(200, { data: (await Promise.all(lists)).flat(), next_cursor: null })
  })
}
