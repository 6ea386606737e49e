// Finds where a Slack request comes from: the workspace, and which of our destinations are in its channel.

import { because } from '../../kit/cause.ts'
import { Outage } from '../../kit/outage.ts'
import type { Destination, PlatformPorts } from '../platform.ts'
import { type SlackConfig, type SlackEnvironment, teamIn } from './config.ts'
import type { IdentifyUser } from './members.ts'
import type { Workspace, Workspaces } from './workspace.ts'

/** The fields by which Slack names a workspace, in clicks and, with other names, in commands. */
export interface SentFrom {
  team: { id: string } | null
  enterprise?: { id: string } | null | undefined
}

/** What a request names of where it was made. */
export interface Spot {
  channelId: string | undefined
  /** Named by a card that was posted by webhook, whose channel we are not told: the card is of that one alone. */
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
  /**
   * The same where all of them may be off. `workspaceIds`: of all destinations of the signing app in that team; those
   * of its enterprise are asked about only where their cards stand.
   */
  findWorkspace(
    sentFrom: SentFrom,
    signedBy: string[],
    spot: Spot,
  ): Promise<(ClickOrigin & { workspaceIds: string[] }) | undefined>
  identify: IdentifyUser
}

type Home = Pick<ClickOrigin, 'workspace' | 'token'>
type Place = Destination<SlackConfig> & { home: Workspace }

const TEAM_ID = /^T/

/**
 * Each signing secret speaks only for the destinations it belongs to (the environment's for those without their
 * own, a webhook's only for itself), and a workspace only for the destinations in it.
 */
export function createClickOrigins(
  env: SlackEnvironment,
  ports: Pick<PlatformPorts<SlackConfig>, 'knownDestinations' | 'log'>,
  workspaces: Pick<Workspaces, 'find' | 'findAnew'>,
  identify: IdentifyUser,
): ClickOrigins {
  const secretOf = ({ webhook_url, signing_secret }: SlackConfig) =>
    webhook_url === undefined ? (signing_secret ?? env.signingSecret) : signing_secret

  async function homeOf(config: SlackConfig, sentFrom: SentFrom): Promise<Home | undefined> {
    if (config.webhook_url !== undefined) return homeOfWebhook(config.webhook_url, sentFrom)
    const token = config.bot_token ?? env.botToken
    return token === undefined ? undefined : homeOfToken(token, sentFrom)
  }

  async function homeOfToken(token: string, sentFrom: SentFrom): Promise<Home | undefined> {
    const known = await workspaces.find(token)
    const workspace = hasMoved(known, sentFrom) ? await workspaces.findAnew(token) : known
    return isTheirs(workspace, sentFrom) ? { workspace, token } : undefined
  }

  async function homeOfWebhook(url: string, sentFrom: SentFrom): Promise<Home | undefined> {
    const teamId = teamIn(url, env)
    if (teamId === undefined || teamId !== sentFrom.team?.id) return undefined
    const known = env.botToken === undefined ? undefined : await workspaces.find(env.botToken)
    if (env.botToken !== undefined && known?.teamId === teamId) return homeOfToken(env.botToken, sentFrom)
    // Whose enterprise it belongs to is said by the request alone, whose signer may be trusted with this team only.
    return { workspace: { teamId, enterpriseId: null }, token: undefined }
  }

  /** undefined: the destination is not in that workspace, or is another app's. */
  async function homeIn(
    { id, config }: Destination<SlackConfig>,
    sentFrom: SentFrom,
    signedBy: string[],
  ): Promise<Home | undefined> {
    const secret = secretOf(config)
    if (secret === undefined || !signedBy.includes(secret)) return undefined
    try {
      return await homeOf(config, sentFrom)
    } catch (error) {
      if (error instanceof Outage) throw error
      ports.log.warn({ destination: id, ...because(error) }, 'workspace unknown')
      return undefined
    }
  }

  /** Those of them that are in that workspace; undefined: none is. */
  async function placesAmong(
    destinations: Destination<SlackConfig>[],
    sentFrom: SentFrom,
    signedBy: string[],
  ): Promise<(Home & { places: Place[] }) | undefined> {
    let found: (Home & { places: Place[] }) | undefined
    // The token of one that is off may be why: those that are on are asked first.
    for (const destination of destinations.toSorted((a, b) => Number(isOn(b)) - Number(isOn(a)))) {
      const home = await homeIn(destination, sentFrom, signedBy)
      if (!home) continue
      // Where somebody can be asked who it was, nobody is taken at their word.
      if (found?.token === undefined) found = { ...home, places: found?.places ?? [] }
      found.places.push({ ...destination, home: home.workspace })
    }
    return found
  }

  return {
    identify,
    async find(sentFrom, signedBy, spot) {
      const isHere = isAt(spot)
      // Of one that is off the token may be bad: Slack is not asked about it at each click elsewhere.
      const near = (await ports.knownDestinations()).filter((one) => isOn(one) || isHere(one))
      const found = await placesAmong(near, sentFrom, signedBy)
      return found && { ...found, here: found.places.filter(isHere) }
    },
    async findWorkspace(sentFrom, signedBy, spot) {
      const known = (await ports.knownDestinations()).filter(({ state }) => state !== 'removed')
      const found = await placesAmong(known, sentFrom, signedBy)
      if (!found) return undefined
      const here = found.places.filter(isOn).filter(isAt(spot))
      const workspaceIds = found.places.filter(isOf(sentFrom)).map(({ id }) => id)
      return here.length + workspaceIds.length > 0 ? { ...found, here, workspaceIds } : undefined
    },
  }
}

function isAt({ channelId, destinationId }: Spot) {
  return ({ id, config }: Destination<SlackConfig>) => {
    if (config.webhook_url !== undefined) return id === destinationId
    return config.channel_id === channelId && (destinationId === undefined || id === destinationId)
  }
}

/** A token of a whole enterprise is of no team: its destinations are every team's. */
function isOf({ team }: SentFrom) {
  return ({ home: { teamId } }: Place) => teamId === team?.id || !TEAM_ID.test(teamId)
}

const isOn = ({ state }: Destination<SlackConfig>) => state === undefined

/** An enterprise is compared with an enterprise and a team with a team: Slack numbers each kind for itself. */
function isTheirs({ teamId, enterpriseId }: Workspace, { team, enterprise }: SentFrom): boolean {
  return enterpriseId === null ? !enterprise && team?.id === teamId : enterprise?.id === enterpriseId
}

/** Whether a workspace names another enterprise than that in which it was when Slack was asked, or none any more. */
function hasMoved({ teamId, enterpriseId }: Workspace, { team, enterprise }: SentFrom): boolean {
  return team?.id === teamId && (enterprise?.id ?? null) !== enterpriseId
}
