// Notices the calls that are refused: of a known API key by its code, of a stranger where nothing proves who it is.

import type { RequestHandler } from 'express'
import type { Refused } from '../audit/refusals.ts'
import { type KeyPrincipal, traceOf } from '../identity/principal.ts'
import { isId } from '../kit/ids.ts'
import { codeOf, type Problem } from '../kit/problem.ts'
import type { PlatformKind } from '../platforms/platform.ts'

/** Of a known key. Its other mistakes are in the form of a request, and ask for nothing that it may not have. */
const REFUSED = [401, 403, 404, 409, 410, 422, 429]
/** Of who has no key: to look for what is not there says nothing of anybody. */
const REFUSED_STRANGERS = [401, 403]

/** To be mounted before whatever answers. It looks at a call once that is over. */
export function traceCalls(
  kinds: Pick<PlatformKind, 'name' | 'inbound'>[],
  note: (refused: Refused) => void,
): RequestHandler {
  const surfaces = new Map(
    kinds.flatMap(({ name, inbound = [] }) => inbound.map(({ path }) => [routeOf(path), name] as const)),
  )
  return (req, res, next) => {
    res.once('close', () => {
      const reason = codeOf(res)
      if (reason === undefined) return
      const { id } = req.params as { id?: string }
      const surface = surfaces.get(routeOf(req.path)) ?? 'api'
      const refused = refusedCall(surface, { status: res.statusCode, code: reason }, res.locals.caller, id)
      if (refused) note(refused)
    })
    next()
  }
}

/** `id`: of what was asked about, anybody's text. undefined: it leaves no trace. */
export function refusedCall(
  surface: string,
  { status, code }: Pick<Problem, 'status' | 'code'>,
  caller: KeyPrincipal | undefined,
  id = '',
): Refused | undefined {
  if (!(caller ? REFUSED : REFUSED_STRANGERS).includes(status)) return undefined
  const by = caller && { id: caller.id, trace: traceOf(caller), name: null }
  const about = isId(id, 'apr') || isId(id, 'evt') ? id : null
  return { surface, reason: code, ...(by && { by }), about }
}

/** Routes ignore case and a slash at the end. */
function routeOf(path: string): string {
  return path.toLowerCase().replace(/\/$/, '')
}
