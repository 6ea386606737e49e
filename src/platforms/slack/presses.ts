// Finds where somebody in Slack pressed, at once, and then asks who they are.

import type { BlockAction } from '@slack/bolt'
import type { Decide } from '../../approvals/desk.ts'
import { accountPrincipal } from '../../identity/principal.ts'
import type { Destination } from '../platform.ts'
import { redrawing } from '../render-options.ts'
import { cardOf } from './card.ts'
import type { CardRef } from './card-ref.ts'
import type { ClickOrigins, SentFrom } from './click-origin.ts'
import { pressesAt, type SlackConfig } from './config.ts'
import { handleOf } from './handle.ts'
import type { ResponseUrls } from './response-urls.ts'
import { destinationIn } from './webhook.ts'

export type Presser = Pick<Decide, 'by' | 'at'>

/** What Slack says of whoever pressed, whatever was pressed. */
export interface SentBy extends SentFrom {
  user: { id: string; name?: string | null; username?: string | null; team_id?: string | null }
}

/** The card that a press is about; each part is missing where nothing names it. */
export type Spot = Partial<Omit<CardRef, 'approvalId'>> & {
  /** By which Slack lets us answer, with a press on the card itself. */
  responseUrl?: string | undefined
}

export interface Press {
  /** Of the workspace where it was; undefined: none of ours, or Slack can be asked nothing there. */
  token: string | undefined
  /** Asks Slack, for at most two seconds. */
  who(): Promise<Presser>
}

/** `signedBy`: the secrets under which the request is valid. */
export type LocatePress = (sentBy: SentBy, signedBy: string[], spot: Spot) => Promise<Press>

/** A press that names no message. */
const NO_CARD_OF_OURS = { destinationIds: [], handle: '' }

export function presses(origins: ClickOrigins, responseUrls: Pick<ResponseUrls, 'keep'>): LocatePress {
  return async (sentBy, signedBy, spot) => {
    const { enterprise, team, user } = sentBy
    const { channelId, destinationId } = spot
    const origin = await origins.find(sentBy, signedBy, { channelId, destinationId })
    const asked = {
      id: user.id,
      name: user.username || user.name || user.id,
      teamId: user.team_id ?? undefined,
    }
    if (!origin) {
      const tenant = enterprise?.id ?? team?.id ?? ''
      const account = { platform: 'slack', tenant, userId: asked.id, name: asked.name }
      return { token: undefined, who: async () => ({ by: accountPrincipal(account, 'external') }) }
    }
    return {
      token: origin.token,
      async who() {
        const by = await origins.identify(asked, origin.workspace, origin.token)
        return { by, at: await placeAt(origin.here, spot) }
      },
    }
  }

  async function placeAt(
    here: Destination<SlackConfig>[],
    { channelId, ts, responseUrl }: Spot,
  ): Promise<NonNullable<Decide['at']>> {
    if (!channelId || !ts) return NO_CARD_OF_OURS
    const handle = handleOf(channelId, ts)
    const at = { destinationIds: here.map(({ id }) => id), handle }
    const byWebhook = here.find(({ config }) => config.webhook_url !== undefined)
    if (!byWebhook) return at
    // Before anything is decided: the redraw that follows has no other way to the card.
    await responseUrls.keep(byWebhook.id, handle, responseUrl)
    const options = redrawing(byWebhook, pressesAt(byWebhook.config))
    // Slack gave us no handle by which we could remember it.
    return { ...at, isWhole: (view) => cardOf({ kind: 'approval', view }, options).whole }
  }
}

/** Where a button of a card was pressed. */
export function spotOf({ actions, channel, container, message, response_url }: BlockAction): Spot {
  return {
    channelId: container.channel_id ?? channel?.id,
    ts: container.message_ts ?? message?.ts,
    destinationId: destinationIn(actions[0]?.block_id ?? ''),
    responseUrl: response_url,
  }
}
