// Asks Slack whether it takes a bot token, for an admin who configures one.

import { SendError, Undeliverable } from '../platform.ts'
import type { Workspaces } from './workspace.ts'

/** Without it nothing can be posted. Of the channel, Slack says nothing under the scopes of the manifest. */
const SCOPE = 'chat:write'

/** What is wrong with the token, as a sentence; undefined when nothing is, or Slack cannot be asked. */
export async function tokenRefusal(
  workspaces: Pick<Workspaces, 'ask'>,
  token: string,
): Promise<string | undefined> {
  try {
    const { scopes } = await workspaces.ask(token)
    if (scopes === undefined || scopes.includes(SCOPE)) return undefined
    return `This token has not the scope ${SCOPE}: add the scopes of the manifest, install the app again, and copy the new token`
  } catch (error) {
    if (!(error instanceof SendError)) throw error
    if (!(error instanceof Undeliverable) || error.what !== 'destination') return undefined
    return `Slack does not take this token (${error.code}): install the app, and copy the Bot User OAuth Token from OAuth & Permissions`
  }
}
