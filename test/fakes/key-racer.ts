// Runs as one of several processes that must agree on keys: says that it is ready, and on a word takes 200 keys.

import { join } from 'node:path'
import { keyBesideDatabase } from '../../src/destinations/key-file.ts'

const [folder = ''] = process.argv.slice(2)

process.once('message', () => {
  const keys = Array.from({ length: 200 }, (_, index) => keyBesideDatabase(join(folder, `${index}.db`)))
  process.send?.(
    keys.map((key) => key.toString('base64')),
    () => process.disconnect(),
  )
})
process.send?.('ready')
