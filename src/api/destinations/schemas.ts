// Defines the fields of a destination that an admin may configure; its config is checked by its platform.

import { z } from 'zod'
import { canonicalPattern, isEventPattern } from '../../events/catalogue.ts'
import type { PlatformKind } from '../../platforms/platform.ts'
import { eventType, level, text } from '../input.ts'
import { chosenSettingsSchema } from './settings.ts'

const config = z.record(z.string(), z.unknown())

/** Absent or null hears all. */
const events = z
  .array(
    z
      .string()
      .refine(isEventPattern, 'is not an event type or category, such as approval.*')
      .transform(canonicalPattern),
  )
  .min(1, 'must name at least one event; leave it out to hear all')
  // Two aliases may be one type.
  .transform((list) => [...new Set(list)])
  .nullish()

/** Absent, null or empty hears all. */
const names = z
  .array(text(200))
  .max(100)
  .transform((list) => (list.length === 0 ? null : list))
  .nullish()

const filters = {
  events,
  tools: names.describe('* stands for any text, as in slack.*; case does not count'),
  agents: names.describe('Agent ids; case does not count'),
  settings: chosenSettingsSchema,
  retry_policy: z.enum(['prompt', 'patient']).nullish().describe('null: the usual one of the channel_type'),
}

/** The refusal of an unknown channel_type speaks as the documents do; each config is checked by its platform. */
export function newDestination(kinds: PlatformKind[]) {
  const channelTypes = kinds.map((kind) => kind.name)
  const configs = kinds.map((kind) => z.toJSONSchema(kind.config, { io: 'input' }))
  const sentence = `channel_type must be ${channelTypes.map((name) => `'${name}'`).join(' or ')}`
  return z.strictObject({
    channel_type: z
      .custom<string>((value) => channelTypes.includes(value as string), sentence)
      .meta({ type: 'string', enum: channelTypes }),
    name: text(100),
    config: config.meta({ anyOf: configs }),
    ...filters,
    min_severity: level.default('info'),
    enabled: z.boolean().default(true),
  })
}

/** What is left out stays as it is; so does each field of `config`, and null removes one. */
export const changedDestination = z.strictObject({
  channel_type: z.string().optional(),
  name: text(100).optional(),
  config: config.optional(),
  ...filters,
  min_severity: level.optional(),
  enabled: z.boolean().optional(),
})

/** Absent, or of an approval: a sample card. */
export const destinationTest = z.strictObject({
  event: eventType.optional(),
  message: text(2000).optional(),
})
