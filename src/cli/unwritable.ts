// Says in a sentence that a file cannot be written, by the code of the system or of SQLite.

import { causeCodeOf } from '../kit/cause.ts'
import { StartError } from '../kit/start-error.ts'

/** Node.js's own ERR_ codes are mistakes of ours. */
const CODES = /^E(?!RR_)[A-Z0-9]+$|^SQLITE_(FULL|READONLY|IOERR)/

/** Runs `write`. Throws a StartError that names `file` when it cannot be written. */
export async function writing<T>(file: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    const code = error instanceof StartError ? undefined : causeCodeOf(error)
    if (!code || !CODES.test(code)) throw error
    throw new StartError(`${file} cannot be written (${code})`, { cause: error })
  }
}
