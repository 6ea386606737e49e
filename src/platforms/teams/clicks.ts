// Handles a click in Teams: names card and clicker, has it decided or acknowledged, and answers at once.

import { type Activity, MessageFactory, type TurnContext } from 'botbuilder'
import type { Decide } from '../../approvals/desk.ts'
import { type Outcome, ok } from '../../approvals/refusals.ts'
import { Outage } from '../../kit/outage.ts'
import type { Destination, PlatformPorts } from '../platform.ts'
import { allShowDetails, DIALOGS } from '../render-options.ts'
import { isLastPage } from './card-details.ts'
import { type AdaptiveCard, cardOf, detailsCard, refusalText } from './cards.ts'
import type { ConversationConfig } from './config.ts'
import { conversationOf, handleOf } from './handle.ts'
import { answer, card, failure, words } from './invoke-answer.ts'
import type { IdentifyMember } from './members.ts'
import type { Membership } from './membership.ts'
import { type Pressed, pressedIn } from './pressed.ts'
import type { Reply } from './replies.ts'

type Vote = Extract<Pressed, { action: 'approve' | 'deny' }>

/** What the answer to Execute alone can show. */
const SHOWN_TO_ONE: Pressed['action'][] = ['details', 'back']
const SHOWN_NOWHERE =
  'This version of Teams cannot show the details to one person alone: read them with View in Console'

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
    const about = { approvalId: pressed.approval_id, ...clicked }
    if (pressed.action === 'details') {
      const { page } = pressed
      const looked = await desk.open({ ...about, isLast: () => false })
      if (!looked.ok) return looked
      // Drawn before it is on record as seen: what could not be drawn was seen by nobody.
      const drawn = detailsCard({ view: looked.value, page }, options)
      if (!isLastPage({ view: looked.value, page })) return ok(drawn)
      const seen = await desk.open({ ...about, isLast: (view) => isLastPage({ view, page }) })
      return seen.ok ? ok(drawn) : seen
    }
    const outcome =
      pressed.action === 'back'
        ? await desk.open({ ...about, isLast: () => false })
        : await desk.decide({ ...about, ...votedBy(pressed), interactionId: id as string })
    return outcome.ok ? ok(cardOf({ kind: 'approval', view: outcome.value }, options).card) : outcome
  }

  return {
    async executed(context) {
      const press = pressedIn(context.activity.value?.action?.data)
      if (!press || !context.activity.id) {
        return answer(context, failure(400, 'BadRequest', 'This button is none of ours'))
      }
      if ('wrong' in press) return answer(context, words(warned(press.wrong)))
      try {
        const outcome = await act(context, press.pressed)
        await answer(context, outcome.ok ? card(outcome.value) : words(refusalText(outcome.refusal)))
      } catch (error) {
        if (error instanceof Outage) return await answer(context, words(warned(error.message)))
        log.error({ err: error }, 'a click in Teams failed')
        await answer(context, failure(500, 'InternalServerError', 'Something went wrong here; it is logged'))
      }
    },

    async submitted(context) {
      const press = pressedIn(context.activity.value)
      if (!press || !context.activity.id) return
      const tell = (text: string) => reply(context.activity, MessageFactory.text(text))
      if ('wrong' in press) return tell(warned(press.wrong))
      if (SHOWN_TO_ONE.includes(press.pressed.action)) return tell(warned(SHOWN_NOWHERE))
      const outcome = await act(context, press.pressed)
      if (!outcome.ok) tell(refusalText(outcome.refusal))
    },
  }
}

function votedBy({ action, note }: Vote): Pick<Decide, 'verdict' | 'note'> {
  return { verdict: action, ...(note !== undefined && { note }) }
}

function warned(text: string): string {
  return refusalText({ text, first: null })
}
