// Plays Slack's Web API: answers the methods that the product calls, with Slack's own refusals.

import {
  listOf,
  parseJson,
  readContent,
  refusal,
  type Said,
  type SlackRefusal,
  saysNothing,
} from './content.ts'
import type { Content, JsonObject, Message, MessageLog } from './messages.ts'
import type { Modals } from './modals.ts'
import type { UserGroups } from './user-groups.ts'
import {
  BOT,
  type Channel,
  directChannel,
  findChannel,
  findUser,
  TEAM,
  type User,
  WORKSPACE,
} from './workspace.ts'

export type WebApi = (method: string, token: string | undefined, args: JsonObject) => JsonObject

const EMAIL_SCOPE = 'users:read.email'
const MOST_TEXT_IN_UPDATE = 4000

export interface WebApiOptions {
  log: MessageLog
  modals: Modals
  botToken: string
  /** The id of the one that the workspace has joined; null: it stands alone. */
  enterprise: () => string | null
  userGroups: UserGroups
  /** Those of the token. */
  scopes: () => readonly string[]
}

export function createWebApi({
  log,
  modals,
  botToken,
  enterprise,
  userGroups,
  scopes,
}: WebApiOptions): WebApi {
  function asTold(user: User): JsonObject {
    const enterprise_user = { enterprise_id: enterprise(), teams: [TEAM.id] }
    return enterprise() === null ? { ...user } : { ...user, enterprise_user }
  }

  const methods: Record<string, (args: JsonObject) => JsonObject> = {
    'auth.test': () => ({
      ok: true,
      url: `https://${TEAM.domain}.slack.com/`,
      team: TEAM.name,
      team_id: TEAM.id,
      user: BOT.name,
      user_id: BOT.userId,
      bot_id: BOT.botId,
      ...(enterprise() !== null && { enterprise_id: enterprise() }),
      is_enterprise_install: false,
    }),

    'chat.postMessage'(args) {
      const channel = findChannel(args.channel) ?? directWith(args.channel)
      if ('error' in channel) return channel
      const read = readContent(args)
      if ('refused' in read) return read.refused
      if (saysNothing(read.said)) return refusal('no_text')
      const message = log.post(channel.id, whole(read.said))
      return { ok: true, channel: channel.id, ts: message.ts, message: publicMessage(message) }
    },

    'chat.postEphemeral'(args) {
      const channel = findChannel(args.channel)
      if (!channel) return refusal('channel_not_found')
      const user = findUser(args.user)
      if (!user || user.deleted) return refusal('user_not_in_channel')
      const read = readContent(args)
      if ('refused' in read) return read.refused
      if (saysNothing(read.said)) return refusal('no_text')
      return { ok: true, message_ts: log.post(channel.id, whole(read.said), { onlyFor: user.id }).ts }
    },

    'chat.update'(args) {
      const channel = findChannel(args.channel)
      if (!channel) return refusal('channel_not_found')
      const message = log.find(channel.id, String(args.ts))
      if (!message) return refusal('message_not_found')
      if (message.ephemeralFor || message.user !== BOT.userId) return refusal('cant_update_message')
      const read = readContent(args)
      if ('refused' in read) return read.refused
      const { said } = read
      if (said.text === undefined && !said.blocks && !said.attachments) return refusal('no_text')
      if ((said.text?.length ?? 0) > MOST_TEXT_IN_UPDATE) return refusal('msg_too_long')
      if (changesRichText(message.blocks, said.blocks ?? [])) return refusal('block_mismatch')
      log.replace(message, updated(message, said))
      return {
        ok: true,
        channel: channel.id,
        ts: message.ts,
        text: message.text,
        message: publicMessage(message),
      }
    },

    'views.open': (args) => modals.open(args),
    'views.update': (args) => modals.update(args),

    'users.info'(args) {
      const user = findUser(args.user)
      return user ? { ok: true, user: asTold(user) } : refusal('user_not_found')
    },

    'users.lookupByEmail'({ email }) {
      if (!scopes().includes(EMAIL_SCOPE)) return refusal('missing_scope')
      const user = WORKSPACE.users.find(({ deleted, profile }) => !deleted && profile.email === email)
      return user ? { ok: true, user: asTold(user) } : refusal('users_not_found')
    },

    'usergroups.users.list': userGroups.list,

    'conversations.info'(args) {
      const channel = findChannel(args.channel)
      return channel ? { ok: true, channel: conversation(channel) } : refusal('channel_not_found')
    },
  }

  return (method, token, args) => {
    const answer = Object.hasOwn(methods, method) && methods[method]
    if (!answer) return refusal('unknown_method')
    if (!token) return refusal('not_authed')
    if (token !== botToken) return refusal('invalid_auth')
    return answer(args)
  }
}

/** The app's own conversation with somebody, which has an id of its own. */
function directWith(userId: unknown): { id: string } | SlackRefusal {
  const user = findUser(userId)
  if (!user || user.deleted) return refusal('channel_not_found')
  return user.is_bot ? refusal('cannot_dm_bot') : { id: directChannel(user.id) }
}

export function whole(said: Said): Content {
  return { text: said.text ?? '', blocks: said.blocks ?? [], attachments: said.attachments ?? [] }
}

/** A message as Slack shows it to an app. */
export function publicMessage({ channel: _, ephemeralFor: __, ...message }: Message): JsonObject {
  return message
}

/** Text without blocks takes the blocks away; attachments stay until they are replaced. */
function updated(message: Message, said: Said): Content {
  const blocks = said.blocks ?? (said.text === undefined ? message.blocks : [])
  return {
    text: said.text ?? message.text,
    blocks,
    attachments: said.attachments ?? message.attachments,
  }
}

function changesRichText(before: JsonObject[], after: JsonObject[]): boolean {
  return before.some((old) => {
    const successor = after.find((block) => block.block_id === old.block_id)
    return old.type === 'rich_text' && successor !== undefined && successor.type !== 'rich_text'
  })
}

function conversation({ id, name, purpose }: Channel): JsonObject {
  return {
    id,
    name,
    is_channel: true,
    is_private: false,
    is_archived: false,
    is_member: true,
    is_ext_shared: false,
    context_team_id: TEAM.id,
    purpose: { value: purpose },
  }
}

/** The arguments as a test wants to read them: decoded, and without the token. */
export function readableArgs({ token: _, ...args }: JsonObject): JsonObject {
  const readable: JsonObject = { ...args }
  for (const name of ['blocks', 'attachments']) {
    if (readable[name] !== undefined) readable[name] = listOf(readable[name]) ?? readable[name]
  }
  if (typeof readable.view === 'string') readable.view = parseJson(readable.view) ?? readable.view
  return readable
}
