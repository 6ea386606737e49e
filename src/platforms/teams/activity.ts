// Declares what a Teams activity must have to be handled, which is more than the Bot Framework asks for.

import { type Activity, ActivityTypes } from 'botbuilder'
import { z } from 'zod'

/** PostgreSQL takes no NUL, and Teams sends none. */
export const text = z.string().refine((value) => !value.includes('\0'))
const withId = z.looseObject({ id: text.min(1), name: text.nullish() })

export const ACTIVITY = z.looseObject({
  type: z.enum(ActivityTypes),
  id: text.min(1).optional(),
  from: withId.extend({ aadObjectId: text.nullish(), role: text.nullish() }),
  recipient: withId,
  conversation: withId.extend({ tenantId: text.nullish(), conversationType: text.nullish() }),
  channelData: z
    .looseObject({
      tenant: z.looseObject({ id: text }).nullish(),
      team: withId.nullish(),
      channel: withId.nullish(),
      eventType: text.nullish(),
    })
    .nullish(),
  text: z.string().nullish(),
  replyToId: text.nullish(),
  action: text.nullish(),
  membersAdded: z.array(withId).nullish(),
  membersRemoved: z.array(withId).nullish(),
  entities: z.array(z.unknown()).nullish(),
})

/** The type of a conversation with the bot alone. */
export const PERSONAL = 'personal'

/** In lower case; undefined when the activity names none, or two. */
export function tenantOf(activity: Pick<Activity, 'channelData' | 'conversation'>): string | undefined {
  const named = [activity.channelData?.tenant?.id, activity.conversation.tenantId]
    .filter((id): id is string => typeof id === 'string')
    .map((id) => id.toLowerCase())
  return new Set(named).size === 1 ? named[0] : undefined
}
