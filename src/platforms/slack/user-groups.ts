// Asks Slack who is in a user group, and says what to do where it does not answer.

import type { WebClient } from '@slack/web-api'
import { type GroupListing, Undeliverable } from '../platform.ts'
import { calling } from './web-api.ts'
import { tenantOf, type Workspaces } from './workspace.ts'

/** Marked optional in the manifest: who has no such group need not grant it. */
const SCOPE = 'usergroups:read'
const NO_TOKEN = 'no_bot_token'

const ADVICE: Record<string, string> = {
  missing_scope: `the token has not the scope ${SCOPE}: grant it, install the app again, and give the destination the new token`,
  no_such_subteam: 'Slack knows no user group by this id, which looks like S0123456789',
  plan_upgrade_required: 'Slack has user groups only in a paid plan',
  [NO_TOKEN]: 'this destination has no bot token: name one that has',
}

export interface UserGroupOptions {
  clientOf: (token: string) => WebClient
  workspaces: Pick<Workspaces, 'find'>
}

/**
 * `token`: of a bot in the workspace that has the group; undefined: there is none. Throws as a platform does.
 * https://docs.slack.dev/reference/methods/usergroups.users.list
 */
export async function listUserGroup(
  { clientOf, workspaces }: UserGroupOptions,
  token: string | undefined,
  id: string,
): Promise<GroupListing> {
  if (token === undefined) throw new Undeliverable('destination', NO_TOKEN)
  const { users = [] } = await calling(clientOf(token).usergroups.users.list({ usergroup: id }))
  const userIds = new Set(users.filter((user) => typeof user === 'string'))
  return { tenant: tenantOf(await workspaces.find(token)), userIds: [...userIds] }
}

export function userGroupAdvice(code: string): string | undefined {
  return Object.hasOwn(ADVICE, code) ? ADVICE[code] : undefined
}
