// Serves `/v1/settings/notifications`, where admins configure destinations.

import type { Response } from 'express'
import type { z } from 'zod'
import { USUAL_SETTINGS } from '../../events/settings.ts'
import { isoTime } from '../../kit/clock.ts'
import { sendProblem } from '../../kit/problem.ts'
import type { Platform, PlatformKind } from '../../platforms/platform.ts'
import type { DestinationSummary, Destinations } from '../../settings/destinations.ts'
import { type Asked, type Endpoint, endpoint } from '../endpoint.ts'
import { sendNotFound } from '../errors.ts'
import { validated } from '../input.ts'
import { chosen } from './manner.ts'
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
      const { name, events = null, tools = null, agents = null, retry_policy: retryPolicy = null } = body
      const { min_severity: minSeverity, enabled } = body
      const settings = chosen(USUAL_SETTINGS, body.settings, kindOf(kinds, body.channel_type), res)
      if (!settings) return
      const fields = { name, config, events, minSeverity, tools, agents, settings, retryPolicy, enabled }
      const made = madeSecrets(kinds, body.channel_type, body.config, config)
      const created = wire(await destinations.create(body.channel_type, fields, caller.id))
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
  if (body.channel_type !== undefined && body.channel_type !== before.channelType) {
    const detail = `channel_type stays '${before.channelType}'; create another destination instead`
    return sendProblem(res, { status: 400, code: 'invalid_request', detail })
  }
  const given = body.config && merged(known, body.config)
  const config = given && (await validConfig(before.channelType, given, res))
  if (given && !config) return
  const { name, events, min_severity: minSeverity, tools, agents, retry_policy: retryPolicy, enabled } = body
  const kind = kindOf(kinds, before.channelType)
  const settings = body.settings === undefined ? undefined : chosen(before.settings, body.settings, kind, res)
  if (body.settings !== undefined && !settings) return
  const changes = { name, config, events, minSeverity, tools, agents, settings, retryPolicy, enabled }
  const fields = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  const changed = await destinations.update(id, fields, caller.id)
  if (!changed) return sendNotFound(res)
  const made = given && config && madeSecrets(kinds, before.channelType, given, config)
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

function wire(summary: DestinationSummary): z.infer<typeof operations.destination> {
  return {
    id: summary.id,
    channel_type: summary.channelType,
    name: summary.name,
    config: summary.config,
    events: summary.events,
    min_severity: summary.minSeverity,
    tools: summary.tools,
    agents: summary.agents,
    settings: summary.settings,
    retry_policy: summary.retryPolicy,
    enabled: summary.enabled,
    disabled_reason: summary.disabledReason,
    created_at: isoTime(summary.createdAt),
    updated_at: isoTime(summary.updatedAt),
  }
}
