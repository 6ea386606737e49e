// Serves an operation: key, query, headers and body are checked as it declares them, then it answers.

import type { RequestHandler, Response, Router } from 'express'
import { z } from 'zod'
import type { KeyPrincipal } from '../identity/principal.ts'
import { sendProblem } from '../kit/problem.ts'
import { type Allow, callerOf } from './caller.ts'
import { jsonBody, optionalJsonBody, validated } from './input.ts'
import type { Operation } from './operation.ts'

type Valid<Schema> = Schema extends z.ZodType ? z.infer<Schema> : undefined

/** What arrived, as far as the operation declares it. */
export interface Asked<O extends Operation> {
  caller: O['roles'] extends readonly unknown[] ? KeyPrincipal : undefined
  /** Anybody's text, where the path has an `:id`. */
  id: O['path'] extends `${string}/:id${string}` ? string : undefined
  query: Valid<O['query']>
  headers: Valid<O['headers']>
  body: Valid<O['body']>
}

export interface Endpoint {
  operation: Operation
  handlers(gate: Gate): RequestHandler[]
}

/** What a request with a key must pass first. */
export interface Gate {
  allow: Allow
  /** `mayWait`: with `wait_seconds` it counts as a wait. */
  admit(mayWait: boolean): RequestHandler
}

const NO_QUERY = z.strictObject({})

export function endpoint<const O extends Operation>(
  operation: O,
  answer: (asked: Asked<O>, res: Response) => Promise<unknown> | unknown,
): Endpoint {
  const { roles, body, bodyIsOptional, headers } = operation
  // A probe's own parameters do no harm; a misspelt filter of a client would.
  const query = operation.query ?? (roles && NO_QUERY)

  const handle: RequestHandler = async (req, res) => {
    const asked: Record<string, unknown> = { caller: callerOf(res), id: req.params.id }
    const given = {
      query: [query, () => req.query],
      headers: [headers, () => namedHeaders(headers, req.get.bind(req))],
      body: [body, () => req.body],
    } as const
    for (const [part, [schema, read]] of Object.entries(given)) {
      if (!schema) continue
      asked[part] = validated<unknown>(schema, read(), res)
      if (asked[part] === undefined) return
    }
    await answer(asked as unknown as Asked<O>, res)
  }

  const reader = bodyIsOptional ? optionalJsonBody : jsonBody
  return {
    operation,
    handlers: ({ allow, admit }) => [
      ...(roles ? [allow(...roles), admit(operation.mayWait === true)] : []),
      ...(body ? [reader] : []),
      handle,
    ],
  }
}

/** A path that is known answers every other method with 405. */
export function mountEndpoints(router: Router, endpoints: Endpoint[], gate: Gate): void {
  for (const [path, those] of Map.groupBy(endpoints, ({ operation }) => operation.path)) {
    const route = router.route(path)
    for (const { operation, handlers } of those) route[operation.method](...handlers(gate))
    route.all(onlyMethods(those.map(({ operation }) => operation.method)))
  }
}

/** For a path that answers these methods elsewhere, in front. */
export function onlyMethods(methods: Operation['method'][]): RequestHandler {
  const allowed = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
  return (req, res) => {
    res.set('Allow', allowed.join(', '))
    if (req.method === 'OPTIONS') return void res.status(204).end()
    const detail = `${req.method} is not possible here, only ${allowed.join(', ')}`
    sendProblem(res, { status: 405, code: 'method_not_allowed', detail })
  }
}

function namedHeaders(schema: z.ZodObject | undefined, read: (name: string) => string | undefined) {
  return Object.fromEntries(Object.keys(schema?.shape ?? {}).map((name) => [name, read(name)]))
}
