// Asks Slack who clicked, and keeps the answer for ten minutes; what it does not say in time is unknown.

import type { UsersInfoResponse, WebClient } from '@slack/web-api'
import { LRUCache } from 'lru-cache'
import {
  type Account,
  type AccountPrincipal,
  accountPrincipal,
  type Standing,
} from '../../identity/principal.ts'
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
  /** As the request names it, for when nothing better is known. */
  name: string
  /** Where Slack's signature says that the user belongs, for when nobody can be asked. */
  teamId?: string | undefined
}

/**
 * Without a token there is nobody to ask: a user is then what the signed request says, which tells of a workspace, but
 * neither of a guest in it nor of an e-mail address.
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
    const account: Account = { platform: 'slack', tenant, userId: id, name }
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
      const email = user.profile?.email
      const told: Account = {
        ...account,
        name: user.profile?.display_name || user.real_name || name,
        ...(email && { emails: [email], emailsConfirmed: user.is_email_confirmed === true }),
      }
      return accountPrincipal(told, standingOf(user, workspace))
    } catch (error) {
      log.warn({ user: id, reason: (error as Error).message }, 'Slack did not say who clicked')
      return accountPrincipal(account, 'unknown')
    }
  }
}

function standingOf(user: User, { teamId, enterpriseId }: Workspace): Standing {
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
