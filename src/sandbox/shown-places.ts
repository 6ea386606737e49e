// Who is there, and what has been said in Slack and in Teams? As the page shows it.

import type { SlackStandIn } from './slack-stand-in.ts'
import type { Person, Snapshot } from './snapshot.ts'
import type { TeamsStandIn } from './teams-stand-in.ts'

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
