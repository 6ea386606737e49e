// Declares the kinds of values that variables have, each with the sentence for a mistake.

import { isIP } from 'node:net'
import { z } from 'zod'

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const GUID_FORM = '8-4-4-4-12 hexadecimal digits'

/** As Azure shows its ids; compared in lower case. `notThis`: what people take for one. */
export function guid(notThis = '') {
  return z
    .string()
    .regex(GUID, `must be an id as Azure shows it: ${GUID_FORM}${notThis}`)
    .transform((id) => id.toLowerCase())
}

export const tenantId = guid(', not a name such as contoso.onmicrosoft.com')

/** Nothing that a path cannot be appended to. */
const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
  .refine(isBare, { error: 'must not have a user, a query or a fragment', abort: true })

/** Without a trailing slash. */
export const bareUrl = httpUrl.transform((url) => url.replace(/\/+$/, ''))

/** Links and callbacks begin with it, and people find the server at the root of that host. */
export const origin = bareUrl
  .refine(
    (url) => new URL(url).pathname === '/',
    'must not have a path: Countersign needs a host of its own, such as https://countersign.example.com',
  )
  .transform((url) => new URL(url).origin)

export const slackApiUrl = httpUrl.regex(/\/$/, 'must end with a slash')

export const listenAddress = z
  .string()
  .refine(
    (host) => isIP(host) !== 0 || /^(?=.*[a-z])[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(host),
    'must be an address or a name of this machine, such as 127.0.0.1 or 0.0.0.0, without port or https://',
  )

/** SQLite's library leaves out blanks around a path, and would then open another file than the one that is locked. */
export const databaseUrl = z
  .string()
  .refine((url) => url === url.trim(), { error: 'must have no blanks before or after it', abort: true })
  .regex(
    /^postgres(ql)?:\/\/|^(?!:memory:$|[a-z][a-z0-9+.-]+:)/i,
    'must be postgres://… or the path of a SQLite file',
  )
  .refine(
    (url) => !/^postgres/i.test(url) || !url.includes('://') || URL.canParse(url),
    'is no URL; in its password, characters such as / ? # @ must be percent-encoded',
  )

/** As a bearer token can carry it. A key that people type by hand is guessed soonest. */
export const adminKey = z
  .string()
  .min(32, { error: 'must have at least 32 characters', abort: true })
  .max(512, { error: 'must have at most 512 characters', abort: true })
  .regex(/^[\x21-\x7e]*$/, {
    error: 'must have no blanks and no letters beyond ASCII: it is sent in a header',
    abort: true,
  })
  .refine(
    (key) => new Set(key).size >= 16,
    'must have at least 16 different characters (openssl rand -base64 32 makes one)',
  )

/** With commas between. `form`: what each must be, said of the first that is not. */
function listOf(isOne: (part: string) => boolean, form: string) {
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .superRefine((parts, context) => {
      const wrong = parts.find((part) => !isOne(part))
      if (wrong === undefined) return
      context.addIssue({ code: 'custom', message: `${wrong || 'an empty entry'} is ${form}` })
    })
}

export const tenants = listOf(
  (part) => GUID.test(part),
  `not the id of a tenant, which Azure shows as ${GUID_FORM}; give ids with commas between`,
).transform((ids) => ids.map((id) => id.toLowerCase()))

export const cidrs = listOf(
  (part) => z.union([z.cidrv4(), z.cidrv6()]).safeParse(part).success,
  'not a range; give ranges such as 10.0.0.0/8, with commas between',
)

function isBare(url: string): boolean {
  const { username, password, search, hash } = new URL(url)
  return !username && !password && !search && !hash && !/[?#]$/.test(url)
}
