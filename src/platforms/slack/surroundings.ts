// Where does a request come from? The workspace, and which of our destinations live in its channel.

import type { Destination, PlatformPorts } from '../platform.ts'
import type { SlackConfig, SlackEnvironment } from './config.ts'
import type { IdentifyUser } from './members.ts'
import { tenantOf, type Workspace } from './workspace.ts'

/** The fields by which Slack names a workspace, in clicks and, with other names, in commands. */
export interface Origin {
  team: { id: string } | null
  enterprise?: { id: string } | null | undefined
}

export interface Place {
  workspace: Workspace
  /** A token of that workspace, to ask about its users. */
  token: string
  /** The destinations in the channel of the request. */
  here: Destination<SlackConfig>[]
}

export interface Surroundings {
  /** undefined: no destination of the signing app is in that workspace. */
  find(origin: Origin, signedBy: string[], channelId: string | undefined): Promise<Place | undefined>
  identify: IdentifyUser
}

/**
 * Each signing secret speaks only for the destinations it belongs to (the environment's for those without their
 * own), and a workspace only for the destinations in it.
 */
export function surroundings(
  env: SlackEnvironment,
  ports: Pick<PlatformPorts<SlackConfig>, 'destinations' | 'log'>,
  workspaceOf: (token: string) => Promise<Workspace>,
  identify: IdentifyUser,
): Surroundings {
  return {
    identify,
    async find({ team, enterprise }, signedBy, channelId) {
      const tenant = enterprise?.id ?? team?.id
      let place: Place | undefined
      for (const destination of await ports.destinations()) {
        const secret = destination.config.signing_secret ?? env.signingSecret
        const token = destination.config.bot_token ?? env.botToken
        if (secret === undefined || token === undefined || !signedBy.includes(secret)) continue
        const workspace = await workspaceOf(token).catch((error) => {
          ports.log.warn({ destination: destination.id, reason: error.message }, 'workspace unknown')
        })
        if (!workspace || tenantOf(workspace) !== tenant) continue
        place ??= { workspace, token, here: [] }
        if (destination.config.channel_id === channelId) place.here.push(destination)
      }
      return place
    },
  }
}
