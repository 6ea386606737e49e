// Keeps what Node has compiled beside the packages, so that the next start is faster.

import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

/** Counts for what is imported after it. Where the folder cannot be written, Node compiles anew each time. */
export function keepCompiled(): void {
  enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/countersign/compiled'))
}
