// Adds what the file `.env` of this folder says to the environment; what is set already stays as it is.

import { existsSync } from 'node:fs'
import { StartError } from '../kit/start-error.ts'

/** Throws a StartError where there is one that cannot be read. */
export function loadDotEnv(): void {
  if (!existsSync('.env')) return
  try {
    process.loadEnvFile('.env')
  } catch {
    throw new StartError('.env cannot be read')
  }
}
