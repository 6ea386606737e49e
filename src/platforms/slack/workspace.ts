// Finds out which workspace a Slack bot token belongs to: Slack is asked, and its answer is kept over restarts.

import type { WebClient } from '@slack/web-api'
import { LRUCache } from 'lru-cache'
import { sha256Hex } from '../../kit/canonical-json.ts'
import { type PlatformPorts, SendError } from '../platform.ts'
import { calling } from './web-api.ts'

export interface Workspace {
  teamId: string
  enterpriseId: string | null
}

/** All throw as a platform does. */
export interface Workspaces {
  /** As Slack said it last. */
  find(token: string): Promise<Workspace>
  /** Asks Slack anew, but at most once a minute: whoever can sign a request must not make us ask without end. */
  findAnew(token: string): Promise<Workspace>
  /** Asks Slack now. `scopes`: what the token may do, where Slack says so. */
  ask(token: string): Promise<{ workspace: Workspace; scopes: string[] | undefined }>
}

const MOST_TOKENS = 100
const ASKED_ANEW_MS = 60_000

/**
 * The enterprise where there is one, else the team: a person has one account in it. Told by Slack or by a webhook's
 * address, never by a request; an enterprise's id begins with E and a team's with T, so that none is both.
 */
export function tenantOf({ teamId, enterpriseId }: Workspace): string {
  return enterpriseId ?? teamId
}

export function workspaces(
  { state, renameTenant, clock }: Pick<PlatformPorts, 'state' | 'renameTenant' | 'clock'>,
  clientOf: (token: string) => WebClient,
): Workspaces {
  const known = new LRUCache<string, Workspace>({ max: MOST_TOKENS })
  const anew = new LRUCache<string, Promise<Workspace>>({ max: MOST_TOKENS, ttl: ASKED_ANEW_MS, perf: clock })
  const keyOf = (token: string) => `workspace:${sha256Hex(token)}`

  async function ask(token: string) {
    const answer = await calling(clientOf(token).auth.test())
    const workspace = { teamId: answer.team_id as string, enterpriseId: answer.enterprise_id ?? null }
    await keep(keyOf(token), workspace)
    return { workspace, scopes: answer.response_metadata?.scopes }
  }

  /** A workspace that joins an enterprise takes its people with it. */
  async function keep(key: string, workspace: Workspace): Promise<void> {
    const [from, to] = [workspace.teamId, tenantOf(workspace)]
    if (from === to) await state.set(key, workspace)
    else await renameTenant({ from, to }, { key, value: workspace })
    known.set(key, workspace)
  }

  return {
    ask,

    async find(token) {
      const key = keyOf(token)
      const kept = known.get(key) ?? (await state.get<Workspace>(key))
      if (!kept) return (await ask(token)).workspace
      known.set(key, kept)
      return kept
    },

    findAnew(token) {
      const before = anew.get(token)
      if (before) return before
      const asked = ask(token).then(({ workspace }) => workspace)
      anew.set(token, asked)
      // Where it was not Slack that failed, the next press may ask.
      asked.catch((error) => error instanceof SendError || anew.delete(token))
      return asked
    },
  }
}
