// Defines an input of one of several shapes, whose mistakes are told in the words of the one that is meant.

import { z } from 'zod'

const SHAPES = new WeakMap<object, readonly z.ZodType[]>()

/** Says for the OpenAPI document which shapes an input may have that only code tells apart. */
export function withShapes<Schema extends z.ZodType>(schema: Schema, shapes: readonly z.ZodType[]): Schema {
  SHAPES.set(schema, shapes)
  return schema
}

export function shapesOf(schema: object): readonly z.ZodType[] | undefined {
  return SHAPES.get(schema)
}

/** `meant`: the one among `shapes` that a value is held against. */
export function oneOf<T>(
  shapes: readonly z.ZodType<T>[],
  meant: (value: unknown) => z.ZodType<T>,
): z.ZodType<T> {
  const schema = z.unknown().transform((value, context): T => {
    const parsed = meant(value).safeParse(value)
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) context.addIssue({ ...issue } as never)
    return z.NEVER
  })
  return withShapes(schema, shapes)
}
