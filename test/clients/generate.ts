// Writes the clients that two generators make of an OpenAPI document: `generate.ts DOCUMENT FOLDER`.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@hey-api/openapi-ts'
import openapiTS, { astToString } from 'openapi-typescript'

const [document = '', folder = ''] = process.argv.slice(2)

const types = await openapiTS(await readFile(document, 'utf8'))
await writeFile(join(folder, 'openapi-typescript.ts'), astToString(types))
await createClient({
  input: document,
  output: { path: join(folder, 'hey-api'), module: { extension: '.ts' } },
  plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
  logs: { level: 'silent', file: false },
})
