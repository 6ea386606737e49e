// Shapes who is there and what has been said in each place, as the sandbox's page shows it.

import type { DiscordStandIn } from './discord-stand-in.ts'
import { type Channel, REVIEWER } from './slack/workspace.ts'
import type { SlackStandIn } from './slack-stand-in.ts'
import type { Person, SlackView, Snapshot } from './snapshot.ts'
import type { TeamsStandIn } from './teams-stand-in.ts'
import type { TelegramStandIn } from './telegram-stand-in.ts'
import type { Shows } from './tour.ts'

const MESSAGES_SHOWN = 150

/** The same person has the same e-mail address in both. */
export function peopleInBoth(slack: SlackStandIn, teams: TeamsStandIn): Person[] {
  const inTeams = new Map(Object.values(teams.workspace.people).map(({ email, id }) => [email, id]))
  return slack.workspace.users.flatMap(({ id, real_name, deleted, is_restricted, profile }) => {
    const teamsId = profile.email && inTeams.get(profile.email)
    if (deleted || !teamsId) return []
    return [{ slackId: id, teamsId, name: real_name, guest: is_restricted, hasKey: id === REVIEWER.id }]
  })
}

/** `hears` tells whether the product posts to a channel. */
export function slackSnapshot(
  { workspace, messages, modals }: SlackStandIn,
  shows: Shows,
  hears: (channel: Channel) => boolean,
): Snapshot['slack'] {
  const { channels } = workspace
  return {
    channels: channels.map((channel) => ({ ...channel, hears: hears(channel) })),
    messages: channels
      .flatMap(({ id }) => messages(id).slice(-MESSAGES_SHOWN))
      .filter(({ ts }) => shows('slack', ts)),
    modals: modals().map((modal) => ({ ...modal, view: modal.view as unknown as SlackView })),
  }
}

export function teamsSnapshot(
  { workspace, messages, conversations }: TeamsStandIn,
  shows: Shows,
): Snapshot['teams'] {
  const { team, people, places } = workspace
  const personIds: string[] = Object.values(people).map(({ id }) => id)
  const name = conversations().find(({ id }) => id === places.approvals)?.name ?? ''
  const shown = messages(places.approvals)
    .slice(-MESSAGES_SHOWN)
    .filter(({ id }) => shows('teams', id))
  return {
    team: team.name,
    channel: { id: places.approvals, name },
    messages: shown.map(({ conversationId, from, ...message }) => ({
      ...message,
      thread: conversationId,
      from: from.name,
      byBot: !personIds.includes(from.id),
    })),
  }
}

export function discordSnapshot({ channel, messages }: DiscordStandIn, shows: Shows): Snapshot['discord'] {
  const shown = messages()
    .slice(-MESSAGES_SHOWN)
    .filter(({ id }) => shows('discord', id))
  return { channel, messages: shown.map(({ pings, ...message }) => message) }
}

/** The chat to which the sandbox's own destination posts. */
export function telegramSnapshot({ chats, messages }: TelegramStandIn, shows: Shows): Snapshot['telegram'] {
  const [chat] = chats()
  const all = chat ? messages(chat.id).slice(-MESSAGES_SHOWN) : []
  const shown = all.filter(({ id }) => shows('telegram', String(id)))
  return {
    chat: chat?.title ?? '',
    messages: shown.map(({ id, text, entities, buttons, sentAt, editedAt }) => ({
      id: String(id),
      text,
      entities,
      buttons,
      sentAt,
      ...(editedAt !== undefined && { editedAt }),
    })),
  }
}
