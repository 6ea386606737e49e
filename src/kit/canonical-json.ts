// Digests: the canonical form of JSON, which agents write as we do, and SHA-256.

import { createHash } from 'node:crypto'

export { canonicalJson } from '../../packages/client/src/canonical-json.ts'

/** SHA-256, lower-case hex. */
export function sha256Hex(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
