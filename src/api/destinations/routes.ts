// Serves `/v1/settings/notifications`, where admins configure destinations.

import type { z } from 'zod'
import type { DestinationSummary, Destinations } from '../../destinations/destinations.ts'
import { type ChosenSettings, chosenSettings } from '../../destinations/settings.ts'
import { changedConfig, SET, unknownSecret } from '../../destinations/shown-config.ts'
import { type DestinationSettings, USUAL_SETTINGS } from '../../events/settings.ts'
import { isoTime } from '../../kit/clock.ts'
import type { Platform, PlatformKind } from '../../platforms/platform.ts'
import { type Asked, type Endpoint, endpoint } from '../endpoint.ts'
import { notFound } from '../errors.ts'
import { answer, type Result } from '../result.ts'
import { invalid, type Mistake, mistake, type Valid, validated } from '../validated.ts'
import * as operations from './operations.ts'

type Config = Record<string, unknown>
type Change = ReturnType<typeof operations.changeDestinations>[number]

/** The config as its platform takes it. */
type ValidConfig = (channelType: string, config: Config) => Promise<Valid<Config>>

export interface NotificationRouteOptions {
  destinations: Destinations
  kinds: PlatformKind[]
  platforms: Map<string, Platform>
}

export function notificationEndpoints(options: NotificationRouteOptions): Endpoint[] {
  const { destinations, kinds, platforms } = options
  const validConfig: ValidConfig = async (channelType, given) => {
    const kind = kindOf(kinds, channelType)
    const unknown = unknownSecret(given, kind.secrets)
    if (unknown !== undefined) {
      const message = `"${SET}" stands for a secret that is kept, and none is; give the secret itself`
      const path = `config.${unknown}`
      return { mistakes: [{ path, message, sentence: `${path}: ${message}` }] }
    }
    const config = validated(kind.config as z.ZodType<Config>, given, 'config')
    if ('mistakes' in config) return config
    const wrong = await platforms.get(channelType)?.check?.(config.value)
    return wrong ? { mistakes: [mistake('config', wrong)] } : config
  }

  return [
    endpoint(operations.listDestinations, async () => {
      const data = (await destinations.list()).map(wire)
      return answer(200, { data, next_cursor: null })
    }),

    endpoint(operations.createDestination(kinds), async ({ body, caller }) => {
      const config = await validConfig(body.channel_type, body.config)
      const { channel_type, events = null, tools = null, agents = null, retry_policy = null, ...rest } = body
      const chosen = rest.settings ?? null
      const settings = validSettings(USUAL_SETTINGS, chosen, kindOf(kinds, channel_type))
      if ('mistakes' in config || 'mistakes' in settings) return invalid(mistakesOf(config, settings))
      const chosenFilters = { events, tools, agents, retry_policy }
      const fields = { ...rest, ...chosenFilters, config: config.value, settings: settings.value }
      const made = madeSecrets(kinds, channel_type, body.config, config.value)
      const created = wire(await destinations.create(channel_type, fields, caller.id))
      return answer(201, { ...created, config: { ...created.config, ...made } })
    }),

    endpoint(operations.readDestination, async ({ id }) => {
      const found = await destinations.find(id)
      if (!found) return notFound('destination', id)
      return answer(200, wire(found))
    }),

    ...operations
      .changeDestinations(kinds)
      .map((operation) => endpoint(operation, (asked) => change(options, validConfig, asked))),

    endpoint(operations.deleteDestination, async ({ id, caller }) => {
      if (!(await destinations.remove(id, caller.id))) return notFound('destination', id)
      return answer(204)
    }),
  ]
}

async function change(
  { destinations, kinds }: NotificationRouteOptions,
  validConfig: ValidConfig,
  { id, body, caller }: Asked<Change>,
): Promise<Result<Change>> {
  const before = await destinations.find(id)
  const known = await destinations.configOf(id)
  if (!before || !known) return notFound('destination', id)
  const { channel_type, config: newConfig, settings: chosen, ...fields } = body
  if (channel_type !== undefined && channel_type !== before.channel_type) {
    const detail = `channel_type stays '${before.channel_type}'; create another destination instead`
    return invalid([mistake('channel_type', detail)])
  }
  const kind = kindOf(kinds, before.channel_type)
  const given = newConfig && changedConfig(known, newConfig, kind.secrets)
  const config = given && (await validConfig(before.channel_type, given))
  const settings = chosen === undefined ? undefined : validSettings(before.settings, chosen, kind)
  if ((config && 'mistakes' in config) || (settings && 'mistakes' in settings)) {
    return invalid(mistakesOf(config, settings))
  }
  const changes = {
    ...fields,
    ...(config && { config: config.value }),
    ...(settings && { settings: settings.value }),
  }
  const changed = await destinations.update(id, changes, caller.id)
  if (!changed) return notFound('destination', id)
  const made = given && config && madeSecrets(kinds, before.channel_type, given, config.value)
  const summary = wire(changed)
  return answer(200, { ...summary, config: { ...summary.config, ...made } })
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

/** What holds from now on. */
function validSettings(
  before: DestinationSettings,
  chosen: ChosenSettings,
  kind: PlatformKind,
): Valid<DestinationSettings> {
  const valid = chosenSettings(before, chosen, kind)
  if (valid.ok) return { value: valid.settings }
  return { mistakes: [mistake('settings.quiet_hours_end', valid.mistake)] }
}

function mistakesOf(...parts: (Valid<unknown> | undefined)[]): Mistake[] {
  return parts.flatMap((part) => (part && 'mistakes' in part ? part.mistakes : []))
}

function wire(summary: DestinationSummary): z.infer<typeof operations.destination> {
  return { ...summary, created_at: isoTime(summary.created_at), updated_at: isoTime(summary.updated_at) }
}
