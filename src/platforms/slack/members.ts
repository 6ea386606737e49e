// Asks Slack who clicked, and keeps the answer for ten minutes; what it does not say in time is unknown.

import type { UsersInfoResponse, WebClient } from '@slack/web-api'
import { LRUCache } from 'lru-cache'
import {
  type Account,
  type AccountPrincipal,
  accountPrincipal,
  type Standing,
} from '../../identity/principal.ts'
import { because } from '../../kit/cause.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Logger } from '../../kit/log.ts'
import { tenantOf, type Workspace } from './workspace.ts'

const KEPT_MS = 10 * 60 * 1000
const MOST_USERS = 10_000
/** Slack waits three seconds for an answer to a click. */
const PATIENCE_MS = 2_000

type User = NonNullable<UsersInfoResponse['user']>

export interface SlackUser {
  id: string
  /** The handle in the signed request, for when nobody can be asked. */
  name: string
  /** Where Slack's signature says that the user belongs, for when nobody can be asked. */
  teamId?: string | undefined
}

/**
 * Without a token there is nobody to ask: a user is then what the signed request says, which tells of a handle and a
 * workspace, but neither of a name nor of a guest nor of an e-mail address.
 */
export type IdentifyUser = (
  user: SlackUser,
  workspace: Workspace,
  token: string | undefined,
) => Promise<AccountPrincipal>

export function members(clientOf: (token: string) => WebClient, clock: Clock, log: Logger): IdentifyUser {
  const known = new LRUCache<string, User, { token: string; userId: string }>({
    max: MOST_USERS,
    ttl: KEPT_MS,
    perf: clock,
    fetchMethod: async (_key, _stale, { context }) => {
      const { user } = await clientOf(context.token).users.info({ user: context.userId })
      return user
    },
  })

  return async ({ id, name, teamId }, workspace, token) => {
    const tenant = tenantOf(workspace)
    const account: Account = { platform: 'slack', tenant, userId: id, name: `@${name}`, isHandle: true }
    if (token === undefined) return accountPrincipal(account, signedStanding(teamId, workspace))
    try {
      const key = `${tenant}/${id}`
      const user =
        known.get(key) ??
        (await known.fetch(key, {
          context: { token, userId: id },
          signal: AbortSignal.timeout(PATIENCE_MS),
        }))
      if (!user) return accountPrincipal(account, 'unknown')
      return accountPrincipal({ ...account, ...toldOf(user) }, standingOf(user, workspace))
    } catch (error) {
      log.warn({ user: id, ...because(error) }, 'Slack did not say who clicked')
      return accountPrincipal(account, 'unknown')
    }
  }
}

/** The full name is the directory's, the display name its owner's choice. Where there is no full name, the handle stays. */
function toldOf({ profile, real_name, is_email_confirmed }: User): Partial<Account> {
  const name = profile?.real_name || real_name
  const { display_name: displayName, email } = profile ?? {}
  return {
    ...(name && { name, isHandle: false }),
    ...(displayName && { displayName }),
    ...(email && { emails: [email], emailsConfirmed: is_email_confirmed === true }),
  }
}

export function standingOf(user: User, { teamId, enterpriseId }: Workspace): Standing {
  if (user.deleted) return 'external'
  if (user.is_bot || user.id === 'USLACKBOT') return 'bot'
  if (user.is_restricted || user.is_ultra_restricted) return 'guest'
  const home = enterpriseId === null ? user.team_id : user.enterprise_user?.enterprise_id
  return home === (enterpriseId ?? teamId) ? 'member' : 'external'
}

function signedStanding(home: string | undefined, { teamId }: Workspace): Standing {
  if (home === undefined) return 'unknown'
  return home === teamId ? 'member' : 'external'
}
