// Handles a click in Slack: names card and clicker, has it decided or acknowledged, and answers at once.

import type { App, BlockAction, ButtonAction, RespondFn } from '@slack/bolt'
import type { Decide } from '../../approvals/desk.ts'
import type { Outcome, Refusal } from '../../approvals/refusals.ts'
import { accountPrincipal } from '../../identity/principal.ts'
import { because } from '../../kit/cause.ts'
import { logFailure } from '../../kit/log-failure.ts'
import { Outage } from '../../kit/outage.ts'
import type { PlatformPorts } from '../platform.ts'
import type { ClickOrigins } from './click-origin.ts'
import type { SlackConfig } from './config.ts'
import { handleOf } from './handle.ts'
import { refusalCard } from './reply-card.ts'
import type { ResponseUrls } from './response-urls.ts'
import { destinationIn } from './webhook.ts'

type Told = Pick<Refusal, 'text' | 'first'>

/** A click that names no message. */
const NO_CARD_OF_OURS = { destinationIds: [], handle: '' }

const VERDICTS: Record<string, Decide['verdict']> = {
  approve_action: 'approve',
  platform_approve: 'approve',
  deny_action: 'deny',
  platform_deny: 'deny',
}

export function listenToClicks(
  app: App,
  { desk, acknowledge, log }: PlatformPorts<SlackConfig>,
  origins: ClickOrigins,
  responseUrls: Pick<ResponseUrls, 'keep'>,
): void {
  // A link button is followed by Slack itself; it only wants to hear that we noticed.
  app.action(/^(platform_)?view_console$/, ({ ack }) => ack())

  app.action<BlockAction<ButtonAction>>(
    /^(approve|deny)_action$|^platform_(approve|deny)$/,
    async ({ body, action, context, ack, respond }) => {
      const no = await refusalOf(async () =>
        desk.decide({
          approvalId: action.value ?? '',
          verdict: VERDICTS[action.action_id] as Decide['verdict'],
          interactionId: body.trigger_id,
          ...(await clicked(body, context.signedBy as string[])),
        }),
      )
      await ack()
      if (no) await tell(no, respond)
    },
  )

  app.action<BlockAction<ButtonAction>>(
    'acknowledge_alert',
    async ({ body, action, context, ack, respond }) => {
      const no = await refusalOf(async () =>
        acknowledge({
          eventId: action.value ?? '',
          ...(await clicked(body, context.signedBy as string[])),
        }),
      )
      await ack()
      if (no) await tell(no, respond)
    },
  )

  /** undefined: the press counts. */
  async function refusalOf(press: () => Promise<Outcome<unknown>>): Promise<Told | undefined> {
    try {
      const outcome = await press()
      return outcome.ok ? undefined : outcome.refusal
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      logFailure(log, error, 'a press failed')
      return { text: error.message, first: null }
    }
  }

  /** After the ack: the clicker hears why it was refused, and a failure here changes nothing. */
  async function tell(told: Told, respond: RespondFn): Promise<void> {
    await respond({ ...refusalCard(told) }).catch((error) =>
      log.warn(because(error), 'the clicker could not be told why a click was refused'),
    )
  }

  async function clicked(body: BlockAction, signedBy: string[]): Promise<Pick<Decide, 'by' | 'at'>> {
    const channelId = body.container.channel_id ?? body.channel?.id
    const destinationId = destinationIn(body.actions[0]?.block_id ?? '')
    const origin = await origins.find(body, signedBy, { channelId, destinationId })
    const { id, username, name, team_id: teamId } = body.user
    const user = { id, name: username || name || id, teamId }
    if (!origin) {
      const tenant = body.enterprise?.id ?? body.team?.id ?? ''
      const account = { platform: 'slack', tenant, userId: user.id, name: user.name }
      return { by: accountPrincipal(account, 'external') }
    }
    const by = await origins.identify(user, origin.workspace, origin.token)
    const ts = body.container.message_ts ?? body.message?.ts
    if (!channelId || !ts) return { by, at: NO_CARD_OF_OURS }
    const handle = handleOf(channelId, ts)
    for (const { id, config } of origin.here) {
      // Before anything is decided: the redraw that follows has no other way to the card.
      if (config.webhook_url !== undefined) await responseUrls.keep(id, handle, body.response_url)
    }
    return { by, at: { destinationIds: origin.here.map((destination) => destination.id), handle } }
  }
}
