// Joins an operation with its function: query, headers and body are checked as it declares them, then it answers.

import { z } from 'zod'
import type { KeyPrincipal } from '../identity/principal.ts'
import type { Operation } from './operation.ts'
import type { AnyResult, Result } from './result.ts'
import { invalid, type Mistake, validated } from './validated.ts'

type Valid<Schema> = Schema extends z.ZodType ? z.infer<Schema> : undefined

/** What arrived, as far as the operation declares it. */
export interface Asked<O extends Operation> {
  caller: O['roles'] extends readonly unknown[] ? KeyPrincipal : undefined
  /** Anybody's text, where the path has an `:id`. */
  id: O['path'] extends `${string}/:id${string}` ? string : undefined
  /** Anybody's text, where the path has a `:person_id`. */
  personId: O['path'] extends `${string}/:person_id${string}` ? string : undefined
  query: Valid<O['query']>
  headers: Valid<O['headers']>
  body: Valid<O['body']>
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal
}

/** What arrived, before it is checked; each member is read once, and only where the operation declares it. */
export interface Given {
  readonly caller: KeyPrincipal | undefined
  readonly id: string | undefined
  readonly personId: string | undefined
  readonly query: unknown
  header(name: string): string | undefined
  readonly body: unknown
  readonly gone: AbortSignal
}

export interface Endpoint {
  operation: Operation
  /** For a caller who has one of its roles. Knows nothing of HTTP: whoever calls sends the result. */
  perform(given: Given): Promise<AnyResult> | AnyResult
}

const NO_QUERY = z.strictObject({})

export function endpoint<const O extends Operation>(
  operation: O,
  perform: (asked: Asked<O>) => Promise<Result<O>> | Result<O>,
): Endpoint {
  const { roles, body, headers } = operation
  // A probe's own parameters do no harm; a misspelt filter of a client would.
  const query = operation.query ?? (roles && NO_QUERY)
  const parts = [
    { name: 'query', schema: query, read: (given: Given) => given.query },
    { name: 'headers', schema: headers, read: (given: Given) => namedHeaders(headers, given) },
    { name: 'body', schema: body, read: (given: Given) => given.body },
  ].flatMap(({ schema, ...part }) => (schema === undefined ? [] : [{ ...part, schema }]))

  return {
    operation,
    perform(given) {
      const asked: Record<string, unknown> = {
        caller: given.caller,
        id: given.id,
        personId: given.personId,
        get gone() {
          return given.gone
        },
      }
      const mistakes: Mistake[] = []
      for (const { name, schema, read } of parts) {
        const valid = validated<unknown>(schema, read(given))
        if ('mistakes' in valid) mistakes.push(...valid.mistakes)
        else asked[name] = valid.value
      }
      if (mistakes.length > 0) return invalid(mistakes)
      return perform(asked as unknown as Asked<O>)
    },
  }
}

function namedHeaders(schema: z.ZodObject | undefined, given: Given) {
  return Object.fromEntries(Object.keys(schema?.shape ?? {}).map((name) => [name, given.header(name)]))
}
