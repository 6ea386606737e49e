// What does a click do? Names the card and the clicker, lets the desk decide, and answers at once.

import type { App, BlockAction, ButtonAction } from '@slack/bolt'
import type { Decide } from '../../approvals/desk.ts'
import type { Verdict } from '../../approvals/view.ts'
import type { PlatformPorts } from '../platform.ts'
import type { SlackConfig } from './config.ts'
import { handleOf } from './handle.ts'
import { refusalCard } from './reply-card.ts'
import type { Surroundings } from './surroundings.ts'

const VERDICTS: Record<string, Verdict> = {
  approve_action: 'approve',
  platform_approve: 'approve',
  deny_action: 'deny',
  platform_deny: 'deny',
}

export function listenToClicks(
  app: App,
  { desk, log }: PlatformPorts<SlackConfig>,
  surroundings: Surroundings,
): void {
  // A link button is followed by Slack itself; it only wants to hear that we noticed.
  app.action(/^(platform_)?view_console$/, ({ ack }) => ack())

  app.action<BlockAction<ButtonAction>>(
    /^(approve|deny)_action$|^platform_(approve|deny)$/,
    async ({ body, action, context, ack, respond }) => {
      const outcome = await desk.decide({
        approvalId: action.value ?? '',
        verdict: VERDICTS[action.action_id] as Verdict,
        interactionId: body.trigger_id,
        ...(await clicked(body, context.signedBy as string[])),
      })
      await ack()
      if (outcome.ok) return
      // After the ack: the clicker hears why, and a failure here changes nothing.
      await respond({ ...refusalCard(outcome.refusal) }).catch((error) =>
        log.warn({ err: error }, 'the clicker could not be told why a click was refused'),
      )
    },
  )

  async function clicked(body: BlockAction, signedBy: string[]): Promise<Pick<Decide, 'by' | 'at'>> {
    const channelId = body.container.channel_id ?? body.channel?.id
    const place = await surroundings.find(body, signedBy, channelId)
    const user = { id: body.user.id, name: body.user.username || body.user.name || body.user.id }
    if (!place) {
      const tenant = body.enterprise?.id ?? body.team?.id ?? ''
      return { by: { platform: 'slack', tenant, userId: user.id, name: user.name, standing: 'external' } }
    }
    const by = await surroundings.identify(user, place.workspace, place.token)
    const ts = body.container.message_ts ?? body.message?.ts
    const destinationIds = place.here.map((destination) => destination.id)
    return channelId && ts ? { by, at: { destinationIds, handle: handleOf(channelId, ts) } } : { by }
  }
}
