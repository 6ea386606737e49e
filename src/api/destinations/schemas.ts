// Defines the fields of a destination that an admin may configure; its config is checked by its platform.

import { z } from 'zod'
import { patternsOf } from '../../events/patterns.ts'
import { inAnyCase } from '../../kit/in-any-case.ts'
import type { PlatformKind } from '../../platforms/platform.ts'
import { eventType, level, text } from '../input.ts'
import { withPartsOf, withShapes } from '../shapes.ts'
import { byOtherNamesToo } from './other-names.ts'
import { chosenSettingsSchema } from './settings.ts'

const config = z.record(z.string(), z.unknown())

/** Said of any of the filters. */
const isEverything = (word: string) => word === '*' || word.toLowerCase() === 'all'

/** Absent or null hears all. */
const events = z
  .array(
    z
      .string()
      .refine(
        (word) => isEverything(word) || patternsOf(word) !== undefined,
        'is not an event type or category, such as approval.*',
      ),
  )
  .min(1, 'must name at least one event; leave it out to hear all')
  .max(100)
  // Two words may be one type.
  .transform((list) =>
    list.some(isEverything) ? null : [...new Set(list.flatMap((word) => patternsOf(word) ?? []))],
  )
  .nullish()

/** Absent, null or empty hears all. */
const names = z
  .array(text(200))
  .max(100)
  .transform((list) => (list.length === 0 || list.some(isEverything) ? null : list))
  .nullish()

const filters = {
  events,
  tools: names.describe('slack hears slack.post too, * stands for any text; case does not count'),
  agents: names.describe('Agent ids; case does not count'),
  settings: chosenSettingsSchema,
  retry_policy: inAnyCase(z.enum(['prompt', 'patient']))
    .nullish()
    .describe('null: the usual one of the channel_type'),
}

/** The refusal of an unknown channel_type speaks as the documents do; each config is checked by its platform. */
export function newDestination(kinds: PlatformKind[]) {
  const channelTypes = kinds.map((kind) => kind.name)
  const configs = kinds.map(({ name, config: one }) => one.meta({ id: `${capital(name)}Config` }))
  const sentence = `channel_type must be ${channelTypes.map((name) => `'${name}'`).join(' or ')}`
  const schema = z.strictObject({
    channel_type: inAnyCase(
      z
        .custom<string>((value) => channelTypes.includes(value as string), sentence)
        .meta({ type: 'string', enum: channelTypes }),
    ),
    name: text(100),
    config: withShapes(config.clone(), configs),
    ...filters,
    min_severity: level.default('info'),
    enabled: z.boolean().default(true),
  })
  return byOtherNamesToo(schema.meta({ id: 'NewDestination' }))
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** What is left out stays as it is; so does each field of `config`, and null removes one. */
export function changedDestination(kinds: PlatformKind[]) {
  const schema = z.strictObject({
    channel_type: inAnyCase(z.string()).optional(),
    name: text(100).optional(),
    config: withPartsOf(
      config.clone(),
      kinds.map((kind) => kind.config),
    ).optional(),
    ...filters,
    min_severity: level.optional(),
    enabled: z.boolean().optional(),
  })
  return byOtherNamesToo(schema.meta({ id: 'DestinationChange' }))
}

/** Absent, or of an approval: a sample card. */
export const destinationTest = z
  .strictObject({ event: eventType.optional(), message: text(2000).optional() })
  .meta({ id: 'DestinationTest' })
