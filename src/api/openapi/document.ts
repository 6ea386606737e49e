// Makes the OpenAPI 3.1 document of the API from the very operations that are served.

import { STATUS_CODES } from 'node:http'
import type { z } from 'zod'
import type { Operation } from '../operation.ts'
import { type JsonSchema, jsonSchemaOf, namedSchemas } from './json-schema.ts'
import { problemsOf } from './problems.ts'

/** https://spec.openapis.org/oas/v3.1.1 */
export interface OpenApiDocument {
  openapi: string
  paths: Record<string, Record<string, OperationObject>>
  [member: string]: unknown
}

export interface OperationObject {
  operationId: string
  responses: Record<string, { description: string; content?: Record<string, { schema: JsonSchema }> }>
  [member: string]: unknown
}

const KEY = [
  'An API key. The names in a security requirement are roles, of which the key needs one.',
  'A key with the role admin may also do what agents and auditors may, and never decides.',
].join(' ')

export function openApiDocument(operations: readonly Operation[]): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {}
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method]: operationObject(operation) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Countersign',
      version: '1',
      summary: 'The human signature on what an AI agent is about to do',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: namedSchemas(),
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: KEY } },
    },
  }
}

function operationObject(operation: Operation): OperationObject {
  const parameters = parametersOf(operation)
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    security: (operation.roles ?? []).map((role) => ({ apiKey: [role] })),
    ...(parameters.length > 0 && { parameters }),
    ...(operation.body && {
      requestBody: {
        required: operation.bodyIsOptional !== true,
        content: { 'application/json': { schema: jsonSchemaOf(operation.body) } },
      },
    }),
    responses: { ...answersOf(operation), ...refusalsOf(operation) },
  }
}

function parametersOf({ path, query, headers }: Operation): JsonSchema[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  return [...inPath, ...parametersIn('query', query), ...parametersIn('header', headers)]
}

function parametersIn(place: 'query' | 'header', schema: z.ZodObject | undefined): JsonSchema[] {
  if (!schema) return []
  const { properties = {}, required = [] } = jsonSchemaOf(schema) as {
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

function answersOf({ answers }: Operation): OperationObject['responses'] {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { says, body, mediaType = 'application/json' }]) => [
      status,
      { description: says, ...(body && { content: { [mediaType]: { schema: jsonSchemaOf(body) } } }) },
    ]),
  )
}

function refusalsOf(operation: Operation): OperationObject['responses'] {
  return Object.fromEntries(
    [...problemsOf(operation)].map(([status, codes]) => {
      const schema = {
        $ref: '#/components/schemas/Problem',
        properties: { status: { const: status }, code: { enum: codes } },
      }
      const description = STATUS_CODES[status] as string
      return [status, { description, content: { 'application/problem+json': { schema } } }]
    }),
  )
}
