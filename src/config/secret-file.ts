// Reads a secret from a file: one value, never empty, without the line's end.

import { readFileSync } from 'node:fs'
import { StartError } from '../kit/start-error.ts'

/** `name`: of the variable whose value it is. Throws a StartError. */
export function readSecret(name: string, file: string): string {
  let secret: string
  try {
    secret = readFileSync(file, 'utf8').trim()
  } catch {
    throw new StartError(`${name}_FILE: ${file} cannot be read`)
  }
  if (secret === '') throw new StartError(`${name}_FILE: ${file} is empty`)
  return secret
}
