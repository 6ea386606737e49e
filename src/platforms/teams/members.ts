// Asks Teams who clicked, and keeps the answer for ten minutes; what it does not say in time is unknown.

import { type TeamsChannelAccount, TeamsInfo, type TurnContext } from 'botbuilder'
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
import { tenantOf } from './activity.ts'

const KEPT_MS = 10 * 60 * 1000
const MOST_PEOPLE = 10_000
/** Teams gives up on an answer after 10 to 15 s; ours shall be there within 5. */
const PATIENCE_MS = 2_000

export type IdentifyMember = (context: TurnContext) => Promise<AccountPrincipal>

export function members(clock: Clock, log: Logger): IdentifyMember {
  const known = new LRUCache<string, TeamsChannelAccount, TurnContext>({
    max: MOST_PEOPLE,
    ttl: KEPT_MS,
    perf: clock,
    fetchMethod: (_key, _stale, { context }) => TeamsInfo.getMember(context, context.activity.from.id),
  })

  return async (context) => {
    const { from } = context.activity
    const tenant = tenantOf(context.activity) as string
    const userId = from.aadObjectId?.toLowerCase() || from.id
    const account: Account = { platform: 'teams', tenant, userId, name: userId }
    if (from.role === 'bot' || from.id.startsWith('28:')) return accountPrincipal(account, 'bot')
    if (!from.aadObjectId) return accountPrincipal(account, 'unknown')
    try {
      const member = await known.fetch(`${tenant}/${userId}`, {
        context,
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      if (!member || idOf(member) !== userId) return accountPrincipal(account, 'unknown')
      // Either may be what an agent names, and they need not be the same.
      const emails = [member.email, member.userPrincipalName].filter((email) => email !== undefined)
      const told: Account = {
        ...account,
        // The tenant's own directory says so; the name in the activity is the sender's word alone.
        name: member.name || member.userPrincipalName || userId,
        ...(emails.length > 0 && { emails, emailsConfirmed: true }),
      }
      return accountPrincipal(told, standingOf(member, tenant))
    } catch (error) {
      log.warn({ user: userId, ...because(error) }, 'Teams did not say who clicked')
      return accountPrincipal(account, 'unknown')
    }
  }
}

/** Teams spells it both ways. */
export function idOf({
  aadObjectId,
  objectId,
}: TeamsChannelAccount & { objectId?: string }): string | undefined {
  return (aadObjectId ?? objectId)?.toLowerCase()
}

export function standingOf(member: TeamsChannelAccount, tenant: string): Standing {
  const { tenantId, userRole, userPrincipalName } = member
  if (tenantId === undefined || userPrincipalName === undefined) return 'unknown'
  if (tenantId.toLowerCase() !== tenant) return 'external'
  const role = userRole?.toLowerCase()
  // Entra writes a guest's name as ana_other.example#EXT#@ours.example.
  if (role === 'guest' || /#ext#/i.test(userPrincipalName)) return 'guest'
  return role === 'anonymous' ? 'external' : 'member'
}
