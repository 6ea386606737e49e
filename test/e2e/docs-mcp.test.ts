// Shows that docs/mcp.md is true: what it has agents connect with connects, and what it says of the tools is so.

import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { blocks, codesOf, readerOf, readPage, tableUnder } from '../fakes/doc-page.ts'
import { CLIENTS } from '../fakes/mcp-clients.ts'
import { reviewer } from '../fakes/shared-server.ts'

const page = readPage('docs/mcp.md')
const [overHttp, overStdio, sent, allowed, denied] = blocks(page, 'json').map((block) => JSON.parse(block))
const [old] = CLIENTS as [(typeof CLIENTS)[number]]

let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let running: Running
let agent: string

beforeAll(async () => {
  const [sqlite] = databases
  database = await (sqlite as NonNullable<typeof sqlite>).create()
  running = await startCountersign({ databaseUrl: database.url })
  const reader = readerOf(running)
  await reader.run(blocks(page, 'sh')[0] ?? '')
  agent = reader.noted.AGENT_KEY ?? ''
})
afterAll(async () => {
  await running.stop()
  await database.drop()
})

test('over HTTP there are the tools of the table, and no other', async () => {
  const { url, headers } = overHttp.mcpServers.countersign
  expect(url).toBe('https://countersign.example.com/mcp')
  expect(headers.Authorization).toMatch(/^Bearer \$\{AGENT_KEY\}$/)
  const client = await old.overHttp(running.url, agent)
  const named = tableUnder(page, 'The tools').flatMap(([tool = '']) => codesOf(tool))
  expect([...(await client.tools()).keys()]).toEqual(named)
  await client.close()
})

test('Codex is told the same', () => {
  const [toml = ''] = blocks(page, 'toml')
  expect(toml).toContain(`url = "${overHttp.mcpServers.countersign.url}"`)
  expect(toml).toContain('bearer_token_env_var = "AGENT_KEY"')
})

test('on standard input and output it starts as it is shown', async () => {
  const { command, args, env } = overStdio.mcpServers.countersign
  expect([command, Object.keys(env)]).toEqual(['node', ['COUNTERSIGN_URL', 'COUNTERSIGN_API_KEY']])
  const [program = '', ...more] = args.map((arg: string) =>
    arg.replace('/path/to/countersign', join(import.meta.dirname, '../..')),
  )
  const here = { PATH: '', COUNTERSIGN_URL: running.url, COUNTERSIGN_API_KEY: agent }
  const client = await old.overStdio(process.execPath, [program, ...more], here)
  expect((await client.tools()).size).toBe(6)
  await client.close()
})

test('a permission is asked for and given as it is shown, and denied under the name that Claude Code is told', async () => {
  expect(page).toContain('--permission-prompt-tool mcp__countersign__approve')
  expect(Object.keys(overHttp.mcpServers)).toEqual(['countersign'])
  const judge = await running.key(reviewer('Ana Ruiz'))
  const client = await old.overHttp(running.url, agent)
  const asked = client.call('approve', sent)
  const { id } = await eventually(async () => {
    const path = '/v1/approvals?status=pending'
    const { body } = await running.call<{ data: { id: string }[] }>('GET', path, { key: agent })
    return body.data[0]
  })
  await running.call('POST', `/v1/approvals/${id}/decision`, { key: judge, body: { decision: 'approve' } })
  expect(JSON.parse((await asked).text)).toEqual(allowed)
  await client.close()

  const impatient = await impatientAnswer()
  expect(JSON.parse(impatient)).toEqual(denied)
})

/** Of a server whose tools do not wait. */
async function impatientAnswer(): Promise<string> {
  const [sqlite] = databases
  const other = await (sqlite as NonNullable<typeof sqlite>).create()
  const toolPatience = { approveSeconds: 0 }
  const server = await startCountersign({ databaseUrl: other.url, toolPatience })
  const client = await old.overHttp(server.url, await server.key({ roles: ['agent'] }))
  const { text } = await client.call('approve', sent)
  await client.close()
  await server.stop()
  await other.drop()
  return text
}
