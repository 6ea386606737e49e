// Finds where a Slack request comes from: the workspace, and which of our destinations are in its channel.

import type { Destination, PlatformPorts } from '../platform.ts'
import { type SlackConfig, type SlackEnvironment, teamIn } from './config.ts'
import type { IdentifyUser } from './members.ts'
import { tenantOf, type Workspace } from './workspace.ts'

/** The fields by which Slack names a workspace, in clicks and, with other names, in commands. */
export interface SentFrom {
  team: { id: string } | null
  enterprise?: { id: string } | null | undefined
}

/** What a request names of where it was made. */
export interface Spot {
  channelId: string | undefined
  /** Of a card that was posted by webhook: whose channel we are not told. */
  destinationId?: string | undefined
}

export interface ClickOrigin {
  workspace: Workspace
  /** To ask about the users of that workspace; undefined: Slack's signature is all that says who somebody is. */
  token: string | undefined
  /** The destinations where the request was made. */
  here: Destination<SlackConfig>[]
}

export interface ClickOrigins {
  /** undefined: no destination of the signing app is in that workspace. */
  find(sentFrom: SentFrom, signedBy: string[], spot: Spot): Promise<ClickOrigin | undefined>
  identify: IdentifyUser
}

type Home = Pick<ClickOrigin, 'workspace' | 'token'>

/**
 * Each signing secret speaks only for the destinations it belongs to (the environment's for those without their
 * own, a webhook's only for itself), and a workspace only for the destinations in it.
 */
export function createClickOrigins(
  env: SlackEnvironment,
  ports: Pick<PlatformPorts<SlackConfig>, 'destinations' | 'log'>,
  workspaceOf: (token: string) => Promise<Workspace>,
  identify: IdentifyUser,
): ClickOrigins {
  const secretOf = ({ webhook_url, signing_secret }: SlackConfig) =>
    webhook_url === undefined ? (signing_secret ?? env.signingSecret) : signing_secret

  async function homeOf(config: SlackConfig, sentFrom: SentFrom): Promise<Home | undefined> {
    if (config.webhook_url !== undefined) return homeOfWebhook(config.webhook_url, sentFrom)
    const token = config.bot_token ?? env.botToken
    return token === undefined ? undefined : homeWith(token, await workspaceOf(token), sentFrom)
  }

  async function homeOfWebhook(url: string, sentFrom: SentFrom): Promise<Home | undefined> {
    const teamId = teamIn(url, env)
    if (teamId === undefined || teamId !== sentFrom.team?.id) return undefined
    const known = env.botToken === undefined ? undefined : await workspaceOf(env.botToken)
    if (known?.teamId === teamId) return homeWith(env.botToken, known, sentFrom)
    // Whose enterprise it belongs to is said by the request alone, whose signer may be trusted with this team only.
    return { workspace: { teamId, enterpriseId: null }, token: undefined }
  }

  return {
    identify,
    async find(sentFrom, signedBy, spot) {
      let origin: ClickOrigin | undefined
      for (const destination of await ports.destinations()) {
        const { id, config } = destination
        const secret = secretOf(config)
        if (secret === undefined || !signedBy.includes(secret)) continue
        const home = await homeOf(config, sentFrom).catch((error) => {
          ports.log.warn({ destination: id, reason: error.message }, 'workspace unknown')
        })
        if (!home) continue
        // Where somebody can be asked who it was, nobody is taken at their word.
        if (origin?.token === undefined) origin = { ...home, here: origin?.here ?? [] }
        const isHere =
          config.webhook_url === undefined ? config.channel_id === spot.channelId : id === spot.destinationId
        if (isHere) origin.here.push(destination)
      }
      return origin
    },
  }
}

function homeWith(token: string | undefined, workspace: Workspace, { team, enterprise }: SentFrom) {
  const tenant = enterprise?.id ?? team?.id
  return tenantOf(workspace) === tenant ? { workspace, token } : undefined
}
