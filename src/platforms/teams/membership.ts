// Follows where Teams says the app was added or removed, so that destinations can name conversations.

import type { Activity, TeamInfo, TurnContext } from 'botbuilder'
import { because } from '../../kit/cause.ts'
import type { PlatformPorts } from '../platform.ts'
import { PERSONAL, tenantOf } from './activity.ts'
import type { TeamsAdapter } from './adapter.ts'
import type { ConversationConfig } from './config.ts'
import type { Conversations, KnownConversation } from './conversations.ts'
import { conversationOf } from './handle.ts'

export interface Membership {
  /** For installationUpdate and conversationUpdate. */
  changed(context: TurnContext): Promise<void>
  /** For any other sign that the app is there: it may have been added before this database was made. */
  seen(context: TurnContext): Promise<void>
  /** For a click, which waits for an answer: asks nobody. */
  clicked(context: TurnContext): Promise<void>
}

const ADDED = ['add', 'add-upgrade', 'channelCreated', 'channelRenamed', 'channelRestored', 'teamRenamed']
/** `remove-upgrade` is followed by `add-upgrade`. */
const REMOVED = ['remove', 'teamDeleted', 'teamHardDeleted']

export function createMembership(
  { knownDestinations, disable, clock, log }: PlatformPorts<ConversationConfig>,
  conversations: Conversations,
  adapter: TeamsAdapter,
): Membership {
  async function add({ activity }: TurnContext): Promise<void> {
    const here = conversationIn(activity, clock.now())
    const team = activity.channelData?.team
    const added = team ? await channelsOf(team, here) : [{ ...here, name: await chatName(activity) }]
    for (const one of added) await conversations.remember(one)
  }

  /** A chat with the bot alone is known by the person; of others, Teams tells the name only if somebody gave one. */
  async function chatName({ conversation, from, serviceUrl }: Activity): Promise<string> {
    if (conversation.conversationType !== PERSONAL) return conversation.name || 'Group chat'
    if (from.name) return from.name
    try {
      const teams = (await adapter.connector(serviceUrl)).conversations
      return (await teams.getConversationMember(conversation.id, from.id)).name
    } catch (error) {
      log.warn(because(error), 'Teams did not say whose chat it is')
      return 'Personal chat'
    }
  }

  /** All of the team's, since a team is joined as a whole; the one of the activity where Teams does not say. */
  async function channelsOf(team: TeamInfo, here: KnownConversation): Promise<KnownConversation[]> {
    try {
      const teams = await adapter.teams(here.serviceUrl)
      // What is said in a team names it by id alone.
      const { name: teamName } = team.name ? team : await teams.fetchTeamDetails(team.id as string)
      const { conversations: channels = [] } = await teams.fetchChannelList(team.id as string)
      return channels.map(({ id, name }) => ({
        ...here,
        id: id as string,
        name: channelName(teamName, name),
      }))
    } catch (error) {
      log.warn(because(error), 'Teams did not say which channels a team has')
      return [here]
    }
  }

  async function leave(left: KnownConversation[], reason: string): Promise<void> {
    const ids = new Set(left.map(({ id }) => id))
    for (const id of ids) await conversations.forget(id)
    for (const { id, config } of await knownDestinations()) {
      if (ids.has(config.conversation_id)) await disable(id, reason)
    }
  }

  async function remove({ activity }: TurnContext): Promise<void> {
    const teamId = activity.channelData?.team?.id
    const id = conversationOf(activity.conversation.id)
    const known = await conversations.list()
    await leave(
      known.filter((one) => (teamId ? one.teamId === teamId : one.id === id)),
      'app_removed',
    )
  }

  return {
    async changed(context) {
      const { activity } = context
      const what = activity.action ?? activity.channelData?.eventType
      const isBot = ({ id }: { id: string }) => id === activity.recipient.id
      if (ADDED.includes(what) || activity.membersAdded?.some(isBot)) await add(context)
      else if (REMOVED.includes(what) || activity.membersRemoved?.some(isBot)) await remove(context)
      else if (what === 'channelDeleted') {
        const channelId = activity.channelData.channel?.id
        const known = await conversations.list()
        await leave(
          known.filter(({ id }) => id === channelId),
          'channel_deleted',
        )
      }
    },

    async seen(context) {
      const known = await conversations.find(conversationOf(context.activity.conversation.id))
      if (known?.serviceUrl !== context.activity.serviceUrl) await add(context)
    },

    async clicked({ activity: { conversation, serviceUrl } }) {
      const here = await conversations.find(conversationOf(conversation.id))
      if (!here || here.serviceUrl === serviceUrl) return
      const known = await conversations.list()
      const moved = known.filter(({ id, teamId }) => (here.teamId ? teamId === here.teamId : id === here.id))
      for (const one of moved) await conversations.remember({ ...one, serviceUrl })
    },
  }
}

function conversationIn(activity: Activity, now: number): KnownConversation {
  const { conversation, channelData, serviceUrl } = activity
  const { team, channel } = channelData ?? {}
  // News of a channel comes from the first one of its team.
  const id = channel?.id ?? conversationOf(conversation.id)
  return {
    id,
    name: channelName(team?.name, channel?.name ?? (id === team?.id ? undefined : 'a channel')),
    kind: conversation.conversationType ?? 'channel',
    addedAt: now,
    tenantId: tenantOf(activity) as string,
    serviceUrl,
    ...(team && { teamId: team.id }),
  }
}

/** Teams leaves the name of the first channel out. */
function channelName(team: string | undefined, channel: string | undefined): string {
  return `${team ?? 'Team'} / ${channel ?? 'General'}`
}
