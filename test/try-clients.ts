// Generates API clients from the server's own document, compiles them strictly, and lets them ask, wait and tell.
//
//   node test/try-clients.ts      installs the generators from the registry, in test/clients

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCountersign } from './fakes/countersign.ts'

const clients = join(import.meta.dirname, 'clients')
const generated = join(clients, 'generated')
const scratch = mkdtempSync(join(tmpdir(), 'countersign-clients-'))

async function run(command: string, ...args: string[]): Promise<void> {
  const [code] = await once(spawn(command, args, { cwd: clients, stdio: 'inherit' }), 'exit')
  if (code !== 0) throw new Error(`${args.join(' ')} failed`)
}

await run('npm', 'ci', '--ignore-scripts')
rmSync(generated, { recursive: true, force: true })
mkdirSync(generated)
const running = await startCountersign({ databaseUrl: join(scratch, 'countersign.db'), teams: true })
try {
  const document = join(generated, 'openapi.json')
  writeFileSync(document, await (await fetch(`${running.url}/openapi.json`)).text())
  await run(process.execPath, 'generate.ts', document, generated)
  // By this project's compiler, and by the one before, which the generators bring.
  for (const modules of ['../../node_modules', 'node_modules']) {
    await run(process.execPath, join(modules, 'typescript/bin/tsc'), '-p', '.')
  }
  await run(process.execPath, 'use.ts', running.url, await running.key({ roles: ['agent'] }))
} finally {
  await running.stop()
  rmSync(scratch, { recursive: true })
}
