// Describes what a tool takes and answers as JSON Schema without references, which not every client follows.

import { z } from 'zod'

type JsonSchema = Record<string, unknown>

export function toolSchema(schema: z.ZodObject): JsonSchema {
  const {
    $schema,
    $defs = {},
    ...converted
  } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // zod spells out well-known formats in expressions of hundreds of characters.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern
    },
  })
  const definitions = $defs as Record<string, JsonSchema>

  const inlined = (part: unknown): JsonSchema =>
    JSON.parse(JSON.stringify(part), (_, value) => {
      const { $ref, ...more } = value ?? {}
      if (typeof $ref !== 'string') return value
      const { id, ...definition } = definitions[$ref.slice('#/$defs/'.length)] ?? {}
      return { ...inlined(definition), ...more }
    })
  return inlined(converted)
}
