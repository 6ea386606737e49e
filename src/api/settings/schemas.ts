// What may an admin configure? The fields of a destination; its config is checked by its platform.

import { z } from 'zod'
import { isEventPattern } from '../../events/catalogue.ts'
import type { PlatformKind } from '../../platforms/platform.ts'
import { level } from '../approvals/schemas.ts'
import { text } from '../input.ts'

const config = z.record(z.string(), z.unknown())

/** Absent or null hears all. */
const events = z
  .array(z.string().refine(isEventPattern, 'is not an event type or category, such as approval.*'))
  .min(1, 'must name at least one event; leave it out to hear all')
  .nullish()

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
    events,
    min_severity: level.default('info'),
    enabled: z.boolean().default(true),
  })
}

/** What is left out stays as it is; so does each field of `config`, and null removes one. */
export const changedDestination = z.strictObject({
  channel_type: z.string().optional(),
  name: text(100).optional(),
  config: config.optional(),
  events,
  min_severity: level.optional(),
  enabled: z.boolean().optional(),
})

export const destinationTest = z.strictObject({ message: text(2000).optional() })
