// Handles a click in Teams: names card and clicker, has it decided or acknowledged, and answers at once.

import { type Activity, MessageFactory, type TurnContext } from 'botbuilder'
import { z } from 'zod'
import { type Outcome, ok } from '../../approvals/refusals.ts'
import { Outage } from '../../kit/outage.ts'
import type { Destination, PlatformPorts } from '../platform.ts'
import { allShowDetails, DIALOGS } from '../render-options.ts'
import { type AdaptiveCard, cardOf, refusalText } from './cards.ts'
import type { ConversationConfig } from './config.ts'
import { conversationOf, handleOf } from './handle.ts'
import type { IdentifyMember } from './members.ts'
import type { Membership } from './membership.ts'
import type { Reply } from './replies.ts'

const PRESSED = z.discriminatedUnion('action', [
  z.looseObject({ action: z.enum(['approve', 'deny']), approval_id: z.string() }),
  z.looseObject({ action: z.literal('acknowledge'), event_id: z.string() }),
])
type Pressed = z.infer<typeof PRESSED>

type Here = Destination<ConversationConfig>[]

/** A click that names no message. */
const NO_CARD_OF_OURS = { destinationIds: [], handle: '' }

export interface Clicks {
  /** Action.Execute: the answer is drawn in place of the card, for the clicker alone; the worker redraws it for all. */
  executed(context: TurnContext): Promise<void>
  /** Action.Submit, from clients that know no Execute: there is no answer, so the clicker is told in the conversation. */
  submitted(context: TurnContext): Promise<void>
}

export interface ClickOptions {
  identify: IdentifyMember
  reply: Reply
  /** Remembers from where Teams sends. */
  follow: Membership['clicked']
}

export function createClicks(
  { desk, acknowledge, knownDestinations, log }: PlatformPorts<ConversationConfig>,
  { identify, reply, follow }: ClickOptions,
): Clicks {
  async function destinationsAt({ conversation }: Activity): Promise<Here> {
    const conversationId = conversationOf(conversation.id)
    return (await knownDestinations()).filter(({ config }) => config.conversation_id === conversationId)
  }

  /** Resolves with the card as it is drawn then. */
  async function act(context: TurnContext, pressed: Pressed): Promise<Outcome<AdaptiveCard>> {
    // Before anything is decided: what is then redrawn is sent to where Teams is now.
    await follow(context)
    const { id, conversation, replyToId } = context.activity
    const here = await destinationsAt(context.activity)
    const options = { details: allShowDetails(here), ...DIALOGS, mention: false, removed: false }
    const destinationIds = here.map((destination) => destination.id)
    const clicked = {
      by: await identify(context),
      at: replyToId
        ? { destinationIds, handle: handleOf(conversationOf(conversation.id), replyToId) }
        : NO_CARD_OF_OURS,
    }
    if (pressed.action === 'acknowledge') {
      const outcome = await acknowledge({ eventId: pressed.event_id, ...clicked })
      return outcome.ok ? ok(cardOf({ kind: 'alert', event: outcome.value }, options).card) : outcome
    }
    const { approval_id: approvalId, action: verdict } = pressed
    const outcome = await desk.decide({ approvalId, verdict, interactionId: id as string, ...clicked })
    return outcome.ok ? ok(cardOf({ kind: 'approval', view: outcome.value }, options).card) : outcome
  }

  return {
    async executed(context) {
      const pressed = PRESSED.safeParse(context.activity.value?.action?.data)
      if (!pressed.success || !context.activity.id) {
        return answer(context, failure(400, 'BadRequest', 'This button is none of ours'))
      }
      try {
        const outcome = await act(context, pressed.data)
        await answer(context, outcome.ok ? card(outcome.value) : words(refusalText(outcome.refusal)))
      } catch (error) {
        if (error instanceof Outage) {
          return await answer(context, words(refusalText({ text: error.message, first: null })))
        }
        log.error({ err: error }, 'a click in Teams failed')
        await answer(context, failure(500, 'InternalServerError', 'Something went wrong here; it is logged'))
      }
    },

    async submitted(context) {
      const pressed = PRESSED.safeParse(context.activity.value)
      if (!pressed.success || !context.activity.id) return
      const outcome = await act(context, pressed.data)
      if (!outcome.ok) reply(context.activity, MessageFactory.text(refusalText(outcome.refusal)))
    },
  }
}

/** https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format */
interface Answer {
  statusCode: number
  type: string
  value: unknown
}

function card(value: AdaptiveCard): Answer {
  return { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value }
}

function words(text: string): Answer {
  return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: text }
}

function failure(statusCode: number, code: string, message: string): Answer {
  return { statusCode, type: 'application/vnd.microsoft.error', value: { code, message } }
}

/** Teams reads the status inside; any other than 200 outside it takes for a bot that is broken. */
async function answer(context: TurnContext, body: Answer): Promise<void> {
  await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body } })
}
