// Converts a zod schema to JSON Schema, with a reference where a shape has a name.

import { z } from 'zod'
import { problem } from '../answers.ts'
import { apiKey } from '../api-keys/operations.ts'
import { approval } from '../approvals/answers.ts'
import { destination } from '../destinations/operations.ts'

export type JsonSchema = Record<string, unknown>

/** The shapes that more than one operation speaks of. */
const NAMED = { Approval: approval, ApiKey: apiKey, Destination: destination, Problem: problem }

export function namedSchemas(): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(NAMED).map(([name, schema]) => [name, converted(schema, name)]))
}

export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const [name] = Object.entries(NAMED).find(([, named]) => named === schema) ?? []
  return name === undefined ? converted(schema, 'Unnamed') : { $ref: pointerTo(name) }
}

function converted(schema: z.ZodType, id: string): JsonSchema {
  const registry = z.registry<{ id: string }>()
  for (const [name, named] of Object.entries(NAMED)) registry.add(named, { id: name })
  registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    uri: pointerTo,
    // What only code can check is described by its `meta`.
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // zod spells out well-known formats in expressions of hundreds of characters.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern
      delete jsonSchema.$schema
    },
  })
  const { $id, $schema, ...rest } = schemas[id] as JsonSchema
  return rest
}

function pointerTo(name: string): string {
  return `#/components/schemas/${name}`
}
