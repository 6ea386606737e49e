// Calls a running server with the generated clients: `use.ts URL KEY`.

import assert from 'node:assert/strict'
import { useHeyApi } from './hey-api.ts'
import { useOpenapiFetch } from './openapi-fetch.ts'

const [url = '', key = ''] = process.argv.slice(2)

const expected = ['pending', 1, 3, 'approval_not_found']
assert.deepEqual(await useOpenapiFetch(url, key), expected)
assert.deepEqual(await useHeyApi(url, key), expected)
