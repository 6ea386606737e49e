// How does it start fast? What Node has compiled once it keeps beside the packages; then the server.

import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Where the folder cannot be written, Node compiles anew each time.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/countersign/compiled'))
await import('./serve.ts')
