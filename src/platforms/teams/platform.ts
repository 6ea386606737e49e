// Runs the bot in Teams: cards by the Bot Connector, clicks and words through the Bot Framework.

import { type Activity, ActivityTypes, CardFactory, MessageFactory, type TurnContext } from 'botbuilder'
import { Outage } from '../../kit/outage.ts'
import type { Drawn, Platform, PlatformPorts, Posted } from '../platform.ts'
import { Failed, SendError, Undeliverable } from '../platform.ts'
import { DIALOGS, posting, type RenderOptions, redrawing } from '../render-options.ts'
import { TeamsAdapter } from './adapter.ts'
import { type CardAndSummary, cardOf, digestCard, refusalText } from './cards.ts'
import { createClicks } from './clicks.ts'
import type { BotEnvironment, ConversationConfig } from './config.ts'
import { createConversations, type KnownConversation } from './conversations.ts'
import { directMessages } from './direct.ts'
import { handleOf, placeOf } from './handle.ts'
import { mountInbound } from './inbound.ts'
import { members } from './members.ts'
import { createMembership } from './membership.ts'
import { createQuestions } from './questions.ts'
import { createReply } from './replies.ts'
import { createTenantDestinations } from './tenant-destinations.ts'
import { tokenVerifier } from './token.ts'

/** Where cards are posted by the bot, and can be redrawn. */
export type Bot = Platform<ConversationConfig> &
  Required<Pick<Platform<ConversationConfig>, 'redraw' | 'digest' | 'tell'>>

const MICROSOFT_METADATA_URL = 'https://login.botframework.com/v1/.well-known/openidconfiguration'

export function createTeams(env: BotEnvironment, ports: PlatformPorts<ConversationConfig>): Bot {
  const { state, clock, log } = ports
  const adapter = new TeamsAdapter(env)
  const conversations = createConversations(state)
  const identify = members(clock, log)
  const reply = createReply(adapter, log)
  const idsIn = createTenantDestinations(env, ports, conversations)
  const answerQuestion = createQuestions(ports, { identify, idsIn, reply })
  const membership = createMembership(ports, conversations, adapter)
  const clicks = createClicks(ports, { identify, reply, follow: membership.clicked })

  async function turn(context: TurnContext): Promise<void> {
    try {
      await handle(context)
    } catch (error) {
      if (!(error instanceof Outage) || context.activity.type !== ActivityTypes.Message) throw error
      reply(context.activity, MessageFactory.text(refusalText({ text: error.message, first: null })))
    }
  }

  async function handle(context: TurnContext): Promise<void> {
    const { type, name, value, text } = context.activity
    const isExecute = type === ActivityTypes.Invoke && name === 'adaptiveCard/action'
    const isSubmit = type === ActivityTypes.Message && value !== undefined && !text
    if (isExecute) await clicks.executed(context)
    else if (isSubmit) await clicks.submitted(context)
    else if (type === ActivityTypes.Message) {
      await membership.seen(context)
      await answerQuestion(context)
    } else if (type === ActivityTypes.InstallationUpdate || type === ActivityTypes.ConversationUpdate) {
      await membership.changed(context)
    }
  }

  const connector = async ({ serviceUrl }: KnownConversation) =>
    (await adapter.connector(serviceUrl)).conversations

  async function send(
    content: Activity,
    { conversation_id }: ConversationConfig,
    drawn: Drawn = {},
  ): Promise<Posted> {
    const conversation = await conversations.find(conversation_id)
    if (!conversation) throw new Undeliverable('destination', 'app_removed')
    const client = await connector(conversation)
    const { id } = await calling(client.sendToConversation(conversation.id, content))
    // The connector is not what it says it is: nothing that it took could ever be redrawn.
    if (!id) throw new Failed('unexpected_answer')
    return { handle: handleOf(conversation.id, id), ...drawn }
  }

  return {
    mount(app) {
      mountInbound(app, {
        verify: tokenVerifier(env.appId, env.cloud?.openIdMetadataUrl ?? MICROSOFT_METADATA_URL, clock),
        allowedTenants: env.allowedTenants,
        run: (activity) => adapter.run(activity, turn),
        log,
      })
    },

    async check({ conversation_id }) {
      if (await conversations.find(conversation_id)) return undefined
      return 'The app is not in this conversation; GET /v1/settings/conversations lists those where it is'
    },

    conversations: conversations.list,

    post(message, to) {
      const options = posting(message, to, DIALOGS)
      const { whole, ...drawn } = cardOf(message, options)
      return send(activity(drawn, options), to.config, { whole })
    },

    digest(digest, to) {
      const options = posting(digest, to, DIALOGS)
      return send(activity(digestCard(digest, options), options), to.config)
    },

    tell: directMessages({ appId: env.appId, conversations, connector, calling, clock }),

    async redraw(handle, message, to) {
      const { conversationId, messageId } = placeOf(handle)
      const conversation = await conversations.find(conversationId)
      if (!conversation) throw new Undeliverable('message', 'app_removed')
      const client = await connector(conversation)
      const options = redrawing(to, DIALOGS)
      const { whole, ...drawn } = cardOf(message, options)
      await calling(client.updateActivity(conversationId, messageId, activity(drawn, options)))
      return { whole }
    },
  }
}

/**
 * An app can mention single persons only, not a channel. What it can do is to ask that everybody in the conversation
 * is notified, if their own settings allow it; https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages#notifications-to-your-message
 */
function activity({ card, summary }: CardAndSummary, { mention }: RenderOptions): Activity {
  // The summary is shown in notifications, where no card is.
  const message = { ...MessageFactory.attachment(CardFactory.adaptiveCard(card)), summary }
  return { ...message, ...(mention && { channelData: { notification: { alert: true } } }) } as Activity
}

/** Throws Throttled, Failed or Undeliverable for whatever went wrong on the way, asking for a token included. */
async function calling<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (error instanceof SendError) throw error
    const { errorCode } = error as { errorCode?: unknown }
    throw new Failed(
      typeof errorCode === 'string' && /^[a-z0-9_]{1,60}$/.test(errorCode)
        ? `login_${errorCode}`
        : 'sdk_error',
    )
  }
}
