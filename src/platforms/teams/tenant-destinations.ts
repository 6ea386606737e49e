// Finds which destinations are in a tenant: those in whose conversation it was the tenant that added the app.

import type { Destination, PlatformPorts } from '../platform.ts'
import type { ConversationConfig, TeamsEnvironment } from './config.ts'
import type { Conversations } from './conversations.ts'

/** Resolves with the ids of all of them, also of those that are off. */
export type TenantDestinations = (tenant: string) => Promise<string[]>

export function createTenantDestinations(
  { allowedTenants }: Pick<TeamsEnvironment, 'allowedTenants'>,
  { knownDestinations }: Pick<PlatformPorts<ConversationConfig>, 'knownDestinations'>,
  conversations: Pick<Conversations, 'list'>,
): TenantDestinations {
  // Of a conversation that the app had to leave nothing is known any more.
  const onlyTenant = allowedTenants.length === 1 ? allowedTenants[0] : undefined

  return async (tenant) => {
    const tenantOf = new Map((await conversations.list()).map(({ id, tenantId }) => [id, tenantId]))
    const isThere = ({ config, state }: Destination<ConversationConfig>) =>
      state !== 'removed' && (tenantOf.get(config.conversation_id) ?? onlyTenant) === tenant
    return (await knownDestinations()).filter(isThere).map(({ id }) => id)
  }
}
