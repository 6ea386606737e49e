// Sends messages to Slack by bot token: posts them to a channel, and redraws them there while they exist.

import type { WebClient } from '@slack/web-api'
import type { BotConfig } from './config.ts'
import { handleOf, placeOf } from './handle.ts'
import type { Transport } from './transport.ts'
import { calling } from './web-api.ts'
import type { Workspaces } from './workspace.ts'

export interface BotOptions {
  /** For destinations without their own. */
  botToken: string | undefined
  clientOf: (token: string) => WebClient
  workspaces: Pick<Workspaces, 'find'>
}

export function botTransports(options: BotOptions): (config: BotConfig) => Transport {
  const { clientOf, workspaces } = options
  return ({ bot_token, channel_id }) => {
    const token = bot_token ?? options.botToken ?? ''
    return {
      async post(message) {
        // Known before the first card is out, so that a click on it finds its workspace without asking Slack.
        await workspaces.find(token)
        const posted = clientOf(token).chat.postMessage({ ...message, channel: channel_id })
        const { channel, ts } = await calling(posted)
        return { handle: handleOf(channel as string, ts as string) }
      },

      async redraw(handle, message) {
        await calling(clientOf(token).chat.update({ ...message, ...placeOf(handle) }))
      },
    }
  }
}
