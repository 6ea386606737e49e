// Writes the client's types of the API, and where each operation is, from the OpenAPI document.

export interface Document {
  paths: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

interface Operation {
  operationId: string
  tags?: string[]
  summary?: string
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[]
  requestBody?: { required?: boolean; content: Content }
  responses: Record<string, { content?: Content }>
}

type Content = Record<string, { schema: Schema }>

interface Schema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  description?: string
}

const JSON_TYPE = 'application/json'
/** What chat platforms call is not for clients. */
const NOT_FOR_CLIENTS = 'Platforms'

export function apiSource({ paths, components }: Document): string {
  const operations = Object.entries(paths)
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, one]) => ({ path, method, one })))
    .filter(({ one }) => !one.tags?.includes(NOT_FOR_CLIENTS))
  return [
    '// The shapes and operations of the API, written from its own description; not to be edited by hand.',
    ...Object.entries(components?.schemas ?? {}).map(shapeSource),
    [
      '/** What each operation takes and answers. */',
      'export interface Operations {',
      ...operations.map(({ one }) => operationSource(one)),
      '}',
    ].join('\n'),
    [
      '/** Where each is. */',
      'export const OPERATIONS = {',
      ...operations.map(({ path, method, one }) => {
        return `  ${one.operationId}: ['${method.toUpperCase()}', '${path}'],`
      }),
      '} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>',
    ].join('\n'),
  ]
    .join('\n\n')
    .concat('\n')
}

function shapeSource([name, schema]: [string, Schema]): string {
  const isInterface = schema.properties !== undefined
  const text = isInterface ? `interface ${name} ${typeOf(schema)}` : `type ${name} = ${typeOf(schema)}`
  return `${comment(schema.description)}export ${text}`
}

function operationSource({
  operationId,
  summary,
  parameters = [],
  requestBody,
  responses,
}: Operation): string {
  const given = (place: string) => {
    const these = parameters.filter((one) => one.in === place)
    const properties = Object.fromEntries(these.map(({ name, schema }) => [name, schema]))
    return { properties, required: these.filter(({ required }) => required).map(({ name }) => name) }
  }
  const answers = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  const members = [
    ...[['path', 'path'] as const, ['query', 'query'] as const, ['headers', 'header'] as const].flatMap(
      ([name, place]) => {
        const schema = given(place)
        if (Object.keys(schema.properties).length === 0) return []
        return [`${name}${schema.required.length > 0 ? '' : '?'}: ${typeOf(schema, 2)}`]
      },
    ),
    ...(requestBody ? bodySource(requestBody) : []),
    `answer: ${union(answers.flatMap(([, { content }]) => (content ? contentTypes(content) : ['undefined'])))}`,
  ]
  const lines = members.map((member) => `    ${member}`)
  return `${comment(summary, 1)}  ${operationId}: {\n${lines.join('\n')}\n  }`
}

function bodySource({ required, content }: NonNullable<Operation['requestBody']>): string[] {
  const mark = required ? '' : '?'
  const body = `body${mark}: ${typeOf(content[JSON_TYPE]?.schema ?? {}, 2)}`
  const types = Object.keys(content)
  return types.length === 1 ? [body] : [body, `contentType?: ${union(types.map(literal))}`]
}

function contentTypes(content: Content): string[] {
  return Object.entries(content).map(([type, { schema }]) =>
    type === JSON_TYPE ? typeOf(schema, 2) : 'string',
  )
}

function typeOf(schema: Schema, depth = 0): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum) return union(schema.enum.map(literal))
  if (schema.anyOf) return union(schema.anyOf.map((one) => typeOf(one, depth)))
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type }, depth)))
  if (schema.type === 'array') return arrayOf(typeOf(schema.items ?? {}, depth))
  if (schema.type === 'object' || schema.properties) return objectType(schema, depth)
  if (schema.type === 'integer') return 'number'
  return schema.type ?? 'unknown'
}

function objectType({ properties, required = [], additionalProperties }: Schema, depth: number): string {
  const others = typeof additionalProperties === 'object' ? typeOf(additionalProperties, depth) : 'unknown'
  if (!properties) return `Record<string, ${others}>`
  const margin = '  '.repeat(depth + 1)
  const members = Object.entries(properties).map(([name, schema]) => {
    const key = /^\w+$/.test(name) ? name : literal(name)
    const mark = required.includes(name) ? '' : '?'
    return `${comment(schema.description, depth + 1)}${margin}${key}${mark}: ${typeOf(schema, depth + 1)}`
  })
  if (additionalProperties === true) members.push(`${margin}[member: string]: unknown`)
  return `{\n${members.join('\n')}\n${'  '.repeat(depth)}}`
}

function arrayOf(type: string): string {
  return /^\w+$/.test(type) ? `${type}[]` : `(${type})[]`
}

function union(types: string[]): string {
  return [...new Set(types)].join(' | ')
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : JSON.stringify(value)
}

function comment(text: string | undefined, depth = 0): string {
  return text === undefined ? '' : `${'  '.repeat(depth)}/** ${text.replaceAll('*/', '* /')} */\n`
}
