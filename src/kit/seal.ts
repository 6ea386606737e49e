// Seals secrets with AES-256-GCM, so that they are readable only where they belong.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** `context` (such as a destination's id) is bound in: a sealed text copied to another row does not open. */
export function seal(key: Buffer, context: string, clearText: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  const sealed = Buffer.concat([cipher.update(clearText, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

/** Whether an empty JSON object is sealed there: the only one that has two bytes. */
export function isSealedNothing(sealedText: string): boolean {
  return Buffer.from(sealedText, 'base64').length === NONCE_BYTES + TAG_BYTES + 2
}

/** Throws when the key is another one or the text was changed. */
export function unseal(key: Buffer, context: string, sealedText: string): string {
  const bytes = Buffer.from(sealedText, 'base64')
  const nonce = bytes.subarray(0, NONCE_BYTES)
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(context)).setAuthTag(tag)
  return Buffer.concat([
    decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)),
    decipher.final(),
  ]).toString()
}
