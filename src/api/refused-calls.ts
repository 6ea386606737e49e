// Notices the calls that are refused: of a known API key by its code, of a stranger where nothing proves who it is.

import type { RequestHandler, Response } from 'express'
import type { Refused, RefusedCaller } from '../audit/refusals.ts'
import { type KeyPrincipal, traceOf } from '../identity/principal.ts'
import { isId } from '../kit/ids.ts'
import { codeOf } from '../kit/problem.ts'
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
      const caller = callerIn(res)
      const statuses = caller ? REFUSED : REFUSED_STRANGERS
      if (reason === undefined || !statuses.includes(res.statusCode)) return
      const { id = '' } = req.params as { id?: string }
      const about = isId(id, 'apr') || isId(id, 'evt') ? id : null
      note({
        surface: surfaces.get(routeOf(req.path)) ?? 'api',
        reason,
        ...(caller && { by: caller }),
        about,
      })
    })
    next()
  }
}

/** Routes ignore case and a slash at the end. */
function routeOf(path: string): string {
  return path.toLowerCase().replace(/\/$/, '')
}

function callerIn({ locals }: Response): RefusedCaller | undefined {
  const key = locals.caller as KeyPrincipal | undefined
  return key && { id: key.id, trace: traceOf(key), name: null }
}
