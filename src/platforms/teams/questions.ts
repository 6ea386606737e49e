// Passes what somebody writes to the bot in Teams to the commands, and their answer back.

import { type Activity, CardFactory, MessageFactory, type TurnContext } from 'botbuilder'
import { z } from 'zod'
import type { Asker } from '../../commands/commands.ts'
import type { PlatformPorts } from '../platform.ts'
import { allShowDetails } from '../render-options.ts'
import { PERSONAL, tenantOf } from './activity.ts'
import { replyCard } from './cards.ts'
import type { ConversationConfig } from './config.ts'
import { conversationOf } from './handle.ts'
import type { IdentifyMember } from './members.ts'
import type { Reply } from './replies.ts'
import type { TenantDestinations } from './tenant-destinations.ts'

/** No question is longer. */
const MOST_READ = 4_000
const MOST_ENTITIES = 50

const MENTION = z.looseObject({
  type: z.literal('mention'),
  mentioned: z.looseObject({ id: z.string() }),
  text: z.string().min(1),
})

/**
 * Everybody in the conversation reads the answer: it shows what the cards there show. Of the tenant it tells only in a
 * chat with the bot alone.
 */
export function createQuestions(
  { commands, knownDestinations }: PlatformPorts<ConversationConfig>,
  { identify, idsIn, reply }: { identify: IdentifyMember; idsIn: TenantDestinations; reply: Reply },
): (context: TurnContext) => Promise<void> {
  return async (context) => {
    const { activity } = context
    const { id, conversationType } = activity.conversation
    const conversationId = conversationOf(id)
    const known = (await knownDestinations()).filter(
      ({ config }) => config.conversation_id === conversationId,
    )
    const here = known.filter(({ state }) => state === undefined)
    const tenantIds = await idsIn(tenantOf(activity) as string)
    const isPersonal = conversationType === PERSONAL
    const asker: Asker = {
      by: await identify(context),
      destinationIds: here.map((one) => one.id),
      scope: {
        destinationIds: isPersonal
          ? tenantIds
          : known.map((one) => one.id).filter((one) => tenantIds.includes(one)),
        withUnplaced: isPersonal,
      },
      details: allShowDetails(here),
    }
    const answer = await commands.answer(textOf(activity), asker)
    reply(activity, MessageFactory.attachment(CardFactory.adaptiveCard(replyCard(answer))))
  }
}

/** Without the mentions that name the bot otherwise than by a tag; Teams sends some blanks as entities. */
function textOf({ text, entities, recipient }: Activity): string {
  let rest = (text ?? '').slice(0, MOST_READ).replace(/&(nbsp|#160|#xa0);/gi, ' ')
  if (recipient.name) rest = rest.replaceAll(`@${recipient.name}`, ' ')
  for (const entity of (entities ?? []).slice(0, MOST_ENTITIES)) {
    const { data: mention } = MENTION.safeParse(entity)
    if (mention?.mentioned.id === recipient.id) rest = rest.replaceAll(mention.text, ' ')
  }
  return rest
}
