// Serves `/v1/settings/notifications`, where admins configure destinations.

import type { Response } from 'express'
import type { z } from 'zod'
import type { DestinationSummary, Destinations } from '../../destinations/destinations.ts'
import { type ChosenSettings, chosenSettings } from '../../destinations/settings.ts'
import { type DestinationSettings, USUAL_SETTINGS } from '../../events/settings.ts'
import { isoTime } from '../../kit/clock.ts'
import { sendProblem } from '../../kit/problem.ts'
import type { Platform, PlatformKind } from '../../platforms/platform.ts'
import { type Asked, type Endpoint, endpoint } from '../endpoint.ts'
import { sendNotFound } from '../errors.ts'
import { validated } from '../input.ts'
import * as operations from './operations.ts'

type Config = Record<string, unknown>

/** The config as its platform takes it, or undefined after the refusal was sent. */
type ValidConfig = (channelType: string, config: Config, res: Response) => Promise<Config | undefined>

export interface NotificationRouteOptions {
  destinations: Destinations
  kinds: PlatformKind[]
  platforms: Map<string, Platform>
}

export function notificationEndpoints(options: NotificationRouteOptions): Endpoint[] {
  const { destinations, kinds, platforms } = options
  const validConfig: ValidConfig = async (channelType, given, res) => {
    const config = validated(kindOf(kinds, channelType).config, given, res, 'config') as Config | undefined
    const detail = config && (await platforms.get(channelType)?.check?.(config))
    if (!detail) return config
    const errors = [{ path: 'config', message: detail }]
    return void sendProblem(res, { status: 400, code: 'invalid_request', detail, errors })
  }

  return [
    endpoint(operations.listDestinations, async (_asked, res) => {
      res.json({ data: (await destinations.list()).map(wire), next_cursor: null })
    }),

    endpoint(operations.createDestination(kinds), async ({ body, caller }, res) => {
      const config = await validConfig(body.channel_type, body.config, res)
      if (!config) return
      const { channel_type, events = null, tools = null, agents = null, retry_policy = null, ...rest } = body
      const chosen = rest.settings ?? null
      const settings = validSettings(USUAL_SETTINGS, chosen, kindOf(kinds, channel_type), res)
      if (!settings) return
      const fields = { ...rest, config, events, tools, agents, retry_policy, settings }
      const made = madeSecrets(kinds, channel_type, body.config, config)
      const created = wire(await destinations.create(channel_type, fields, caller.id))
      res.status(201).json({ ...created, config: { ...created.config, ...made } })
    }),

    endpoint(operations.readDestination, async ({ id }, res) => {
      const found = await destinations.find(id)
      if (!found) return sendNotFound(res)
      res.json(wire(found))
    }),

    ...operations.changeDestinations.map((operation) =>
      endpoint(operation, (asked, res) => change(options, validConfig, asked, res)),
    ),

    endpoint(operations.deleteDestination, async ({ id, caller }, res) => {
      if (!(await destinations.remove(id, caller.id))) return sendNotFound(res)
      res.status(204).end()
    }),
  ]
}

async function change(
  { destinations, kinds }: NotificationRouteOptions,
  validConfig: ValidConfig,
  { id, body, caller }: Asked<(typeof operations.changeDestinations)[number]>,
  res: Response,
) {
  const before = await destinations.find(id)
  const known = await destinations.configOf(id)
  if (!before || !known) return sendNotFound(res)
  const { channel_type, config: newConfig, settings: chosen, ...fields } = body
  if (channel_type !== undefined && channel_type !== before.channel_type) {
    const detail = `channel_type stays '${before.channel_type}'; create another destination instead`
    return sendProblem(res, { status: 400, code: 'invalid_request', detail })
  }
  const given = newConfig && merged(known, newConfig)
  const config = given && (await validConfig(before.channel_type, given, res))
  if (given && !config) return
  const kind = kindOf(kinds, before.channel_type)
  const settings = chosen === undefined ? undefined : validSettings(before.settings, chosen, kind, res)
  if (chosen !== undefined && !settings) return
  const changes = { ...fields, ...(config && { config }), ...(settings && { settings }) }
  const changed = await destinations.update(id, changes, caller.id)
  if (!changed) return sendNotFound(res)
  const made = given && config && madeSecrets(kinds, before.channel_type, given, config)
  const summary = wire(changed)
  res.json({ ...summary, config: { ...summary.config, ...made } })
}

function kindOf(kinds: PlatformKind[], channelType: string): PlatformKind {
  return kinds.find(({ name }) => name === channelType) as PlatformKind
}

/** Secrets that the platform made: neither sent nor kept before, so that only this answer can show them. */
function madeSecrets(kinds: PlatformKind[], channelType: string, given: Config, config: Config): Config {
  const secrets: readonly string[] = kindOf(kinds, channelType).secrets
  const isMade = ([name, value]: [string, unknown]) =>
    secrets.includes(name) && typeof value === 'string' && !Object.values(given).includes(value)
  return Object.fromEntries(Object.entries(config).filter(isMade))
}

function merged(known: Config, given: Config): Config {
  return Object.fromEntries(Object.entries({ ...known, ...given }).filter(([, value]) => value !== null))
}

/** What holds from now on, or undefined after the refusal was sent. */
function validSettings(
  before: DestinationSettings,
  chosen: ChosenSettings,
  kind: PlatformKind,
  res: Response,
): DestinationSettings | undefined {
  const valid = chosenSettings(before, chosen, kind)
  if (valid.ok) return valid.settings
  const errors = [{ path: 'settings.quiet_hours_end', message: valid.mistake }]
  return void sendProblem(res, { status: 400, code: 'invalid_request', detail: valid.mistake, errors })
}

function wire(summary: DestinationSummary): z.infer<typeof operations.destination> {
  return { ...summary, created_at: isoTime(summary.created_at), updated_at: isoTime(summary.updated_at) }
}
