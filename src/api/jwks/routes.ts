// Publishes the public keys of receipts, without a key, so that any tool can check one.

import { z } from 'zod'
import type { SigningKeys } from '../../grants/signing-keys.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Operation } from '../operation.ts'
import { answer } from '../result.ts'

/** A receipt names its key, so that whoever does not know it yet asks again. */
const CACHE = 'public, max-age=60'

const jwk = z
  .object({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: z.string(),
    kid: z.string(),
    alg: z.literal('EdDSA'),
    use: z.literal('sig'),
  })
  .meta({ id: 'Jwk' })

const readKeys = {
  id: 'readReceiptKeys',
  tag: 'Machines',
  method: 'get',
  path: '/.well-known/jwks.json',
  summary: 'The keys that sign receipts, and those that did',
  answers: {
    200: {
      says: 'A JSON Web Key Set (RFC 7517), the newest first; an old receipt is checked with a retired one',
      body: z.object({ keys: z.array(jwk) }).meta({ id: 'Jwks' }),
      headers: { 'Cache-Control': 'How long it may be kept' },
    },
  },
} as const satisfies Operation

export function jwksEndpoint({ published }: Pick<SigningKeys, 'published'>): Endpoint {
  return endpoint(readKeys, async () => ({
    ...answer(200, await published()),
    headers: { 'Cache-Control': CACHE },
  }))
}
