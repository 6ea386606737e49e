// Keeps the secret key in a backup, sealed by a passphrase.

import { randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { seal, unseal } from '../kit/seal.ts'
import type { Executor } from '../store/database.ts'
import { readState, removeState, writeState } from '../store/platform-state.ts'
import { KEY_BYTES } from './key-file.ts'

const KEPT = ['countersign', 'kept_key'] as const
const CONTEXT = 'the secret key in a backup'
/** As OWASP advises; 32 MB of memory. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }
const SALT_BYTES = 16

const derive = promisify<string, Buffer, number, typeof SCRYPT, Buffer>(scrypt)

export async function keepKey(db: Executor, key: Buffer, passphrase: string): Promise<void> {
  const salt = randomBytes(SALT_BYTES)
  const sealed = seal(await derive(passphrase, salt, KEY_BYTES, SCRYPT), CONTEXT, key.toString('base64'))
  await writeState(db, ...KEPT, JSON.stringify({ scrypt: salt.toString('base64'), sealed }))
}

export async function hasKeptKey(db: Executor): Promise<boolean> {
  return (await readState(db, ...KEPT)) !== undefined
}

/** undefined: the passphrase is another one, or there is no key. */
export async function readKeptKey(db: Executor, passphrase: string): Promise<Buffer | undefined> {
  const kept = JSON.parse((await readState(db, ...KEPT)) ?? '{}')
  try {
    const opener = await derive(passphrase, Buffer.from(kept.scrypt, 'base64'), KEY_BYTES, SCRYPT)
    return Buffer.from(unseal(opener, CONTEXT, kept.sealed), 'base64')
  } catch {
    return undefined
  }
}

/** A database that is in use does not hold its own key. */
export async function dropKeptKey(trx: Executor): Promise<void> {
  await removeState(trx, ...KEPT)
}
