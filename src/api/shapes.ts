// Keeps the shapes of an input that only code tells apart, for its description and for hints.

import type { z } from 'zod'

const SHAPES = new WeakMap<object, readonly z.ZodType[]>()
const PARTS = new WeakMap<object, readonly z.ZodType[]>()

/** For a schema that does not show them itself. */
export function withShapes<Schema extends z.ZodType>(schema: Schema, shapes: readonly z.ZodType[]): Schema {
  SHAPES.set(schema, shapes)
  return schema
}

/** For a schema that takes any part of them, which they do not describe. */
export function withPartsOf<Schema extends z.ZodType>(schema: Schema, shapes: readonly z.ZodType[]): Schema {
  PARTS.set(schema, shapes)
  return schema
}

export function shapesOf(schema: object): readonly z.ZodType[] | undefined {
  return SHAPES.get(schema)
}

/** Whose fields it may have. */
export function fieldsFrom(schema: object): readonly z.ZodType[] | undefined {
  return SHAPES.get(schema) ?? PARTS.get(schema)
}
