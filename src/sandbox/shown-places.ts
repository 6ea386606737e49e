// Shapes who is there and what has been said in each place, as the sandbox's page shows it.

import type { DiscordStandIn } from './discord-stand-in.ts'
import type { SlackStandIn } from './slack-stand-in.ts'
import type { Person, Snapshot } from './snapshot.ts'
import type { TeamsStandIn } from './teams-stand-in.ts'
import type { TelegramStandIn } from './telegram-stand-in.ts'

const MESSAGES_SHOWN = 150

/** The same person has the same e-mail address in both. */
export function peopleInBoth(slack: SlackStandIn, teams: TeamsStandIn): Person[] {
  const inTeams = new Map(Object.values(teams.workspace.people).map(({ email, id }) => [email, id]))
  return slack.workspace.users.flatMap(({ id, real_name, deleted, is_restricted, profile }) => {
    const teamsId = profile.email && inTeams.get(profile.email)
    return deleted || !teamsId ? [] : [{ slackId: id, teamsId, name: real_name, guest: is_restricted }]
  })
}

export function shownSlack({ workspace, messages }: SlackStandIn): Snapshot['slack'] {
  const { channels } = workspace
  return {
    channels: [...channels],
    messages: channels.flatMap(({ id }) => messages(id).slice(-MESSAGES_SHOWN)),
  }
}

export function shownTeams({ workspace, messages, conversations }: TeamsStandIn): Snapshot['teams'] {
  const { team, people, places } = workspace
  const personIds: string[] = Object.values(people).map(({ id }) => id)
  const name = conversations().find(({ id }) => id === places.approvals)?.name ?? ''
  const shown = messages(places.approvals).slice(-MESSAGES_SHOWN)
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

export function shownDiscord({ channel, messages }: DiscordStandIn): Snapshot['discord'] {
  const shown = messages().slice(-MESSAGES_SHOWN)
  return { channel, messages: shown.map(({ pings, ...message }) => message) }
}

/** The chat to which the sandbox's own destination posts. */
export function shownTelegram({ chats, messages }: TelegramStandIn): Snapshot['telegram'] {
  const [chat] = chats()
  const shown = chat ? messages(chat.id).slice(-MESSAGES_SHOWN) : []
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
