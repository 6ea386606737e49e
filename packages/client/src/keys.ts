// Keeps the public keys that sign receipts, and checks signatures with them.

import type { Jwk } from './api.ts'
import { InvalidReceipt, Unavailable } from './errors.ts'
import type { Calls } from './operations.ts'

export interface Keys {
  /** Throws InvalidReceipt for a key that the server does not have; asks for those that it does not know yet. */
  verify(kid: string, signature: Uint8Array<ArrayBuffer>, signed: string): Promise<boolean>
}

/** A call for the keys, which rejects as an operation does. */
export type ReadKeys = Calls['readReceiptKeys']

export function createKeys(readKeys: ReadKeys): Keys {
  const known = new Map<string, Jwk>()
  let reading: Promise<void> | undefined

  async function read(): Promise<void> {
    const { keys } = (await readKeys()).body
    if (!Array.isArray(keys)) throw new Unavailable('There is no list of the keys that sign receipts')
    known.clear()
    for (const key of keys) if (typeof key?.kid === 'string') known.set(key.kid, key)
  }

  /** One question at a time, whoever asks. */
  async function find(kid: string): Promise<Jwk> {
    if (!known.has(kid)) {
      reading ??= read().finally(() => {
        reading = undefined
      })
      await reading
    }
    const key = known.get(kid)
    if (!key) throw new InvalidReceipt(`The server does not have the key ${JSON.stringify(kid)}`)
    return key
  }

  return {
    async verify(kid, signature, signed) {
      const key = await opened(await find(kid))
      return crypto.subtle.verify('Ed25519', key, signature, new TextEncoder().encode(signed))
    },
  }
}

async function opened({ x }: Jwk) {
  if (!globalThis.crypto?.subtle) throw noCrypto()
  try {
    return await crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'Ed25519', x }, 'Ed25519', false, [
      'verify',
    ])
  } catch (error) {
    if ((error as Error).name === 'NotSupportedError') throw noCrypto()
    throw new InvalidReceipt('Its key is no Ed25519 key', { cause: error })
  }
}

function noCrypto(): Error {
  return new Error(
    'Receipts cannot be checked here: Web Crypto with Ed25519 is missing (Node.js 20; in browsers, a page over HTTPS)',
  )
}
