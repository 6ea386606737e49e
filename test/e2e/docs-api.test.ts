// Shows that docs/api.md is true: a reader goes through it in its order, and everything answers as it says.

import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { REFUSALS } from '../../src/approvals/refusals.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import {
  blocks,
  codesOf,
  readerOf,
  readPage,
  runScript,
  sectionOf,
  tables,
  tableUnder,
} from '../fakes/doc-page.ts'
import { manualClock } from '../fakes/manual-clock.ts'

const project = join(import.meta.dirname, '../..')
const page = readPage('docs/api.md')
const clock = manualClock()
let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let running: Running

beforeAll(async () => {
  database = (await databases[0]?.create()) as typeof database
  running = await startCountersign({ databaseUrl: database.url, clock, teams: true })
  await running.destination()
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
})

async function decide(id: string, decision: string, more: Record<string, unknown> = {}): Promise<void> {
  const key = await running.key({ roles: ['reviewer'], person: { name: 'Ben', email: 'ben@example.com' } })
  const path = `/v1/approvals/${id}/decision`
  expect((await running.call('POST', path, { key, body: { decision, ...more } })).status).toBe(200)
}

test('every command runs in the order of the page and answers as the page says', async () => {
  const reader = readerOf(running)
  const commands = blocks(page, 'sh')
  const next = async () => JSON.parse(await reader.run(commands.shift() as string))

  expect(await next()).toMatchObject({ roles: ['agent'] })
  expect(await next()).toMatchObject({ roles: ['reviewer'] })
  const asked = await next()
  expect(asked).toMatchObject({ status: 'pending', url: `${running.url}/approvals/${asked.id}` })
  expect((await fetch(asked.url)).status).toBe(200)
  const waiting = next()
  await decide(asked.id, 'approve')
  expect(await waiting).toMatchObject({ id: asked.id, status: 'approved' })

  const [again] = commands
  const first = await next()
  const second = JSON.parse(await reader.run(again as string))
  expect(second).toEqual(first)
  expect(await next()).toMatchObject({ id: first.id, status: 'withdrawn' })

  const { body: pending } = await running.ask()
  reader.noted.APPROVAL_ID = pending.id
  const { metadata: _, action, ...brief } = pending
  const { arguments: __, ...said } = action
  expect(await next()).toEqual({ data: [{ ...brief, action: said }], next_cursor: null })
  reader.noted.DIGEST = pending.digest
  expect(await next()).toMatchObject({ id: pending.id, status: 'pending' })
  expect(await next()).toMatchObject({
    status: 'approved',
    decisions: [{ note: 'checked with finance', reviewer: { name: 'Ana Ruiz' } }],
  })

  expect((await next()).data).toMatchObject([{ channel_type: 'slack' }])
  expect((await next()).data.length).toBeGreaterThan(1)
  const before = reader.noted.KEY_ID
  expect(await next()).toMatchObject({ limits: { requests_per_minute: 600, waits: 1000 } })
  expect(await next()).toMatchObject({ id: before, key: expect.stringMatching(/^csk_/) })
  expect(await reader.run(commands.shift() as string)).toBe('')
  const { data: people } = await next()
  expect(people.map(({ name }: { name: string }) => name)).toContain('Ana Ruiz')
  reader.noted.PERSON_ID = people[0].id
  expect(await next()).toMatchObject({ id: people[0].id, disabled: true })
  expect(await next()).toMatchObject({ data: [{ votes: 1 }, { votes: 1 }], next_cursor: null })
  const vouched = { platform: 'slack', tenant: 'T0123456789', domains: ['example.com'] }
  expect(await next()).toEqual({ data: [vouched], next_cursor: null })
  expect(await next()).toMatchObject({ name: 'payments', members: [] })
  const filled = await next()
  expect(filled.members).toMatchObject([{ name: 'Ines Kurz', until: '2026-12-24T18:00:00.000Z' }])
  expect(await next()).toEqual(filled)
  expect(await next()).toEqual({ status: 'ready' })
  expect((await next()).openapi).toMatch(/^3\.1/)
  expect(await reader.run(commands.shift() as string)).toContain('countersign_pending_approvals')
  expect(commands).toEqual([])
  // To start a process can take half a second.
}, 60_000)

test.each([
  ['is told yes', async (id: string) => decide(id, 'approve'), 'refunding\n'],
  [
    'is told no, and why',
    async (id: string) => decide(id, 'deny', { note: 'too much' }),
    'not refunding: Denied by Ben via api: too much\n',
  ],
  [
    'is told that nobody answered',
    async () => clock.advance(3_600_000),
    'not refunding: Expired: nobody decided in time\n',
  ],
])('the agent in JavaScript %s', async (_, answer, printed) => {
  const [script = '', ...others] = blocks(page, 'js')
  expect(others).toEqual([])
  const key = await running.key({ roles: ['agent'] })
  // A receipt is held against the time of the server here.
  const agent = runScript(`Date.now = () => ${clock.now()}\n${script}`, {
    COUNTERSIGN_URL: running.url,
    AGENT_KEY: key,
  })
  const { id } = await eventually(async () => {
    const path = '/v1/approvals?status=pending&agent=refund-agent'
    return (await running.call<{ data: ApprovalView[] }>('GET', path)).body.data[0]
  })
  await answer(id)
  expect(await agent).toBe(printed)
})

test('an Idempotency-Key answers the same for 24 hours, whatever became of it, and never for another body', async () => {
  const key = await running.key({ roles: ['agent'] })
  const body = { agent: { id: 'a' }, action: { tool: 't' } }
  const send = (more = {}) =>
    running.call('POST', '/v1/approvals', {
      key,
      body: { ...body, ...more },
      headers: { 'idempotency-key': 'k' },
    })
  const first = await send()
  await decide(String(first.body.id), 'deny')
  clock.advance(24 * 3_600_000 - 1)
  expect(await send()).toMatchObject({ status: 200, body: { id: first.body.id, status: 'denied' } })
  expect(await send({ reasons: ['X'] })).toMatchObject({
    status: 422,
    body: { code: 'idempotency_key_reused' },
  })
})

test('the table of errors has every code that the API can answer, under its status, and no other', async () => {
  const { body: document } = await running.call<{ paths: Record<string, Record<string, unknown>> }>(
    'GET',
    '/openapi.json',
  )
  const documented = Object.values(document.paths)
    .flatMap((path) => Object.values(path) as { responses: Record<string, unknown> }[])
    .flatMap(({ responses }) => Object.entries(responses))
    .flatMap(([status, response]) => {
      const [, codes = ''] = /"code":\{"enum":\[([^\]]*)\]/.exec(JSON.stringify(response)) ?? []
      return [...codes.matchAll(/"(\w+)"/g)].map(([, code]) => `${status} ${code}`)
    })
  const refusals = Object.entries(REFUSALS).map(([code, { status }]) => `${status} ${code}`)
  // These belong to no operation.
  const everywhere = [
    '404 not_found',
    '405 method_not_allowed',
    '500 internal_error',
    '403 origin_not_allowed',
  ]
  const rows = tableUnder(page, 'When it says no').map(
    ([status, code]) => `${status} ${code?.replaceAll('`', '')}`,
  )
  expect([...rows].sort()).toEqual([...new Set([...documented, ...refusals, ...everywhere])].sort())
  expect(rows).toEqual([...rows].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)))
})

test('docs/operations.md names every metric, and no other', async () => {
  const headers = { authorization: `Bearer ${running.config.adminKey}` }
  const text = await (await fetch(`${running.url}/metrics`, { headers })).text()
  const all = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name)
  const section = sectionOf(readPage('docs/operations.md'), 'Metrics')
  const named = tables(section).flatMap((rows) => rows.flatMap(([names = '']) => codesOf(names)))
  expect(named.toSorted()).toEqual(all.toSorted())
})

test.each(globSync('docs/*.md', { cwd: project }))('every file that %s links to exists', (file) => {
  const targets = [...readPage(file).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, target]) => target ?? '')
  const local = targets.filter((target) => !/^[a-z]+:/.test(target))
  expect(local.filter((target) => !existsSync(join(project, dirname(file), target)))).toEqual([])
})
