// Passes what somebody writes to the bot in Teams to the commands, and their answer back.

import { type Activity, CardFactory, MessageFactory, type TurnContext } from 'botbuilder'
import { z } from 'zod'
import type { Asker } from '../../commands/commands.ts'
import type { PlatformPorts } from '../platform.ts'
import { allShowDetails } from '../render-options.ts'
import { tenantOf } from './activity.ts'
import { replyCard } from './cards.ts'
import type { ConversationConfig } from './config.ts'
import { conversationOf } from './handle.ts'
import type { IdentifyMember } from './members.ts'
import type { Reply } from './replies.ts'
import type { TenantDestinations } from './tenant-destinations.ts'

const MENTION = z.looseObject({
  type: z.literal('mention'),
  mentioned: z.looseObject({ id: z.string() }),
  text: z.string(),
})

/** Everybody in the conversation reads the answer: it shows what the cards there show. */
export function createQuestions(
  { commands, destinations }: PlatformPorts<ConversationConfig>,
  { identify, idsIn, reply }: { identify: IdentifyMember; idsIn: TenantDestinations; reply: Reply },
): (context: TurnContext) => Promise<void> {
  return async (context) => {
    const { activity } = context
    const conversationId = conversationOf(activity.conversation.id)
    const here = (await destinations()).filter(({ config }) => config.conversation_id === conversationId)
    const asker: Asker = {
      by: await identify(context),
      destinationIds: here.map(({ id }) => id),
      workspaceIds: await idsIn(tenantOf(activity) as string),
      details: allShowDetails(here),
    }
    const answer = await commands.answer(textOf(activity), asker)
    reply(activity, MessageFactory.attachment(CardFactory.adaptiveCard(replyCard(answer))))
  }
}

/** Without the mentions that name the bot otherwise than by a tag; Teams sends some blanks as entities. */
function textOf({ text, entities, recipient }: Activity): string {
  let rest = (text ?? '').replace(/&(nbsp|#160|#xa0);/gi, ' ')
  if (recipient.name) rest = rest.replaceAll(`@${recipient.name}`, ' ')
  for (const entity of entities ?? []) {
    const { data: mention } = MENTION.safeParse(entity)
    if (mention?.mentioned.id === recipient.id) rest = rest.replaceAll(mention.text, ' ')
  }
  return rest
}
