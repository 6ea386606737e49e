// How are destinations configured? `/v1/settings/notifications`, for admins.

import type { Response } from 'express'
import type { z } from 'zod'
import { isoTime } from '../../kit/clock.ts'
import { sendProblem } from '../../kit/problem.ts'
import type { Platform, PlatformKind } from '../../platforms/platform.ts'
import type { DestinationSummary, Destinations } from '../../settings/destinations.ts'
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
    const kind = kinds.find((one) => one.name === channelType) as PlatformKind
    const config = validated(kind.config, given, res, 'config') as Config | undefined
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
      const { name, events = null, min_severity: minSeverity, enabled } = body
      const fields = { name, config, events, minSeverity, enabled }
      res.status(201).json(wire(await destinations.create(body.channel_type, fields, caller.keyId)))
    }),

    endpoint(operations.readDestination, async ({ id }, res) => {
      const found = await destinations.find(id)
      if (!found) return sendNotFound(res)
      res.json(wire(found))
    }),

    ...operations.changeDestinations.map((operation) =>
      endpoint(operation, (asked, res) => change(destinations, validConfig, asked, res)),
    ),

    endpoint(operations.deleteDestination, async ({ id, caller }, res) => {
      if (!(await destinations.remove(id, caller.keyId))) return sendNotFound(res)
      res.status(204).end()
    }),
  ]
}

async function change(
  destinations: Destinations,
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
  const config = body.config && (await validConfig(before.channelType, merged(known, body.config), res))
  if (body.config && !config) return
  const { name, events, min_severity: minSeverity, enabled } = body
  const fields = {
    ...(name !== undefined && { name }),
    ...(config && { config }),
    ...(events !== undefined && { events }),
    ...(minSeverity !== undefined && { minSeverity }),
    ...(enabled !== undefined && { enabled }),
  }
  const changed = await destinations.update(id, fields, caller.keyId)
  if (!changed) return sendNotFound(res)
  res.json(wire(changed))
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
    enabled: summary.enabled,
    disabled_reason: summary.disabledReason,
    created_at: isoTime(summary.createdAt),
    updated_at: isoTime(summary.updatedAt),
  }
}
