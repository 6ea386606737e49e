// Finds out who calls by the bearer key of a request, and refuses a key that has none of an operation's roles.

import type { Request } from 'express'
import type { ApiKeys } from '../identity/api-keys.ts'
import type { KeyPrincipal, Role } from '../identity/principal.ts'
import type { Found, ProblemResult } from './result.ts'

/** Who calls, by the key that the request carries. */
export type Identify = (req: Request) => Promise<Found<KeyPrincipal>>

const HOW = 'Authorization: Bearer <key>'

function unauthorized(detail: string): ProblemResult {
  return { problem: { status: 401, code: 'unauthorized', detail }, headers: { 'WWW-Authenticate': 'Bearer' } }
}

export function createIdentify(apiKeys: ApiKeys, publicUrl: string): Identify {
  const { origin: publicOrigin } = new URL(publicUrl)
  return async (req) => {
    const given = req.get('authorization')
    if (!given || /^Bearer *$/i.test(given)) return unauthorized(`An API key is needed: ${HOW}`)
    if (!/^Bearer /i.test(given)) return unauthorized(`The word Bearer belongs before the key: ${HOW}`)
    const [, key] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(given) ?? []
    const caller = key === undefined ? undefined : await apiKeys.identify(key)
    if (!caller) return unauthorized('Nobody has this API key: it is mistyped, was replaced, or was revoked')
    return { value: isFromOurPage(req, publicOrigin) ? { ...caller, surface: 'console' } : caller }
  }
}

/** Any of the roles is enough. */
export function withoutRole(caller: KeyPrincipal, roles: readonly Role[]): ProblemResult | undefined {
  if (roles.some((role) => caller.roles.has(role))) return undefined
  const detail = `This needs an API key with the role ${roles.join(' or ')}`
  return { problem: { status: 403, code: 'forbidden', detail } }
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
