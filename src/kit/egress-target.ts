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

/** What of a URL is allowed only inside the ranges of EGRESS_ALLOW_CIDRS; `nothing`: it may also lead outside. */
export type Inside = 'nothing' | 'port' | 'protocol'

/** A URL as it will be used. */
export interface Target {
  url: URL
  inside: Inside
}

export interface Targets {
  /** A literal address in the URL was judged. Throws EgressError. */
  accepted(url: string): Target
  /** The addresses of a host, never empty, every one judged. Throws EgressError. */
  addressesOf(hostname: string, inside: Inside): Promise<LookupAddress[]>
}

const RESOLVE_TIMEOUT_MS = 5_000
/** Of more destinations than most have. */
const URLS_KEPT = 1_000

/** The ports of mail, remote logins and the like, which take what a stranger sends them for commands. */
const LAST_SYSTEM_PORT = 1023
const WEB_PORTS = ['', '80', '443']

/** There a cloud tells a machine its secrets, whatever address the name leads to. */
const METADATA = new Set([
  'api.metadata.cloud.ibm.com',
  'instance-data',
  'metadata',
  'metadata.azure.internal',
  'metadata.goog',
  'metadata.google.internal',
  'metadata.packet.net',
  'metadata.platformequinix.com',
  'metadata.tencentyun.com',
  'rancher-metadata',
])

export const resolveBySystem: Resolve = (hostname) => dns.lookup(hostname, { all: true })

export function targetsWithin({ allowCidrs, allowHttp }: EgressRules, resolve: Resolve): Targets {
  const judge = judgeOfAddresses(allowCidrs)

  function judged(host: string, address: string, inside: Inside): void {
    const { isAllowed, isPublic, range } = judge(address)
    if (isAllowed) return
    const found = host === address ? address : `${host} leads to ${address}, which`
    if (!isPublic)
      throw refused(`${found} is not a public address (${range}) and in no range of EGRESS_ALLOW_CIDRS`)
    if (isMetadata(host)) throw refused(metadataSentence(host))
    const outside = `${found} is in no range of EGRESS_ALLOW_CIDRS`
    if (inside === 'protocol') throw refused(`${outside}, so the URL must begin with https://`)
    if (inside === 'port')
      throw refused(`${outside}, so the port must be 80, 443 or above ${LAST_SYSTEM_PORT}`)
  }

  // The rules do not change while we run, and what a name leads to is judged at each connection.
  const known = new LRUCache<string, Target>({ max: URLS_KEPT })

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
      const target = { url, inside: insideOf(url) }
      if (isIP(host)) judged(host, host, target.inside)
      known.set(text, target)
      return target
    },

    async addressesOf(hostname, inside) {
      const host = bare(hostname)
      const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolved(resolve, host)
      // One that may be reached does not excuse another that may not: which one is tried is not ours to say.
      for (const { address } of found) judged(host, address, inside)
      return found
    },
  }
}

async function resolved(resolve: Resolve, host: string): Promise<LookupAddress[]> {
  const unresolved = (cause?: unknown) =>
    isMetadata(host)
      ? refused(metadataSentence(host))
      : new EgressError('network_error', `${host} does not resolve to an address`, cause)
  const late = after(RESOLVE_TIMEOUT_MS, [], { ref: false })
  const found = await Promise.race([resolve(host), late]).catch((error) => {
    throw unresolved(error)
  })
  if (found.length > 0) return found
  throw unresolved()
}

function insideOf({ protocol, port }: URL): Inside {
  if (protocol !== 'https:') return 'protocol'
  return WEB_PORTS.includes(port) || Number(port) > LAST_SYSTEM_PORT ? 'nothing' : 'port'
}

function isMetadata(host: string): boolean {
  const name = host.replace(/\.+$/, '')
  return METADATA.has(name) || /^instance-data\..*\binternal$/.test(name)
}

function metadataSentence(host: string): string {
  return `${host} is the metadata service of a cloud, which must lead into a range of EGRESS_ALLOW_CIDRS`
}

function refused(sentence: string): EgressError {
  return new EgressError('egress_refused', sentence)
}

/** IPv6 without the brackets that a URL puts around it. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}
