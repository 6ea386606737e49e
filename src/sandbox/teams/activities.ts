// Makes what Teams sends to a bot when somebody presses a button, says something or installs it.

import { randomUUID } from 'node:crypto'
import { type Clock, isoTime } from '../../kit/clock.ts'
import type { Button } from './buttons.ts'
import type { Account, JsonObject, Place } from './messages.ts'
import { type Conversation, GENERAL, type Person, TEAM, TENANT_ID } from './workspace.ts'

export interface Activity extends JsonObject {
  type: string
  id: string
}

export interface Activities {
  execute(by: Person, place: Place, messageId: string, button: Button, id?: string): Activity
  submit(by: Person, place: Place, messageId: string, button: Button, id: string): Activity
  say(by: Person, place: Place, text: string, id: string): Activity
  installation(by: Person, conversation: Conversation, action: 'add' | 'remove'): Activity
  /** The bot itself joins or leaves. */
  membership(by: Person, conversation: Conversation, action: 'add' | 'remove'): Activity
  channelEvent(by: Person, channel: Conversation, eventType: ChannelEvent): Activity
}

export type ChannelEvent = 'channelCreated' | 'channelRenamed' | 'channelDeleted'

/** Shapes: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events */
export function createActivities(bot: Account, serviceUrl: () => string, clock: Clock): Activities {
  function envelope(type: string, id: string, { conversation, id: placeId }: Place, by: Person) {
    const isGroup = conversation.type === 'personal' ? {} : { isGroup: true }
    return {
      type,
      id,
      timestamp: isoTime(clock.now()),
      localTimezone: 'Europe/Berlin',
      channelId: 'msteams',
      serviceUrl: serviceUrl(),
      from: { id: by.id, name: by.name, aadObjectId: by.aadObjectId },
      // Without its name, which Teams does not send.
      conversation: { ...isGroup, conversationType: conversation.type, tenantId: TENANT_ID, id: placeId },
      recipient: bot,
      entities: [
        { type: 'clientInfo', locale: 'en-US', country: 'DE', platform: 'Web', timezone: 'Europe/Berlin' },
      ] as JsonObject[],
      channelData: { ...channelData(conversation), tenant: { id: TENANT_ID } } as JsonObject,
      locale: 'en-US',
    }
  }

  /** An event names who caused it by id alone. */
  function event(type: string, by: Person, conversation: Conversation, data: JsonObject, more: JsonObject) {
    const base = envelope(type, `f:${randomUUID()}`, { conversation, id: conversation.id }, by)
    const from = { id: by.id, aadObjectId: by.aadObjectId }
    return { ...base, from, channelData: { ...base.channelData, ...data }, ...more }
  }

  function press(type: string, id: string, by: Person, place: Place, messageId: string) {
    const base = envelope(type, id, place, by)
    const legacy = { replyToId: `1:1${messageId}` }
    const channelData = { ...base.channelData, source: { name: 'message' }, legacy }
    return { ...base, channelData, replyToId: messageId }
  }

  return {
    execute(by, place, messageId, { action, data }, id = `f:${randomUUID()}`) {
      const { title, verb, id: actionId } = action
      const named = { ...(title !== undefined && { title }), ...(actionId !== undefined && { id: actionId }) }
      const value = { action: { type: 'Action.Execute', ...named, verb, data }, trigger: 'manual' }
      return { ...press('invoke', id, by, place, messageId), name: 'adaptiveCard/action', value }
    },
    submit: (by, place, messageId, { data }, id) => ({
      ...press('message', id, by, place, messageId),
      value: data,
    }),
    say(by, place, text, id) {
      const base = { ...envelope('message', id, place, by), textFormat: 'plain' }
      if (place.conversation.type === 'personal') return { ...base, text }
      const at = `<at>${bot.name}</at>`
      const mention = { type: 'mention', mentioned: bot, text: at }
      return { ...base, text: `${at} ${text}`, entities: [mention, ...base.entities] }
    },
    installation(by, conversation, action) {
      const data = { ...installationData(conversation, action), source: { name: 'message' } }
      return event('installationUpdate', by, conversation, data, { action })
    },
    membership(by, conversation, action) {
      const eventType = action === 'add' ? 'teamMemberAdded' : 'teamMemberRemoved'
      const data = {
        ...installationData(conversation, action),
        ...(conversation.type === 'channel' && { eventType }),
      }
      const change = action === 'add' ? 'membersAdded' : 'membersRemoved'
      return event('conversationUpdate', by, conversation, data, { [change]: [{ id: bot.id }] })
    },
    channelEvent(by, { id, name }, eventType) {
      const data = { channel: { id, name }, team: TEAM, eventType }
      return event('conversationUpdate', by, GENERAL, data, {})
    },
  }
}

/** Messages and clicks name the channel and the team by id alone. */
function channelData({ type, id }: Conversation): JsonObject {
  if (type !== 'channel') return {}
  return { teamsChannelId: id, teamsTeamId: TEAM.id, channel: { id }, team: { id: TEAM.id } }
}

/** Who installs it selects a channel. */
function installationData({ type, id }: Conversation, action: 'add' | 'remove'): JsonObject {
  if (type !== 'channel') return {}
  return { team: TEAM, ...(action === 'add' && { settings: { selectedChannel: { id } } }) }
}
