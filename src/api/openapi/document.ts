// Makes the OpenAPI 3.1 document of the API from the very operations that are served.

import { STATUS_CODES } from 'node:http'
import type { z } from 'zod'
import { problem } from '../answers.ts'
import type { Operation } from '../operation.ts'
import { createShapes, type JsonSchema, type Shapes } from './json-schema.ts'
import { problemsOf } from './problems.ts'

/** https://spec.openapis.org/oas/v3.1.1 */
export interface OpenApiDocument {
  openapi: string
  paths: Record<string, Record<string, OperationObject>>
  [member: string]: unknown
}

export interface OperationObject {
  operationId: string
  responses: Record<
    string,
    {
      description: string
      headers?: Record<string, JsonSchema>
      content?: Record<string, { schema: JsonSchema }>
    }
  >
  [member: string]: unknown
}

/** Where nothing is asked for that could be wrong, only HTTP itself can be. */
const NO_REQUEST = {
  description: 'This is no proper HTTP request, or its headers are too large; there is no body',
}

const KEY = [
  'An API key. The names in a security requirement are roles, of which the key needs one.',
  'A key with the role admin may also do what agents and auditors may, and never decides.',
].join(' ')

const TAGS: Record<Operation['tag'], string> = {
  Approvals: 'Agents ask before they act and wait for the answer; people decide.',
  Events: 'Agents tell what happened; people see to it.',
  Notifications: 'Destinations: the places that hear of approvals and events.',
  Deliveries: 'What was sent where, how it went, and sending it once more.',
  'API keys': 'Who may call this API, and how much.',
  Policies: 'The rules of which actions people are asked about, and who may decide.',
  People: 'Who decides, and which of their accounts are the same person.',
  Groups: 'Which people a policy asks.',
  Machines: 'What monitoring and generators of clients read.',
  Platforms: 'What chat platforms call when somebody presses a button. Not for clients.',
}

export function openApiDocument(operations: readonly Operation[]): OpenApiDocument {
  const shapes = createShapes()
  const paths: OpenApiDocument['paths'] = {}
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method]: operationObject(operation, shapes) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Countersign',
      version: '1',
      summary: 'The human signature on what an AI agent is about to do',
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name, description: TAGS[name] })),
    paths,
    components: {
      schemas: shapes.named(),
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: KEY } },
    },
  }
}

function operationObject(operation: Operation, shapes: Shapes): OperationObject {
  const parameters = parametersOf(operation, shapes)
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    security: (operation.roles ?? []).map((role) => ({ apiKey: [role] })),
    ...(parameters.length > 0 && { parameters }),
    ...(operation.body && {
      requestBody: {
        required: operation.bodyIsOptional !== true,
        content: operation.bodyTypes
          ? textContent(operation.bodyTypes)
          : { 'application/json': { schema: shapes.of(operation.body) } },
      },
    }),
    responses: {
      ...answersOf(operation, shapes),
      ...refusalsOf(operation, shapes),
      ...(!operation.roles && { '4XX': NO_REQUEST }),
    },
  }
}

function parametersOf({ path, query, headers }: Operation, shapes: Shapes): JsonSchema[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  return [...inPath, ...parametersIn('query', query, shapes), ...parametersIn('header', headers, shapes)]
}

function parametersIn(
  place: 'query' | 'header',
  schema: z.ZodObject | undefined,
  shapes: Shapes,
): JsonSchema[] {
  if (!schema) return []
  const { properties = {}, required = [] } = shapes.of(schema) as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: one,
  }))
}

function answersOf({ answers }: Operation, shapes: Shapes): OperationObject['responses'] {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { says, body, mediaType = 'application/json', headers = {} }]) => [
      status,
      {
        description: says,
        ...(Object.keys(headers).length > 0 && { headers: headersOf(headers) }),
        ...(body && {
          content:
            typeof mediaType === 'string'
              ? { [mediaType]: { schema: shapes.of(body) } }
              : textContent(mediaType),
        }),
      },
    ]),
  )
}

/** A text that is taken and given as it is; of one that is JSON, nothing more is said here. */
function textContent(mediaTypes: readonly string[]): Record<string, { schema: JsonSchema }> {
  const free = { type: 'object', additionalProperties: true }
  return Object.fromEntries(
    mediaTypes.map((type) => [type, { schema: type === 'application/json' ? free : { type: 'string' } }]),
  )
}

function headersOf(headers: Readonly<Record<string, string>>): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  )
}

function refusalsOf(operation: Operation, shapes: Shapes): OperationObject['responses'] {
  return Object.fromEntries(
    [...problemsOf(operation)].map(([status, codes]) => {
      const these = { type: 'object', properties: { status: { const: status }, code: { enum: codes } } }
      const schema = { allOf: [shapes.of(problem), these] }
      const description = STATUS_CODES[status] as string
      return [status, { description, content: { 'application/problem+json': { schema } } }]
    }),
  )
}
