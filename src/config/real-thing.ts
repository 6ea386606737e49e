// Tells by the environment whether somebody sets up the real thing, beside which there is no sandbox.

import { isIP } from 'node:net'

/** Also where they name a file that holds the value, and where the rest of the name is mistyped. */
const SIGNS =
  /^(PUBLIC_URL|DATABASE_URL|TRUST_PROXY|COUNTERSIGN_ADMIN_KEY|COUNTERSIGN_SECRET_KEY)(_FILE)?$|^(EGRESS|SLACK|TEAMS|TELEGRAM|PAGERDUTY)_|^Microsoft/i

/** The first sign of it, as a clause; undefined when there is none. Empty variables count as unset. */
export function signOfRealThing(env: NodeJS.ProcessEnv, host: string): string | undefined {
  if (!isLoopback(host)) return `HOST is ${host}, which others can reach`
  const name = Object.keys(env).find((one) => SIGNS.test(one) && env[one])
  return name && `${name} is set`
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
