// Shows that docs/agents.md is true: its programs run, and its table has every error.

import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as client from '../../packages/client/src/index.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { blocks, codesOf, readPage, runScript, tableUnder } from '../fakes/doc-page.ts'

const page = readPage('docs/agents.md')
const HAS_PYTHON = spawnSync('python3', ['--version']).status === 0

let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let running: Running
let env: Record<string, string>

beforeAll(async () => {
  database = (await databases[0]?.create()) as typeof database
  running = await startCountersign({ databaseUrl: database.url })
  env = { COUNTERSIGN_URL: running.url, AGENT_KEY: await running.key({ roles: ['agent'] }) }
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
})

async function decide(decision: string): Promise<void> {
  const key = await running.key({ roles: ['reviewer'], person: { name: 'Ana', email: 'ana@example.com' } })
  const { id } = await eventually(async () => {
    return (await running.call<{ data: ApprovalView[] }>('GET', '/v1/approvals?status=pending')).body.data[0]
  })
  await running.call('POST', `/v1/approvals/${id}/decision`, { key, body: { decision } })
}

test('the program in TypeScript runs what is approved', async () => {
  const printed = runScript(blocks(page, 'ts')[0] ?? '', env)
  await decide('approve')
  expect(await printed).toBe('refunding 3001\n')
})

test.runIf(HAS_PYTHON).each([
  ['approve', 'refunding 3002\n'],
  ['deny', 'not refunding: Denied by Ana via api\n'],
])('the program in Python does as people %s', async (decision, printed) => {
  const options = {
    cwd: join(import.meta.dirname, '../../packages/python'),
    env: { ...process.env, ...env, PYTHONDONTWRITEBYTECODE: '1' },
  }
  const ran = promisify(execFile)('python3', ['-c', blocks(page, 'python')[0] ?? ''], options)
  await decide(decision)
  expect((await ran).stdout).toBe(printed)
})

test('the tables of errors, here and in the README of the client, have those that requireApproval throws', () => {
  const errors = Object.keys(client).filter((name) => /^[A-Z]/.test(name))
  const thrown = errors.filter((name) => !['CountersignError', 'InvalidReceipt'].includes(name))
  const readme = readPage('packages/client/README.md').replace('It waits as long', '## Errors\n\nIt waits')
  for (const table of [tableUnder(page, 'How it can end'), tableUnder(readme, 'Errors')]) {
    expect(table.flatMap(([cell = '']) => codesOf(cell)).toSorted()).toEqual(thrown.toSorted())
  }
})
