// Passes what somebody asks by `/governance …` in Slack to the commands, and their answer back.

import type { AllMiddlewareArgs, App, SlackCommandMiddlewareArgs } from '@slack/bolt'
import type { Asker, Commands } from '../../commands/commands.ts'
import { Outage } from '../../kit/outage.ts'
import type { ClickOrigins } from './click-origin.ts'
import { refusalCard, replyCard } from './reply-card.ts'

const NOT_CONNECTED = {
  response_type: 'ephemeral',
  text: ':warning: This workspace is not connected',
} as const

export function listenToCommands(app: App, commands: Commands, origins: ClickOrigins): void {
  app.command(/^\/.+/, async (asked) => {
    try {
      await answer(asked)
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      await asked.ack(refusalCard({ text: error.message, first: null }))
    }
  })

  async function answer({ command, context, ack }: SlackCommandMiddlewareArgs & AllMiddlewareArgs) {
    const sentFrom = {
      team: { id: command.team_id },
      enterprise: command.enterprise_id ? { id: command.enterprise_id } : null,
    }
    const spot = { channelId: command.channel_id }
    const signedBy = context.signedBy as string[]
    const origin = await origins.findWorkspace(sentFrom, signedBy, spot)
    if (!origin) return ack(NOT_CONNECTED)
    const user = { id: command.user_id, name: command.user_name }
    const asker: Asker = {
      by: await origins.identify(user, origin.workspace, origin.token),
      destinationIds: origin.here.map((destination) => destination.id),
      // Slack shows the answer to them alone.
      scope: { destinationIds: origin.workspaceIds, withUnplaced: true },
      details: true,
    }
    await ack({ ...replyCard(await commands.answer(command.text ?? '', asker)) })
  }
}
