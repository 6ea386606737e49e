// Judges whether an address may be reached: public ones, and those in ranges that the environment allows.

import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

export interface AddressStanding {
  /** In a range that the environment allows. */
  isAllowed: boolean
  isPublic: boolean
  /** In words, for example `loopback` or `link local`. */
  range: string
}

/** Public by its number, but inside every network of Azure: the platform's own service. */
const CLOUD_PLATFORM = ['168.63.129.16']
/** The only unicast that IANA gave out: what lies outside is never a public place, whatever it will be called. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')
/** Gateways turn it into the IPv4 address in its last four bytes; RFC 6052. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/** Judges addresses as a resolver or a parsed URL spells them; what it cannot read is neither public nor allowed. */
export function judgeOfAddresses(allowCidrs: string[]): (text: string) => AddressStanding {
  const allowed = allowCidrs.map((cidr) => ipaddr.parseCIDR(cidr))
  return (text) => {
    if (!ipaddr.isValid(text)) return { isAllowed: false, isPublic: false, range: 'unreadable' }
    const address = whereItLeads(ipaddr.parse(text))
    const range = rangeOf(address)
    return {
      isAllowed: allowed.some((cidr) => isIn(address, cidr)),
      isPublic: range === 'unicast',
      range: range.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    }
  }
}

/** An IPv6 address that only carries an IPv4 address is judged as that one. */
function whereItLeads(address: Address): Address {
  if (address.kind() === 'ipv4') return address
  const isCarrier = (address as ipaddr.IPv6).isIPv4MappedAddress() || isIn(address, NAT64)
  return isCarrier ? ipaddr.fromByteArray(address.toByteArray().slice(-4)) : address
}

function rangeOf(address: Address): string {
  if (CLOUD_PLATFORM.includes(address.toString())) return 'cloudPlatform'
  const range = address.range()
  // ipaddr.js calls everything unicast that is in no special range, also ::127.0.0.1.
  return range === 'unicast' && address.kind() === 'ipv6' && !isIn(address, GLOBAL_IPV6) ? 'reserved' : range
}

function isIn(address: Address, [network, bits]: [Address, number]): boolean {
  return address.kind() === network.kind() && address.match(network, bits)
}
