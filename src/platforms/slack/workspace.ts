// Finds out which workspace a Slack bot token belongs to: Slack is asked once, and it is kept over restarts.

import type { WebClient } from '@slack/web-api'
import { LRUCache } from 'lru-cache'
import { sha256Hex } from '../../kit/canonical-json.ts'
import type { PlatformState } from '../platform.ts'
import { calling } from './web-api.ts'

export interface Workspace {
  teamId: string
  enterpriseId: string | null
}

const MOST_TOKENS = 100

/**
 * The enterprise where there is one, else the team: a person has one account in it. Told by Slack or by a webhook's
 * address, never by a request; an enterprise's id begins with E and a team's with T, so that none is both.
 */
export function tenantOf({ teamId, enterpriseId }: Workspace): string {
  return enterpriseId ?? teamId
}

/** Looks a token's workspace up in memory, then in the database, then at Slack. Throws as a platform does. */
export function workspaces(
  state: PlatformState,
  clientOf: (token: string) => WebClient,
): (token: string) => Promise<Workspace> {
  const known = new LRUCache<string, Workspace>({ max: MOST_TOKENS })
  return async (token) => {
    const key = `workspace:${sha256Hex(token)}`
    const workspace = known.get(key) ?? (await state.get<Workspace>(key)) ?? (await ask(token, key))
    known.set(key, workspace)
    return workspace
  }

  async function ask(token: string, key: string): Promise<Workspace> {
    const answer = await calling(clientOf(token).auth.test())
    const workspace = { teamId: answer.team_id as string, enterpriseId: answer.enterprise_id ?? null }
    await state.set(key, workspace)
    return workspace
  }
}
