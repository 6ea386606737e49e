// Shows that the packed client installs in an empty project, has its types there, and runs, also on Node.js 20.

import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blocks, readPage } from '../fakes/doc-page.ts'
import { ACTION, AGENT, type LyingServer, startLyingServer } from '../fakes/lying-server.ts'

const project = join(import.meta.dirname, '../..')
const run = promisify(execFile)

const PROGRAM = `
import { type Approved, createClient, Denied } from 'countersign-client'

const [url = '', agent = ''] = process.argv.slice(2)
const client = createClient({ url, auth: 'csk_1' })
const refund = client.guard(
  'payments.refund',
  async ({ order }: { order: number }, { claims }: Approved) => [order, claims.jti] as const,
  ({ order }) => ({ agent, environment: 'production', summary: \`Refund order \${order}\` }),
)
try {
  const [order, jti] = await refund({ order: 1042 })
  console.log(order.toFixed(), jti.toUpperCase())
} catch (error) {
  if (error instanceof Denied) console.log(error.note?.toUpperCase(), error.approval.status satisfies string)
  throw error
}
`
const TSCONFIG = {
  compilerOptions: { strict: true, module: 'nodenext', target: 'es2023', lib: ['es2023', 'dom'], types: [] },
  files: ['program.ts', 'readme.ts', 'process.d.ts'],
}

let folder: string
let server: LyingServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-client-'))
  await run('npm', ['pack', '--pack-destination', folder], { cwd: join(project, 'packages/client') })
  const [tarball = ''] = readdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: folder })
  writeFileSync(join(folder, 'program.ts'), PROGRAM)
  writeFileSync(join(folder, 'readme.ts'), blocks(readPage('packages/client/README.md'), 'ts').join(''))
  const process = '{ argv: string[]; env: Record<string, string | undefined> }'
  writeFileSync(join(folder, 'process.d.ts'), `declare const process: ${process}`)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  server = await startLyingServer({})
}, 60_000)
afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('it has JavaScript, types, a licence and a page about it, and nothing else', () => {
  const there = readdirSync(join(folder, 'node_modules/countersign-client'), { recursive: true })
  const others = there.filter((file) => !/^dist($|.[\w-]+(\.d\.ts|\.js)$)/.test(String(file)))
  expect(others.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json'])
  expect(there).toEqual(expect.arrayContaining([join('dist', 'index.js'), join('dist', 'index.d.ts')]))
})

test('a program of its own, and that of its page, compile against its types, and run', async () => {
  await run(process.execPath, [join(project, 'node_modules/typescript/bin/tsc')], { cwd: folder })
  // The machine's own node, where npm put ours before it on the path.
  const path = process.env.PATH?.split(delimiter).filter((one) => !one.includes('node_modules'))
  const env = { ...process.env, PATH: path?.join(delimiter) }
  for (const node of [process.execPath, 'node']) {
    const { stdout } = await run(node, ['program.js', server.url, AGENT], { cwd: folder, env })
    expect(stdout).toBe(`${ACTION.arguments.order} RDM_1\n`)
  }
}, 60_000)
