// Acts as a person in Teams: presses buttons, talks to the bot, installs it, changes the team's channels.

import { NotOnTheCard } from '../slack-stand-in.ts'
import type { Activities, Activity, ChannelEvent } from './activities.ts'
import { type Press, pressedButton } from './buttons.ts'
import { shownAnswer } from './invoke-answer.ts'
import type { Account, MessageLog, Place } from './messages.ts'
import type { Places } from './places.ts'
import type { BotAnswer } from './post-activity.ts'
import { type Conversation, GENERAL, PEOPLE, type Person } from './workspace.ts'

export interface Click extends Press {
  conversationId: string
  activityId: string
  userId: string
  /** The id of the activity that is sent: Teams repeats it when it sends a click again. */
  clickId?: string
}

export interface Said {
  /** In a channel: the channel, for a new thread, or a thread in it. */
  conversationId: string
  userId: string
  text: string
}

export interface UserActions {
  /** Presses a button of the card as this person sees it now. Throws NotOnTheCard when there is no such button. */
  click(click: Click): Promise<BotAnswer>
  /** What `click` would send. */
  clickActivity(click: Click): Activity
  /** Mentions the bot, where there are others. Throws NotOnTheCard where the bot or the person is not. */
  say(said: Said): Promise<BotAnswer>
  /** A channel stands for its team, and is the one that was selected. Returns what each event was answered. */
  install(conversationId: string): Promise<BotAnswer[]>
  remove(conversationId: string): Promise<BotAnswer[]>
  createChannel(id: string, name: string): Promise<BotAnswer>
  renameChannel(id: string, name: string): Promise<BotAnswer>
  deleteChannel(id: string): Promise<BotAnswer>
}

export interface UserActionsOptions {
  bot: Account
  log: MessageLog
  places: Places
  activities: Activities
  send: (activity: Activity) => Promise<BotAnswer>
  changed: () => void
}

export function createUserActions(options: UserActionsOptions): UserActions {
  const { bot, log, places, activities, send, changed } = options

  function whoAndWhere(userId: string, id: string): { by: Person; place: Place } {
    const conversation = places.find(id)
    const by = conversation && places.roster(conversation).find((person) => person.id === userId)
    if (by && places.isInstalled(conversation)) return { by, place: { conversation, id } }
    throw new NotOnTheCard(`no such person beside the bot: ${userId}, ${id}`)
  }

  function press(click: Click) {
    const { conversationId, activityId, userId, clickId } = click
    const { by, place } = whoAndWhere(userId, conversationId)
    const message = log.find(conversationId, activityId)
    const card = message?.views[userId] ?? message?.card
    const button = card && pressedButton(card, click)
    if (!message || !button) throw new NotOnTheCard(`no such button on message ${activityId}`)
    const at = { ...place, id: message.conversationId }
    const activity =
      click.how === 'execute'
        ? activities.execute(by, at, message.id, button, clickId)
        : activities.submit(by, at, message.id, button, clickId ?? log.nextId())
    return { activity, by, at, message }
  }

  function known(id: string): Conversation {
    const conversation = places.find(id)
    if (!conversation) throw new Error(`no such conversation: ${id}`)
    return conversation
  }

  async function sendAll(...all: Activity[]): Promise<BotAnswer[]> {
    const answers: BotAnswer[] = []
    for (const activity of all) answers.push(await send(activity))
    return answers
  }

  function channelChanged(channel: Conversation, event: ChannelEvent): Promise<BotAnswer> {
    changed()
    return send(activities.channelEvent(PEOPLE.ana, channel, event))
  }

  return {
    clickActivity: (click) => press(click).activity,

    async click(click) {
      const { activity, by, at, message } = press(click)
      const answer = await send(activity)
      if (click.how === 'submit') return answer
      const shown = shownAnswer(answer)
      if ('card' in shown) log.setView(message, by.id, shown.card)
      else log.post(at, bot, shown, by.id)
      return answer
    },

    async say({ conversationId, userId, text }) {
      const { by, place } = whoAndWhere(userId, conversationId)
      const message = log.post(place, { id: by.id, name: by.name }, { text })
      return send(activities.say(by, { ...place, id: message.conversationId }, text, message.id))
    },

    install(conversationId) {
      const conversation = known(conversationId)
      places.install(conversation)
      changed()
      const event = [PEOPLE.ana, conversation, 'add'] as const
      return sendAll(activities.installation(...event), activities.membership(...event))
    },

    remove(conversationId) {
      const conversation = known(conversationId)
      places.remove(conversation)
      changed()
      const event = [PEOPLE.ana, conversation.type === 'channel' ? GENERAL : conversation, 'remove'] as const
      // Nobody is left in a personal chat to be told of.
      if (conversation.type === 'personal') return sendAll(activities.installation(...event))
      return sendAll(activities.installation(...event), activities.membership(...event))
    },

    createChannel: (id, name) => channelChanged(places.keepChannel(id, name), 'channelCreated'),
    renameChannel: (id, name) => channelChanged(places.keepChannel(id, name), 'channelRenamed'),
    deleteChannel(id) {
      const channel = known(id)
      places.dropChannel(id)
      return channelChanged(channel, 'channelDeleted')
    },
  }
}
