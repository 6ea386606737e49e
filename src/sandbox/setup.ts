// Gives the product what it needs before the first request: where to post, and keys for those who call it.

import { ApiProblem, createProductApi, type ProductApi } from './product-api.ts'
import { SAMPLE_AGENT } from './sample-requests.ts'
import type { User } from './slack/workspace.ts'

/** The body of `POST /v1/api-keys`. */
interface WantedKey {
  name: string
  roles: string[]
  agent_id?: string
  person?: { name: string; email: string }
}

interface DestinationPage {
  data: { id: string; channel_type: string; config: Record<string, string> }[]
  next_cursor: string | null
}

export interface WantedDestination {
  channel_type: string
  name: string
  config: Record<string, string>
}

/** Safe to repeat: creates it only where none posts to this place yet. `anew`: one that is there is told again where. */
export async function ensureDestination(
  admin: ProductApi,
  wanted: WantedDestination,
  anew: boolean,
): Promise<void> {
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`
    const { body } = await admin.get<DestinationPage>(`/v1/settings/notifications${query}`)
    const there = body.data.find((one) => isSamePlace(one, wanted))
    if (there && anew) {
      await admin.patch(`/v1/settings/notifications/${there.id}`, { config: wanted.config })
    }
    if (there) return
    cursor = body.next_cursor
  } while (cursor !== null)
  await admin.post('/v1/settings/notifications', wanted)
}

/** By what the list tells of a config: all but its secrets. */
function isSamePlace({ channel_type, config }: DestinationPage['data'][number], wanted: WantedDestination) {
  const isSame = ([name, value]: [string, string]) => config[name] === undefined || config[name] === value
  return channel_type === wanted.channel_type && Object.entries(wanted.config).every(isSame)
}

/** The saved key while the product still knows it, else a new one. */
export async function ensureKey(
  admin: ProductApi,
  productUrl: () => string,
  savedKey: string | undefined,
  wanted: WantedKey,
): Promise<string> {
  if (savedKey && (await isKnown(savedKey, productUrl))) return savedKey
  const { body } = await admin.post<{ key: string }>('/v1/api-keys', wanted)
  return body.key
}

export const AGENT_KEY: WantedKey = {
  name: 'sandbox sample agent',
  roles: ['agent'],
  agent_id: SAMPLE_AGENT.id,
}

/** Votes as this person of the workspace: with the e-mail address that Slack tells of them. */
export function reviewerKey({ real_name: name, profile: { email = '' } }: User): WantedKey {
  return { name: `sandbox: ${name} in the console`, roles: ['reviewer'], person: { name, email } }
}

async function isKnown(key: string, productUrl: () => string): Promise<boolean> {
  try {
    await createProductApi(productUrl, () => key).get('/v1/approvals/apr_none')
    return true
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    return error.status !== 401
  }
}
