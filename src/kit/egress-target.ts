// Resolves a configured URL to addresses that may be reached, or throws a sentence that says why not.

import { promises as dns, type LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { judgeOfAddresses } from './egress-address.ts'

export interface EgressRules {
  /** Ranges beside the public ones, as CIDRs. */
  allowCidrs: string[]
  /** Plain http too, but only inside those ranges. */
  allowHttp: boolean
}

/** `egress_refused`: never sent, by our own rules. `network_error`: no complete answer. `timeout`: not in time. */
export type EgressCode = 'egress_refused' | 'network_error' | 'timeout'

/** Its message is a sentence for an admin. */
export class EgressError extends Error {
  readonly code: EgressCode
  constructor(code: EgressCode, sentence: string, cause?: unknown) {
    super(sentence, { cause })
    this.code = code
  }
}

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>

export interface Targets {
  /** The URL as it will be used; a literal address in it was judged. Throws EgressError. */
  accepted(url: string): URL
  /** The addresses of a host for this protocol, never empty, every one judged. Throws EgressError. */
  addressesOf(protocol: string, hostname: string): Promise<LookupAddress[]>
}

const RESOLVE_TIMEOUT_MS = 5_000
/** Of more destinations than most have. */
const URLS_KEPT = 1_000

export const resolveBySystem: Resolve = (hostname) => dns.lookup(hostname, { all: true })

export function targetsWithin({ allowCidrs, allowHttp }: EgressRules, resolve: Resolve): Targets {
  const judge = judgeOfAddresses(allowCidrs)

  function judged(protocol: string, hostname: string, address: string): void {
    const { isAllowed, isPublic, range } = judge(address)
    if (isAllowed || (isPublic && protocol === 'https:')) return
    const found = hostname === address ? address : `${hostname} leads to ${address}, which`
    if (isPublic)
      throw refused(`${found} is in no range of EGRESS_ALLOW_CIDRS, so the URL must begin with https://`)
    throw refused(`${found} is not a public address (${range}) and in no range of EGRESS_ALLOW_CIDRS`)
  }

  // The rules do not change while we run, and what a name leads to is judged at each connection.
  const known = new LRUCache<string, URL>({ max: URLS_KEPT })

  return {
    accepted(text) {
      const kept = known.get(text)
      if (kept) return kept
      const url = URL.parse(text)
      if (!url) throw refused('This is not a URL, such as https://example.com/hooks')
      if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:')) {
        throw refused('The URL must begin with https://')
      }
      if (url.username !== '' || url.password !== '') {
        throw refused('The URL must not hold a user name or password')
      }
      const host = bare(url.hostname)
      if (isIP(host)) judged(url.protocol, host, host)
      known.set(text, url)
      return url
    },

    async addressesOf(protocol, hostname) {
      const host = bare(hostname)
      const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolved(resolve, host)
      // One that may be reached does not excuse another that may not: which one is tried is not ours to say.
      for (const { address } of found) judged(protocol, host, address)
      return found
    },
  }
}

async function resolved(resolve: Resolve, host: string): Promise<LookupAddress[]> {
  const late = after(RESOLVE_TIMEOUT_MS, [], { ref: false })
  const found = await Promise.race([resolve(host), late]).catch(() => [])
  if (found.length === 0) throw new EgressError('network_error', `${host} does not resolve to an address`)
  return found
}

function refused(sentence: string): EgressError {
  return new EgressError('egress_refused', sentence)
}

/** IPv6 without the brackets that a URL puts around it. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}
