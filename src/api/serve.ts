// Serves endpoints over HTTP: checks the key, its limits and the body, and sends what the operation returns.

import type { Request, RequestHandler, Response, Router } from 'express'
import type { KeyPrincipal, Role } from '../identity/principal.ts'
import { sendProblem } from '../kit/problem.ts'
import { type Identify, withoutRole } from './caller.ts'
import type { Endpoint, Given } from './endpoint.ts'
import { readJsonBody } from './json-body.ts'
import type { Limiter } from './limiter.ts'
import { onceOver } from './once-over.ts'
import type { Operation } from './operation.ts'
import type { AnyResult, Found } from './result.ts'
import { readTextBody } from './text-body.ts'

/** What a request with a key must pass first. */
export interface Gate {
  identify: Identify
  limiter: Limiter
}

/** A path that is known answers every other method with 405. */
export function mountEndpoints(router: Router, endpoints: Endpoint[], gate: Gate): void {
  for (const [path, those] of Map.groupBy(endpoints, ({ operation }) => operation.path)) {
    const route = router.route(path)
    for (const one of those) {
      route[one.operation.method]((req, res) => serve(one, gate, req, res))
    }
    route.all(onlyMethods(those.map(({ operation }) => operation.method)))
  }
}

/** For a path that answers these methods elsewhere, in front. */
export function onlyMethods(methods: Operation['method'][]): RequestHandler {
  const allowed = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
  const headers = { Allow: allowed.join(', ') }
  return (req, res) => {
    if (req.method === 'OPTIONS') return send(res, { status: 204, headers })
    const detail = `${req.method} is not possible here, only ${headers.Allow}`
    send(res, { problem: { status: 405, code: 'method_not_allowed', detail }, headers })
  }
}

export function send(res: Response, result: AnyResult): void {
  if (result.headers) res.set(result.headers)
  if ('problem' in result) sendProblem(res, result.problem)
  else if (result.body === undefined) res.status(result.status).end()
  else if (typeof result.body === 'string') res.status(result.status).send(result.body)
  else res.status(result.status).json(result.body)
}

async function serve({ operation, perform }: Endpoint, gate: Gate, req: Request, res: Response) {
  let caller: KeyPrincipal | undefined
  if (operation.roles) {
    const known = await knownCaller(operation.roles, gate, req, res)
    if ('problem' in known) return send(res, known)
    const isWait = operation.mayWait === true && Number(req.query.wait_seconds) > 0
    if (!admit(known.value, isWait, gate, req, res)) return
    caller = known.value
  }
  const read = operation.body ? await readBody(operation, req, res) : undefined
  if (read && 'problem' in read) return send(res, read)
  const result = perform(givenBy(req, res, caller, read?.value))
  // What is known at once is answered at once, before anything that follows on the connection is read.
  send(res, result instanceof Promise ? await result : result)
}

function readBody(
  { bodyTypes, bodyIsOptional }: Operation,
  req: Request,
  res: Response,
): Promise<Found<unknown>> {
  return bodyTypes ? readTextBody(req, res, bodyTypes) : readJsonBody(req, res, bodyIsOptional)
}

/** Who calls, by a key that has one of the roles. */
export async function knownCaller(
  roles: readonly Role[],
  { identify }: Gate,
  req: Request,
  res: Response,
): Promise<Found<KeyPrincipal>> {
  const known = await identify(req)
  if ('problem' in known) return known
  res.locals.caller = known.value
  return withoutRole(known.value, roles) ?? known
}

/** Counts the request until its answer is over. false: it was refused, or whoever asked hung up. */
export function admit(
  caller: KeyPrincipal,
  isWait: boolean,
  { limiter }: Gate,
  req: Request,
  res: Response,
): boolean {
  const counted = limiter.admit(caller, isWait)
  if ('value' in counted) return onceOver(req, res, counted.value)
  send(res, counted)
  return false
}

function givenBy(req: Request, res: Response, caller: KeyPrincipal | undefined, body: unknown): Given {
  return {
    caller,
    id: req.params.id as string | undefined,
    personId: req.params.person_id as string | undefined,
    get query() {
      return req.query
    },
    header: (name) => req.get(name),
    body,
    // Made for those who look at it: most operations do not.
    get gone() {
      const gone = new AbortController()
      res.once('close', () => gone.abort())
      return gone.signal
    },
  }
}
