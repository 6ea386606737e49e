// Writes a JSON value as canonical bytes (RFC 8785), so that equal values have equal digests everywhere.

import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** JSON as RFC 8785 (JCS) writes it; members that are undefined are left out. Throws on NaN and infinities. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('not a JSON value')
  return text
}

/** SHA-256, lower-case hex. */
export function sha256Hex(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
