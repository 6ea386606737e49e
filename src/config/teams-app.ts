// Reads the registration of the app in Teams, of which either all is set or nothing.

import { StartError } from '../kit/start-error.ts'

/** An app registration with its bot, as Azure knows it. */
export interface TeamsApp {
  appId: string
  password: string
  /** Where tokens are asked for; undefined: the Bot Framework's own tenant, for a multi-tenant app. */
  tenantId: string | undefined
  /** The Entra tenants whose people may use it, never empty. */
  allowedTenants: string[]
  /** Where Microsoft's services are, when a stand-in plays them. */
  cloud?: { openIdMetadataUrl: string; loginUrl: string }
}

/** As the environment has them, each already checked. */
interface TeamsVariables {
  MicrosoftAppId?: string | undefined
  MicrosoftAppPassword?: string | undefined
  MicrosoftAppTenantId?: string | undefined
  MicrosoftAppType: 'SingleTenant' | 'MultiTenant'
  TEAMS_ALLOWED_TENANTS?: string[] | undefined
}

/** All of it or nothing: the Bot Framework takes an app without an id as leave to check nobody. */
export function teamsApp(values: TeamsVariables): TeamsApp | undefined {
  const { MicrosoftAppId, MicrosoftAppPassword, MicrosoftAppTenantId, MicrosoftAppType } = values
  const given = {
    MicrosoftAppPassword,
    MicrosoftAppTenantId,
    TEAMS_ALLOWED_TENANTS: values.TEAMS_ALLOWED_TENANTS,
  }
  if (MicrosoftAppId === undefined) {
    const [half] = Object.entries(given).filter(([, value]) => value !== undefined)
    if (half) throw new StartError(`MicrosoftAppId: must be set, since ${half[0]} is`)
    return undefined
  }
  if (MicrosoftAppPassword === undefined) {
    throw new StartError('MicrosoftAppPassword: must be set with MicrosoftAppId')
  }
  const isSingle = MicrosoftAppType === 'SingleTenant'
  if (isSingle && MicrosoftAppTenantId === undefined) {
    throw new StartError(
      'MicrosoftAppTenantId: must be set with MicrosoftAppId, unless MicrosoftAppType is MultiTenant',
    )
  }
  const allowedTenants =
    values.TEAMS_ALLOWED_TENANTS ?? [MicrosoftAppTenantId].filter((id) => id !== undefined)
  if (allowedTenants.length === 0) {
    throw new StartError('TEAMS_ALLOWED_TENANTS: must name the tenants that may use a MultiTenant app')
  }
  return {
    appId: MicrosoftAppId,
    password: MicrosoftAppPassword,
    tenantId: isSingle ? MicrosoftAppTenantId : undefined,
    allowedTenants,
  }
}
