// Passes what somebody writes to the bot in Teams to the commands, and their answer back.

import { type Activity, CardFactory, MessageFactory, type TurnContext } from 'botbuilder'
import { z } from 'zod'
import type { Asker } from '../../commands/commands.ts'
import type { PlatformPorts } from '../platform.ts'
import { allShowDetails } from '../render-options.ts'
import { replyCard } from './cards.ts'
import type { ConversationConfig } from './config.ts'
import { conversationOf } from './handle.ts'
import type { IdentifyMember } from './members.ts'
import type { Reply } from './replies.ts'

const PERSONAL = 'personal'
const MENTION = z.looseObject({
  type: z.literal('mention'),
  mentioned: z.looseObject({ id: z.string() }),
  text: z.string(),
})

export function createQuestions(
  { commands, destinations }: PlatformPorts<ConversationConfig>,
  identify: IdentifyMember,
  reply: Reply,
): (context: TurnContext) => Promise<void> {
  return async (context) => {
    const { activity } = context
    const conversationId = conversationOf(activity.conversation.id)
    const here = (await destinations()).filter(({ config }) => config.conversation_id === conversationId)
    const asker: Asker = {
      by: await identify(context),
      destinationIds: here.map(({ id }) => id),
      details: allShowDetails(here),
    }
    const answer = await commands.answer(textOf(activity), asker)
    // Everybody in a channel or a group chat reads the answer, guests too.
    const withPayload = activity.conversation.conversationType === PERSONAL
    reply(activity, MessageFactory.attachment(CardFactory.adaptiveCard(replyCard(answer, { withPayload }))))
  }
}

/** Without the mention by which the bot is called; Teams sends some blanks as entities. */
function textOf({ text, entities, recipient }: Activity): string {
  let rest = text ?? ''
  for (const entity of entities ?? []) {
    const { data: mention } = MENTION.safeParse(entity)
    if (mention?.mentioned.id === recipient.id) rest = rest.replaceAll(mention.text, ' ')
  }
  return rest.replaceAll('&nbsp;', ' ')
}
