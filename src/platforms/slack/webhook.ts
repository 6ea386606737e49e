// Sends messages by Slack's incoming webhooks, which give no handle: the buttons name the destination.

import type { KnownBlock } from '@slack/types'
import { sha256Hex } from '../../kit/canonical-json.ts'
import { type Pace, Undeliverable } from '../platform.ts'
import type { WebhookConfig } from './config.ts'
import type { PostToHook } from './hook-api.ts'
import type { SlackMessage } from './message.ts'
import type { ResponseUrls } from './response-urls.ts'
import type { Transport } from './transport.ts'

/** Slack takes one message a second of a webhook, and short bursts. */
const PACE = { perSecond: 0.9, burst: 3 }
/** No part of a block's own id. */
const MARK = '@'

export function webhookPace({ webhook_url }: WebhookConfig): Pace[] {
  return [{ bucket: `slack:${sha256Hex(webhook_url)}`, ...PACE }]
}

/** A card can be redrawn after somebody pressed it, as long as Slack lets us answer. */
export function webhookTransports(
  postToHook: PostToHook,
  responseUrls: Pick<ResponseUrls, 'find' | 'forgetExpired'>,
): (destinationId: string, config: WebhookConfig) => Transport {
  return (destinationId, { webhook_url }) => ({
    async post(message) {
      await postToHook(webhook_url, marked(message, destinationId))
      return {}
    },

    async redraw(handle, message) {
      const url = await responseUrls.find(destinationId, handle)
      if (url === undefined) throw new Undeliverable('message', 'no_response_url')
      try {
        await postToHook(url, { ...marked(message, destinationId), replace_original: true })
      } catch (error) {
        // It may not be answered any more, which says nothing of the webhook.
        throw error instanceof Undeliverable ? new Undeliverable('message', error.code) : error
      }
      await responseUrls.forgetExpired()
    },
  })
}

/** Where a button was pressed, the id of its block says which destination its card was posted to. */
function marked(message: SlackMessage, destinationId: string): SlackMessage {
  const [{ color, blocks }] = message.attachments
  return { ...message, attachments: [{ color, blocks: blocks.map(withMark) }] }

  function withMark(block: KnownBlock): KnownBlock {
    return block.type === 'actions'
      ? { ...block, block_id: `${block.block_id}${MARK}${destinationId}` }
      : block
  }
}

/** The destination that the block of a pressed button names; undefined on a card with a handle. */
export function destinationIn(blockId: string): string | undefined {
  return blockId.split(MARK)[1]
}
