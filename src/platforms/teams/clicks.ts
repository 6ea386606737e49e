// What does a click do? Names the card and the clicker, lets the desk decide, and answers at once.

import { MessageFactory, type TurnContext } from 'botbuilder'
import { z } from 'zod'
import type { Decide } from '../../approvals/desk.ts'
import type { Outcome } from '../../approvals/refusals.ts'
import type { ApprovalView } from '../../approvals/view.ts'
import type { PlatformPorts } from '../platform.ts'
import { approvalCard, refusalText } from './cards.ts'
import type { TeamsConfig } from './config.ts'
import { conversationOf, handleOf } from './handle.ts'
import type { IdentifyMember } from './members.ts'
import type { Reply } from './replies.ts'

const PRESSED = z.looseObject({ action: z.enum(['approve', 'deny']), approval_id: z.string() })
type Pressed = z.infer<typeof PRESSED>

export interface Clicks {
  /** Action.Execute: the answer is drawn in place of the card, for the clicker alone; the worker redraws it for all. */
  executed(context: TurnContext): Promise<void>
  /** Action.Submit, from clients that know no Execute: there is no answer, so the clicker is told in the conversation. */
  submitted(context: TurnContext): Promise<void>
}

export function createClicks(
  { desk, destinations, log }: PlatformPorts<TeamsConfig>,
  identify: IdentifyMember,
  reply: Reply,
): Clicks {
  async function decide(context: TurnContext, pressed: Pressed): Promise<Outcome<ApprovalView>> {
    const { id, conversation, replyToId } = context.activity
    const conversationId = conversationOf(conversation.id)
    const here = (await destinations()).filter(({ config }) => config.conversation_id === conversationId)
    const at: Decide['at'] = {
      destinationIds: here.map((destination) => destination.id),
      handle: handleOf(conversationId, replyToId ?? ''),
    }
    return desk.decide({
      approvalId: pressed.approval_id,
      verdict: pressed.action,
      by: await identify(context),
      ...(replyToId && { at }),
      interactionId: id as string,
    })
  }

  return {
    async executed(context) {
      const pressed = PRESSED.safeParse(context.activity.value?.action?.data)
      if (!pressed.success || !context.activity.id) {
        return answer(context, failure(400, 'BadRequest', 'This button is none of ours'))
      }
      try {
        const outcome = await decide(context, pressed.data)
        await answer(context, outcome.ok ? card(outcome.value) : words(refusalText(outcome.refusal)))
      } catch (error) {
        log.error({ err: error }, 'a click in Teams failed')
        await answer(context, failure(500, 'InternalServerError', 'Something went wrong here; it is logged'))
      }
    },

    async submitted(context) {
      const pressed = PRESSED.safeParse(context.activity.value)
      if (!pressed.success || !context.activity.id) return
      const outcome = await decide(context, pressed.data)
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

function card(view: ApprovalView): Answer {
  return { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: approvalCard(view) }
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
