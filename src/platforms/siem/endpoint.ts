// Reads what an agent says of where an action came from or led to, where it is an address or a host's name.

import { isIPv4, isIPv6 } from 'node:net'

export interface EndpointFact {
  kind: 'ipv4' | 'ipv6' | 'host'
  text: string
}

/** https://www.rfc-editor.org/rfc/rfc1123#section-2.1: the last label is no number, so that half an address is no name. */
const HOST =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/** undefined: it is neither, and collectors would refuse it in the place of one. */
export function endpointIn(given: unknown): EndpointFact | undefined {
  if (typeof given !== 'string') return undefined
  if (isIPv4(given)) return { kind: 'ipv4', text: given }
  // The zone of a link-local address means something on its own machine alone.
  if (isIPv6(given) && !given.includes('%')) return { kind: 'ipv6', text: given }
  return HOST.test(given) ? { kind: 'host', text: given } : undefined
}
