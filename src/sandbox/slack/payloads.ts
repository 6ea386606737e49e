// Makes what Slack sends to an app when somebody presses a button or types a command.

import { isObject, type JsonObject, type Message } from './messages.ts'
import { publicMessage } from './web-api.ts'
import { APP_ID, type Channel, TEAM, type User } from './workspace.ts'

export interface Button {
  element: JsonObject
  blockId: string
  attachmentId?: number
}

/** The first button of that name on the card as it stands now, in blocks or in attachments. */
export function findButton(message: Message, actionId: string, blockId?: string): Button | undefined {
  const layers: { blocks: unknown; attachmentId?: number }[] = [
    { blocks: message.blocks },
    ...message.attachments.map(({ blocks, id }) => ({ blocks, attachmentId: Number(id) })),
  ]
  for (const { blocks, ...place } of layers) {
    const found = findIn(blocks, actionId, blockId)
    if (found) return { ...found, ...place }
  }
}

/** The same in the blocks of a message or a modal. */
export function findIn(
  blocks: unknown,
  actionId: string,
  blockId?: string,
): Omit<Button, 'attachmentId'> | undefined {
  for (const block of Array.isArray(blocks) ? blocks.filter(isObject) : []) {
    if (blockId !== undefined && block.block_id !== blockId) continue
    const elements = block.type === 'actions' ? block.elements : [block.accessory]
    const element = (Array.isArray(elements) ? elements : []).find(
      (candidate) => isObject(candidate) && candidate.action_id === actionId,
    )
    if (element) return { element, blockId: String(block.block_id) }
  }
}

export interface Press {
  message: Message
  button: Button
  user: User
  channel: Channel
  actionTs: string
  triggerId: string
  responseUrl: string
  /** Of a menu: the value of what was chosen. */
  option?: string | undefined
}

/** Who does something, in which workspace, with which app. */
export function personPayload(user: User): JsonObject {
  return {
    user: { id: user.id, username: user.name, name: user.name, team_id: user.team_id },
    api_app_id: APP_ID,
    token: 'verification-by-token-is-deprecated',
    team: { id: TEAM.id, domain: TEAM.domain },
    enterprise: null,
    is_enterprise_install: false,
  }
}

export function blockActionsPayload(press: Press): JsonObject {
  const { message, button, user, channel } = press
  const place =
    button.attachmentId === undefined
      ? { type: 'message' }
      : { type: 'message_attachment', attachment_id: button.attachmentId, is_app_unfurl: false }
  const isEphemeral = message.ephemeralFor !== undefined
  return {
    type: 'block_actions',
    ...personPayload(user),
    container: { ...place, message_ts: message.ts, channel_id: channel.id, is_ephemeral: isEphemeral },
    trigger_id: press.triggerId,
    channel: { id: channel.id, name: channel.name },
    // Slack does not repeat an ephemeral message.
    ...(isEphemeral ? {} : { message: publicMessage(message) }),
    state: { values: {} },
    response_url: press.responseUrl,
    actions: [{ ...pressed(button, press.option), block_id: button.blockId, action_ts: press.actionTs }],
  }
}

/** Of a menu, Slack names what was chosen and not what else stood there. */
function pressed({ element }: Button, option: string | undefined): JsonObject {
  if (element.type !== 'overflow') return element
  const { options, ...menu } = element
  const all = Array.isArray(options) ? options.filter(isObject) : []
  return { ...menu, selected_option: all.find(({ value }) => value === option) ?? null }
}

export interface TypedCommand {
  command: string
  text: string
  user: User
  channel: Channel
  triggerId: string
  responseUrl: string
}

export function commandForm(typed: TypedCommand): Record<string, string> {
  return {
    token: 'verification-by-token-is-deprecated',
    team_id: TEAM.id,
    team_domain: TEAM.domain,
    channel_id: typed.channel.id,
    channel_name: typed.channel.name,
    user_id: typed.user.id,
    user_name: typed.user.name,
    command: typed.command,
    text: typed.text,
    api_app_id: APP_ID,
    is_enterprise_install: 'false',
    response_url: typed.responseUrl,
    trigger_id: typed.triggerId,
  }
}
