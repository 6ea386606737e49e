// Defines an API operation as data, declared once: `endpoint.ts` serves it, `openapi/` documents it.

import type { z } from 'zod'
import type { RefusalCode } from '../approvals/refusals.ts'
import type { Role } from '../identity/principal.ts'

export interface Operation {
  /** Stable: generators of clients name their functions after it. */
  id: string
  tag:
    | 'Approvals'
    | 'Events'
    | 'Notifications'
    | 'Deliveries'
    | 'API keys'
    | 'People'
    | 'Policies'
    | 'Groups'
    | 'Machines'
    | 'Platforms'
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** As express writes it, the whole of it: `/v1/approvals/:id`. */
  path: string
  summary: string
  /** Any of them is enough; absent: no key is needed. */
  roles?: readonly Role[]
  /** Absent: none may be given, where a key is needed. */
  query?: z.ZodObject
  /** With `wait_seconds` it may wait for an approval. */
  mayWait?: true
  headers?: z.ZodObject
  body?: z.ZodType
  /** Nothing at all counts as `{}`. */
  bodyIsOptional?: true
  /** It is kept as it came: `body` is `sentText`, and these are the media types that it may have. Absent: it is JSON. */
  bodyTypes?: readonly string[]
  answers: Readonly<Record<number, OperationAnswer>>
  refusals?: readonly RefusalCode[]
  /** Further codes by status, beside the refusals and what comes with key, query, headers and body. */
  problems?: Readonly<Record<number, readonly string[]>>
}

export interface OperationAnswer {
  says: string
  body?: z.ZodType
  /** `application/json` unless it says otherwise; of several, the answer has one. */
  mediaType?: string | readonly string[]
  /** Header fields that it has, and what each says. */
  headers?: Readonly<Record<string, string>>
}
