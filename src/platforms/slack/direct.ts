// Tells one member of a Slack workspace alone, in the app's own conversation with them.

import type { UsersInfoResponse, WebClient } from '@slack/web-api'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../kit/clock.ts'
import { noticeOf } from '../content/notice.ts'
import { type Contact, type Platform, RECIPIENT_UNKNOWN, SendError, Undeliverable } from '../platform.ts'
import type { SlackConfig } from './config.ts'
import { standingOf } from './members.ts'
import { noticeMessage } from './notice-message.ts'
import { calling } from './web-api.ts'
import { tenantOf, type Workspace, type Workspaces } from './workspace.ts'

export interface DirectOptions {
  /** For destinations without their own. */
  botToken: string | undefined
  clientOf: (token: string) => WebClient
  workspaces: Pick<Workspaces, 'find'>
  clock: Clock
}

type User = NonNullable<UsersInfoResponse['user']>

const KEPT_MS = 10 * 60 * 1000
const MOST_USERS = 10_000
/** Addresses of one person; each is a question to Slack. */
const MOST_ASKED = 5
/** Of a user or an address that there is not. */
const NOBODY = new Set(['user_not_found', 'users_not_found', 'user_not_visible'])
/** Another app's token may ask for it. */
const MAY_NOT_ASK = 'missing_scope'

/** Whoever Slack knows by an account or an address, unless they are a guest, a bot or gone. A webhook tells nobody. */
export function directMessages(options: DirectOptions): NonNullable<Platform<SlackConfig>['tell']> {
  const { clientOf, workspaces, clock } = options
  /** null: there is nobody. */
  const known = new LRUCache<string, { user: User | null }>({ max: MOST_USERS, ttl: KEPT_MS, perf: clock })

  async function asked(key: string, ask: () => Promise<{ user?: User }>): Promise<User | null> {
    const before = known.get(key)
    if (before) return before.user
    const user = await orNobody(ask())
    if (user !== undefined) known.set(key, { user })
    return user ?? null
  }

  /** Accounts of this workspace first: an address may have been given to another since. */
  async function find(contact: Contact, workspace: Workspace, client: WebClient): Promise<User | undefined> {
    const tenant = tenantOf(workspace)
    const ids = contact.accounts.filter((account) => account.tenant === tenant).map(({ userId }) => userId)
    const questions = [
      ...ids.map((id) => () => asked(`${tenant}/${id}`, () => client.users.info({ user: id }))),
      ...contact.emails.map(
        (email) => () => asked(`${tenant}/${email}`, () => client.users.lookupByEmail({ email })),
      ),
    ]
    for (const ask of questions.slice(0, MOST_ASKED)) {
      const user = await ask()
      if (user && standingOf(user, workspace) === 'member') return user
    }
    return undefined
  }

  return async (message, contact, to) => {
    const { webhook_url, bot_token = options.botToken } = to.config
    if (webhook_url !== undefined || bot_token === undefined) {
      throw new Undeliverable('message', RECIPIENT_UNKNOWN)
    }
    const client = clientOf(bot_token)
    const user = await find(contact, await workspaces.find(bot_token), client)
    if (!user?.id) throw new Undeliverable('message', RECIPIENT_UNKNOWN)
    const notice = noticeMessage(noticeOf(message, to, clock.now()))
    await calling(client.chat.postMessage({ channel: user.id, ...notice }))
  }
}

/** null where Slack knows none, or may not be asked. Throws as a platform does. */
/** null: there is nobody; undefined: the token may not ask. */
async function orNobody(call: Promise<{ user?: User }>): Promise<User | null | undefined> {
  try {
    return (await calling(call)).user ?? null
  } catch (error) {
    if (error instanceof SendError && NOBODY.has(error.code)) return null
    if (error instanceof SendError && error.code === MAY_NOT_ASK) return undefined
    throw error
  }
}
