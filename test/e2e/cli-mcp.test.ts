// Shows that `countersign mcp` gives an agent on standard input and output the tools of the server, and no yes without it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, freePort, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { CLIENTS, type McpClient } from '../fakes/mcp-clients.ts'
import { reviewer } from '../fakes/shared-server.ts'
import { areWaiting } from '../fakes/waiting.ts'

const COMMAND = join(import.meta.dirname, '../../bin/countersign.js')
const action = { tool: 'payments.refund', arguments: { order: 1042, amount: '480.00', note: 'é\u2028' } }

let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let running: Running
let clients: McpClient[]
let judge: string

beforeAll(async () => {
  const [sqlite] = databases
  database = await (sqlite as NonNullable<typeof sqlite>).create()
  running = await startCountersign({ databaseUrl: database.url })
  judge = await running.key(reviewer('Ana Ruiz'))
  clients = await Promise.all(
    CLIENTS.map(async ({ overStdio }) => {
      const key = await running.key({ roles: ['agent'], agent_id: 'refund-agent' })
      const env = { PATH: '', COUNTERSIGN_URL: running.url, COUNTERSIGN_API_KEY: key }
      return overStdio(process.execPath, [COMMAND, 'mcp'], env)
    }),
  )
})
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()))
  await running.stop()
  await database.drop()
})

describe.each(CLIENTS.map(({ name }, at) => ({ name, at })))('$name', ({ at }) => {
  const clientOf = () => clients[at] as McpClient

  test('lists the tools, asks, waits and redeems', async () => {
    const client = clientOf()
    expect([...(await client.tools()).keys()]).toContain('wait_for_approval')
    const { approval_id } = (await client.call('request_approval', { action })).structured
    const waiting = client.call('wait_for_approval', { approval_id })
    await running.call('POST', `/v1/approvals/${approval_id}/decision`, {
      key: judge,
      body: { decision: 'approve' },
    })
    expect((await waiting).structured.status).toBe('approved')
    expect((await client.call('redeem', { approval_id, action })).structured.receipt).toMatch(/^ey/)
    expect((await client.call('redeem', { approval_id, action })).text).toMatch(/^already_redeemed: /)
  })

  test('who gives up waiting is waited for by nothing', async () => {
    const client = clientOf()
    const { approval_id } = (await client.call('request_approval', { action })).structured
    const hangUp = new AbortController()
    const waiting = client.call('wait_for_approval', { approval_id }, hangUp.signal).catch(() => 'gave up')
    await areWaiting(running.url, 1)
    hangUp.abort()
    expect(await waiting).toBe('gave up')
    await areWaiting(running.url, 0)
  })
})

/** What it answers to these lines, by the ids of the answers, and the code with which it ends after its input. */
async function answersTo(lines: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [COMMAND, 'mcp'], { env: { PATH: '', ...env } })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stdin.write(lines.map((line) => `${line}\n`).join(''))
  const answers = await eventually(() => {
    const ended = out.split('\n').slice(0, -1)
    return ended.length === lines.length && ended.map((line) => JSON.parse(line))
  })
  child.stdin.end()
  const [code] = await once(child, 'close')
  return { code, byId: new Map((answers || []).map((answer) => [answer.id, answer])) }
}

const call = (id: number, name: string) =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}","arguments":{}}}`

test('where no server answers, nothing is a yes', async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  const lines = [call(1, 'redeem'), call(2, 'approve'), '{"jsonrpc":"2.0","id":3,"method":"tools/list"}']
  const { code, byId } = await answersTo(lines, { COUNTERSIGN_URL: url, COUNTERSIGN_API_KEY: 'csk_1' })
  const text = `no_answer: ${url} does not answer (ECONNREFUSED): nobody said yes`
  expect(byId.get(1).result).toEqual({
    resultType: 'complete',
    isError: true,
    content: [{ type: 'text', text }],
  })
  expect(JSON.parse(byId.get(2).result.content[0].text)).toEqual({ behavior: 'deny', message: text })
  expect(byId.get(3).error).toMatchObject({ code: -32000, data: { code: 'no_answer' } })
  expect(code).toBe(0)
})

test('what the server refuses is told with its code, and every digit is as it was sent', async () => {
  const lines = [
    'no JSON',
    '{"jsonrpc":"2.0","id":12345678901234567890,"method":"tools/list"}',
    call(1, 'redeem'),
  ]
  const known = { COUNTERSIGN_URL: running.url, COUNTERSIGN_API_KEY: await running.key({ roles: ['agent'] }) }
  const { byId } = await answersTo(lines, known)
  expect(byId.get(null).error.data.code).toBe('malformed_json')
  expect(byId.get(Number('12345678901234567890')).error.data.code).toBe('unsafe_number')
  const { byId: unknown } = await answersTo([call(1, 'redeem')], { ...known, COUNTERSIGN_API_KEY: 'csk_1' })
  expect(unknown.get(1).result.content[0].text).toMatch(/^unauthorized: /)
})
