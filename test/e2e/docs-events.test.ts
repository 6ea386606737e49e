// Shows that docs/events.md is true: a reader goes through it in its order, and everything answers as it says.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ALIASES } from '../../src/events/aliases.ts'
import { EVENT_TYPES, type EventType } from '../../src/events/catalogue.ts'
import { startCommand } from '../fakes/command-line.ts'
import { ADMIN_KEY, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { blocks, readerOf, readPage, runScript, tableUnder } from '../fakes/doc-page.ts'

const SETTINGS = '/v1/settings/notifications'
const page = readPage('docs/events.md')
const received: { headers: Record<string, unknown>; body: string }[] = []
let database: Awaited<ReturnType<(typeof databases)[0]['create']>>
let running: Running
let receiver: Server
let hook: string

beforeAll(async () => {
  receiver = createServer(async (req, res) => {
    const body = Buffer.concat(await req.toArray()).toString()
    received.push({ headers: req.headers, body })
    res.end()
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/countersign`
  database = await (databases[0] as (typeof databases)[0]).create()
  const env = { EGRESS_ALLOW_CIDRS: '127.0.0.0/8', EGRESS_ALLOW_HTTP: 'true' }
  running = await startCountersign({ databaseUrl: database.url, env })
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
  receiver?.close()
})

test('every command runs in the order of the page and answers as the page says', async () => {
  const reader = readerOf(running)
  reader.noted.AGENT_KEY = await running.key({ roles: ['agent'] })
  const commands = blocks(page, 'sh')
  const next = async () => JSON.parse(await reader.run(commands.shift() as string))

  const { data } = await next()
  expect(data).toMatchObject([
    { type: 'policy.violation', severity: 'high', url: expect.stringContaining('/events/evt_') },
  ])

  reader.noted.EVENT_ID = data[0].id
  const person = { name: 'Ana Ruiz', email: 'ana@example.com' }
  reader.noted.REVIEWER_KEY = await running.key({ roles: ['reviewer'], person })
  expect(await next()).toMatchObject({ id: data[0].id, acknowledged: { by: 'Ana Ruiz', source: 'api' } })

  reader.noted.DESTINATION_ID = await running.destination()
  expect(await next()).toMatchObject({ events: ['approval.*', 'policy.*'], tools: ['gmail.*', 'stripe.*'] })
  const webhook = { channel_type: 'webhook', name: 'Our service', config: { url: hook } }
  const { body: made } = await running.call<{ id: string; config: { secret: string } }>('POST', SETTINGS, {
    body: webhook,
  })
  reader.noted.DESTINATION_ID = made.id

  expect(await next()).toMatchObject({ type: 'policy.violation', summary: 'Do you read me?' })
  const sent = await eventually(() => received.at(-1))
  expect(sent.body.length).toBeLessThan(4096)
  const [script = ''] = blocks(page, 'js')
  const env = { WEBHOOK_SECRET: made.config.secret, BODY: sent.body, HEADERS: JSON.stringify(sent.headers) }
  expect(await runScript(script, env)).toBe('policy.violation\n')

  expect(commands.shift()).toBe(
    'npx --no -- countersign destinations test "$DESTINATION_ID" --event policy.violation\n',
  )
  const words = ['destinations', 'test', made.id, '--event', 'policy.violation']
  const { code, out } = await startCommand(
    words,
    { COUNTERSIGN_URL: running.url, COUNTERSIGN_API_KEY: ADMIN_KEY },
    import.meta.dirname,
  ).ended
  expect([code, out]).toEqual([0, expect.stringContaining('It arrived: policy.violation')])

  const alerts = await next()
  expect(alerts.data.map(({ type }: { type: string }) => type)).toEqual([
    'policy.violation',
    'policy.violation',
  ])
  expect(alerts.data[0]).not.toHaveProperty('data')

  expect(await next()).toEqual({ data: [], next_cursor: null })
  expect(await next()).toEqual({ replayed: 0 })
  expect(commands).toEqual([])
})

test('the table of types is the catalogue', () => {
  const rows = tableUnder(page, 'Types')
  const also = Map.groupBy(ALIASES, ([, type]): EventType => type)
  const catalogue = Object.entries(EVENT_TYPES).map(([type, { severity, meaning }]) => [
    `\`${type}\``,
    severity ?? (type.startsWith('approval.') ? 'its risk' : "its alert's"),
    meaning,
    (also.get(type as EventType) ?? []).map(([alias]) => `\`${alias}\``).join(', '),
  ])
  expect(rows.map((cells) => cells.map((cell) => cell.trim()))).toEqual(catalogue)
})

const post = async (path: string, body: unknown) => (await running.call('POST', path, { body })).body.detail
const symptoms: Record<string, () => Promise<unknown>> = {
  'An event is refused with 400': () => post('/v1/events', { type: 'policy.violatoin' }),
  'An event is refused with 403': () => post('/v1/events', { type: 'approval.requested' }),
}

test.each(tableUnder(page, 'When something is wrong'))('%s: %s', async (symptom, sentence) => {
  expect(`\`${await symptoms[symptom as string]?.()}\``).toBe(sentence)
})
