// Tells where in the sandbox's places the product is to post.

import type { WantedDestination } from './destinations.ts'
import { SLACK_BOT_TOKEN, type StandIns, TELEGRAM_BOT_TOKEN } from './places.ts'
import type { Channel } from './slack/workspace.ts'

/** One in each place. */
export function destinationsIn({ slack, teams, discord, telegram }: StandIns): WantedDestination[] {
  const { team, places } = teams.workspace
  return [
    inSlack(slack.workspace.channels[0]),
    { channel_type: 'teams', name: `Teams ${team.name}`, config: { conversation_id: places.approvals } },
    {
      channel_type: 'discord',
      name: `Discord #${discord.channel}`,
      config: { webhook_url: discord.webhookUrl() },
    },
    ...telegram
      .chats()
      .slice(0, 1)
      .map(({ id, title }) => ({
        channel_type: 'telegram',
        name: `Telegram ${title}`,
        config: { bot_token: TELEGRAM_BOT_TOKEN, chat_id: String(id) },
      })),
  ]
}

export function inSlack({ id, name }: Channel): WantedDestination {
  const config = { bot_token: SLACK_BOT_TOKEN, channel_id: id }
  return { channel_type: 'slack', name: `Slack #${name}`, config }
}

/** In Microsoft's Agents Playground. */
export function inPlayground(conversationId: string): WantedDestination {
  return { channel_type: 'teams', name: 'Agents Playground', config: { conversation_id: conversationId } }
}
