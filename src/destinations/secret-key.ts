// Reads or makes the key that seals the secrets on SQLite, beside the database, if the environment has none.

import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/** `path`: the SQLite database; its key is made at the first start, readable by the owner alone. */
export function keyBesideDatabase(path: string): Buffer {
  const keyPath = `${path}.key`
  if (!existsSync(keyPath)) makeKey(keyPath)
  const key = Buffer.from(readFileSync(keyPath, 'utf8').trim(), 'base64')
  if (key.length !== 32) throw new Error(`${keyPath} must hold 32 bytes in base64`)
  return key
}

/** Whole and on disk before it has its name, so that nobody reads half of it; who is later takes the first one's. */
function makeKey(keyPath: string): void {
  const draft = `${keyPath}.${process.pid}`
  writeFileSync(draft, randomBytes(32).toString('base64'), { mode: 0o600, flush: true })
  try {
    linkSync(draft, keyPath)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}
