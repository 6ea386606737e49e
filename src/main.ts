// Starts the server.

import { keepCompiled } from './kit/compile-cache.ts'

keepCompiled()
await import('./serve.ts')
