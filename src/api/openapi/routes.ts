// Serves the OpenAPI document at `/openapi.json`, without a key.

import { z } from 'zod'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Operation } from '../operation.ts'
import { answer } from '../result.ts'
import { type OpenApiDocument, openApiDocument } from './document.ts'

const openApi = z
  .looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })
  .meta({ id: 'OpenApiDocument' })

const readDocument = {
  id: 'readDocument',
  tag: 'Machines',
  method: 'get',
  path: '/openapi.json',
  summary: 'This document',
  answers: {
    200: { says: 'OpenAPI 3.1', body: openApi },
  },
} as const satisfies Operation

/** `operations`: all but this one, which joins them. */
export function openApiEndpoint(operations: readonly Operation[]): Endpoint {
  // Made when somebody asks: it takes longer than the rest of the start of the API.
  let document: OpenApiDocument | undefined
  return endpoint(readDocument, () => {
    document ??= openApiDocument([...operations, readDocument])
    return answer(200, document)
  })
}
