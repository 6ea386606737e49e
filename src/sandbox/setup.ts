// Gives those who call the product a key each: the sample agent, and a reviewer in the console.

import { ApiProblem, createProductApi, type ProductApi } from './product-api.ts'
import { SAMPLE_AGENT } from './sample-requests.ts'
import type { StateFile } from './saved-state.ts'
import { REVIEWER, type User } from './slack/workspace.ts'

/** The body of `POST /v1/api-keys`. */
interface WantedKey {
  name: string
  roles: string[]
  agent_id?: string
  person?: { name: string; email: string }
}

/** The saved keys while the product still knows them, else new ones. */
export async function ensureKeys(
  admin: ProductApi,
  productUrl: () => string,
  file: StateFile,
): Promise<void> {
  const { agentKey, reviewerKey } = file.state
  file.keep({ agentKey: await ensureKey(admin, productUrl, agentKey, AGENT_KEY) })
  file.keep({ reviewerKey: await ensureKey(admin, productUrl, reviewerKey, reviewerKeyOf(REVIEWER)) })
}

async function ensureKey(
  admin: ProductApi,
  productUrl: () => string,
  savedKey: string | undefined,
  wanted: WantedKey,
): Promise<string> {
  if (savedKey && (await isKnown(savedKey, productUrl))) return savedKey
  const { body } = await admin.post<{ key: string }>('/v1/api-keys', wanted)
  return body.key
}

const AGENT_KEY: WantedKey = {
  name: 'sandbox sample agent',
  roles: ['agent'],
  agent_id: SAMPLE_AGENT.id,
}

/** Votes as this person of the workspace: with the e-mail address that Slack tells of them. */
function reviewerKeyOf({ real_name: name, profile: { email = '' } }: User): WantedKey {
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
