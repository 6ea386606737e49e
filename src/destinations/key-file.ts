// Reads or makes the file beside a SQLite database that holds its secret key.

import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { StartError } from '../kit/start-error.ts'

export const KEY_BYTES = 32

export function keyPathOf(databasePath: string): string {
  return `${databasePath}.key`
}

/** undefined: there is none. Throws a StartError for a file that holds no key. */
export function readKeyFile(databasePath: string): Buffer | undefined {
  const path = keyPathOf(databasePath)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new StartError(`${path} cannot be read (${code})`)
  }
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== KEY_BYTES) throw new StartError(`${path} must hold 32 bytes in base64`)
  return key
}

/** The one that is there, or a new one, readable by the owner alone. */
export function keyBesideDatabase(databasePath: string): Buffer {
  const known = readKeyFile(databasePath)
  if (known) return known
  writeKeyFile(databasePath, randomBytes(KEY_BYTES))
  return readKeyFile(databasePath) as Buffer
}

/** Whole and on disk before it has its name, so that nobody reads half of it; one that is there already stays. */
export function writeKeyFile(databasePath: string, key: Buffer): void {
  const path = keyPathOf(databasePath)
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, key.toString('base64'), { mode: 0o600, flush: true })
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}
