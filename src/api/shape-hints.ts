// Shows which form an input should have had: an example of an object, and where a field belongs.

import { z } from 'zod'
import { closest } from '../kit/closest.ts'
import { fieldsFrom } from './shapes.ts'

/** Such as `{"id": …}`: what an object must have, or where nothing must be there, what it may. */
export function example(schema: z.ZodObject): string {
  const members = Object.entries(schema.shape)
  const required = members.filter(([, member]) => !member.safeParse(undefined).success)
  const shown = required.length > 0 ? required : members
  return `{${shown.map(([name]) => `"${name}": …`).join(', ')}}`
}

/** The object that was meant by a bare value, such as `{"level": "high"}`. */
export function meantBy(value: unknown, schema: z.ZodObject): string | undefined {
  if (typeof value !== 'string') return undefined
  const isMeant = ([name]: [string, unknown]) => schema.safeParse({ [name]: value }).success
  const [name, member] = Object.entries(schema.shape).find(isMeant) ?? []
  return member === undefined ? undefined : `{"${name}": ${repeated(value, member)}}`
}

/** The list that was meant by one entry alone, such as `["agent"]`. */
export function listOf(value: unknown, element: z.core.$ZodType): string | undefined {
  return z.safeParse(element, value).success ? `[${repeated(value, element)}]` : undefined
}

/** A word of a fixed list as it was sent. Any other text is not repeated: it may be a secret in the wrong place. */
function repeated(value: unknown, schema: z.core.$ZodType): string {
  const inside = unwrapped(schema)
  if (inside instanceof z.ZodEnum) return JSON.stringify(value)
  return inside instanceof z.ZodObject ? example(inside) : '…'
}

/** Of a field that an object does not have: where it belongs, or which one was meant. */
export function unknownField(name: string, schema: z.ZodObject): string {
  const [around] = Object.entries(schema.shape).find(([, member]) => isIn(name, member)) ?? []
  if (around !== undefined) return `Unknown field (it belongs in ${around}: {"${around}": {"${name}": …}})`
  const meant = closest(name, Object.keys(schema.shape))
  return meant === undefined ? 'Unknown field' : `Unknown field (did you mean ${meant}?)`
}

function isIn(name: string, member: z.core.$ZodType): boolean {
  const inside = unwrapped(member)
  return [inside, ...(fieldsFrom(inside) ?? []).map(unwrapped)].some(
    (one) => one instanceof z.ZodObject && Object.hasOwn(one.shape, name),
  )
}

/** Without what makes it optional, or changes a value that is right. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodPipe) {
    return unwrapped(schema.in instanceof z.ZodTransform ? schema.out : schema.in)
  }
  const isWrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault
  return isWrapper ? unwrapped(schema.unwrap()) : schema
}
