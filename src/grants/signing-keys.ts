// Keeps the keys that sign receipts: made once, sealed in the database, and published also when they are retired.

import { createHash, generateKeyPairSync } from 'node:crypto'
import { record } from '../audit/append.ts'
import { canonicalJson } from '../kit/canonical-json.ts'
import type { Clock } from '../kit/clock.ts'
import { seal, unseal } from '../kit/seal.ts'
import type { Database, Executor } from '../store/database.ts'
import { findActiveKey, insertSigningKey, listPublicKeys, retireSigningKey } from '../store/signing-keys.ts'

/** A public key as RFC 8037 writes it. */
export interface Jwk {
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
  kid: string
  alg: 'EdDSA'
  use: 'sig'
}

export interface SigningKeys {
  /** Makes the first key where there is none; processes that start at once agree on one. */
  keep(): Promise<void>
  /** Another key signs from now on; `retired`: the one before it. */
  rotate(): Promise<{ kid: string; retired: string | undefined }>
  /** All that ever signed, the newest first. */
  published(): Promise<{ keys: Jwk[] }>
}

export interface SigningKeysOptions {
  db: Database
  secretKey: Buffer
  clock: Clock
}

export function createSigningKeys({ db, secretKey, clock }: SigningKeysOptions): SigningKeys {
  return {
    keep: () => db.transact(async (trx) => void (await activeKey(trx, secretKey, clock.now()))),
    rotate: () =>
      db.transact(async (trx) => {
        const now = clock.now()
        const retired = await retireSigningKey(trx, now)
        const { kid } = await activeKey(trx, secretKey, now)
        const facts = { by: 'command line', retired: retired ?? null }
        await record(trx, { at: now, action: 'signing_key.rotated', subject: kid, facts, personal: {} })
        return { kid, retired }
      }),
    published: async () => ({ keys: (await listPublicKeys(db.read)).map((jwk) => JSON.parse(jwk)) }),
  }
}

/** The key that signs now, made where there is none; `open` resolves with its private part, PKCS #8. */
export async function activeKey(
  trx: Executor,
  secretKey: Buffer,
  now: number,
): Promise<{ kid: string; open(): Buffer }> {
  const row = (await findActiveKey(trx)) ?? (await makeKey(trx, secretKey, now))
  const { id: kid, sealed_private_key: sealed } = row
  if (sealed === null) throw new Error(`the key ${kid} signs, and has no private part`)
  return { kid, open: () => Buffer.from(unseal(secretKey, contextOf(kid), sealed), 'base64') }
}

async function makeKey(trx: Executor, secretKey: Buffer, now: number) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  const kid = thumbprintOf(x)
  const jwk: Jwk = { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
  const row = {
    id: kid,
    public_key: JSON.stringify(jwk),
    sealed_private_key: seal(secretKey, contextOf(kid), pkcs8),
    active: 1,
    created_at: now,
    retired_at: null,
  }
  if (await insertSigningKey(trx, row)) {
    const facts = { public_key: x }
    await record(trx, { at: now, action: 'signing_key.created', subject: kid, facts, personal: {} })
    return row
  }
  const first = await findActiveKey(trx)
  if (!first) throw new Error('another process made a signing key and retired it at once')
  return first
}

function contextOf(kid: string): string {
  return `the signing key ${kid}`
}

/** RFC 7638. */
function thumbprintOf(x: string): string {
  return createHash('sha256')
    .update(canonicalJson({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url')
}
