// Converts zod schemas to JSON Schema; a shape with a name is described once, and referred to.

import { z } from 'zod'
import { shapesOf } from '../shapes.ts'

export type JsonSchema = Record<string, unknown>

export interface Shapes {
  /** A reference, where the schema has a name. */
  of(schema: z.ZodType): JsonSchema
  /** Every shape with a name that was met on the way, by that name. */
  named(): Record<string, JsonSchema>
}

const WHERE = '#/components/schemas/'

export function createShapes(): Shapes {
  const named: Record<string, JsonSchema> = {}

  function of(schema: z.ZodType): JsonSchema {
    const {
      $schema,
      $defs = {},
      ...converted
    } = z.toJSONSchema(schema, {
      io: 'input',
      // What only code can check is described by its `meta`.
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        const shapes = shapesOf(zodSchema)
        if (shapes) describe(jsonSchema, shapes.map(of))
        else tidy(jsonSchema)
      },
    })
    for (const [name, definition] of Object.entries($defs)) keep(name, definition)
    const name = nameOf(schema)
    return name === undefined || name in $defs ? pointing(converted) : keep(name, converted)
  }

  function keep(name: string, { id, ...definition }: JsonSchema): JsonSchema {
    const shape = pointing(definition)
    const same = named[name] ?? shape
    if (JSON.stringify(same) !== JSON.stringify(shape)) throw new Error(`two shapes have the name ${name}`)
    named[name] = shape
    return { $ref: WHERE + name }
  }

  const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1)
  return { of, named: () => Object.fromEntries(Object.entries(named).sort(byName)) }
}

/** As it is given with `meta({ id })`. */
function nameOf(schema: z.ZodType): string | undefined {
  return z.globalRegistry.get(schema)?.id
}

/** Instead of what else is known of it. */
function describe(schema: JsonSchema, anyOf: JsonSchema[]): void {
  for (const name of Object.keys(schema)) delete schema[name]
  schema.anyOf = anyOf
}

function tidy(schema: JsonSchema): void {
  // Generators of clients make a member with a default one that must be sent.
  if ('default' in schema) {
    const { default: usual, description } = schema
    schema.description = `${description ? `${description}; ` : ''}${JSON.stringify(usual)} unless given`
    delete schema.default
  }
  // zod spells out well-known formats in expressions of hundreds of characters.
  if (schema.format !== undefined) delete schema.pattern
  // Generators of clients understand `true` alone as "any member".
  if (schema.type === 'object' && JSON.stringify(schema.additionalProperties) === '{}') {
    schema.additionalProperties = true
  }
  if (JSON.stringify(schema.propertyNames) === '{"type":"string"}') delete schema.propertyNames
}

/** zod keeps what it refers to beside each schema; the document has one place for all. */
function pointing(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', `"$ref":"${WHERE}`))
}
