// Compares e-mail addresses: strictly where one gives a right, generously where one takes it away.

/** The mail domain in lower case; '' where there is none. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}

/**
 * An address as it gives rights: only the domain has no case, since no other server may say which spellings before
 * the `@` are one mailbox (RFC 5321, section 2.4).
 */
export function exactAddress(address: string): string {
  const at = address.lastIndexOf('@')
  return address.slice(0, at + 1) + domainOf(address)
}

/**
 * An address as it takes rights away: letter case, what follows a `+` and dots before the `@` are left out, because
 * many providers deliver all of these to one mailbox.
 */
export function foldedAddress(address: string): string {
  const lower = address.normalize('NFKC').toLowerCase()
  const at = lower.lastIndexOf('@')
  const mailbox = lower.slice(0, Math.max(at, 0)).replace(/\+.*$/s, '').replaceAll('.', '')
  return mailbox === '' ? lower : mailbox + lower.slice(at)
}

/** Whether any address of the one may reach the same mailbox as any of the other. */
export function shareAddress(some: Iterable<string>, others: Iterable<string>): boolean {
  const folded = new Set([...others].map(foldedAddress))
  return [...some].some((address) => folded.has(foldedAddress(address)))
}
