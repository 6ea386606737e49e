// Lets a request in by its bearer key, if the key has a role that the route asks for.

import type { Request, RequestHandler, Response } from 'express'
import type { ApiKeys } from '../identity/api-keys.ts'
import type { KeyPrincipal, Role } from '../identity/principal.ts'
import { sendProblem } from '../kit/problem.ts'

/** `allow('agent', 'admin')` lets through who has one of the roles: 401 without a known key, 403 without a role. */
export type Allow = (...roles: Role[]) => RequestHandler

export function createAllow(apiKeys: ApiKeys, publicUrl: string): Allow {
  const { origin: publicOrigin } = new URL(publicUrl)
  return (...roles) =>
    async (req, res, next) => {
      const [, key] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(req.get('authorization') ?? '') ?? []
      const caller = key === undefined ? undefined : await apiKeys.identify(key)
      if (!caller) {
        res.set('WWW-Authenticate', 'Bearer')
        const detail = 'A known API key is needed: Authorization: Bearer <key>'
        return sendProblem(res, { status: 401, code: 'unauthorized', detail })
      }
      res.locals.caller = isFromOurPage(req, publicOrigin) ? { ...caller, surface: 'console' } : caller
      if (!roles.some((role) => caller.roles.has(role))) {
        const detail = `This needs an API key with the role ${roles.join(' or ')}`
        return sendProblem(res, { status: 403, code: 'forbidden', detail })
      }
      next()
    }
}

/**
 * A browser names the page that sends a request, and lets no script name another. A program may name what it likes:
 * this tells of the surface, and gives no right.
 */
function isFromOurPage(req: Request, publicOrigin: string): boolean {
  const origin = req.get('origin')
  if (origin === undefined) return false
  if (origin === publicOrigin) return true
  // A proxy may change Host; without one, people may open the page under another name, such as localhost.
  const host = req.get('host')
  return Boolean(host) && URL.parse(origin)?.host === host
}

/** The one whom `allow` let through. */
export function callerOf(res: Response): KeyPrincipal {
  return res.locals.caller
}
