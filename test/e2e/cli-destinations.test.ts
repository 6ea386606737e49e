// Shows that the command line tries a destination and says what the provider said, or a sentence for each mistake.

import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCommand } from '../fakes/command-line.ts'
import { ADMIN_KEY, CHANNEL, freePort, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'

let database: Awaited<ReturnType<(typeof databases)[0]['create']>>
let running: Running
let id: string

beforeAll(async () => {
  database = await (databases[0] as (typeof databases)[0]).create()
  running = await startCountersign({ databaseUrl: database.url })
  id = await running.destination()
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
})

function run(args: string[], env: Record<string, string> = {}) {
  const known = { COUNTERSIGN_URL: running.url, COUNTERSIGN_API_KEY: ADMIN_KEY }
  return startCommand(['destinations', 'test', ...args], { ...known, ...env }, tmpdir()).ended
}
const texts = () => JSON.stringify(running.slack.messages(CHANNEL))

test('an alert of any type arrives at once, in the words that were given', async () => {
  const { code, out, err } = await run([id, '--event', 'policy.violation', '--message', 'Do you read me?'])
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(/^It arrived: policy\.violation \(http:\S+\/events\/evt_\w+\)\n$/)
  expect(texts()).toContain('Do you read me?')
})

test('without a type it is a card with buttons', async () => {
  const { code, out } = await run([id])
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/^It arrived: a card to press \(http:\S+\/approvals\/apr_\w+\)\n$/),
  ])
  expect(texts()).toContain('approve_action')
})

test('what the provider says is said', async () => {
  running.slack.failNext({ method: 'chat.postMessage', error: 'no_permission' })
  const { code, out, err } = await run([id, '--event', 'incident'])
  expect([code, out, err]).toEqual([1, '', 'The test did not arrive: no_permission\n'])
})

test.each([
  ['no key', ['dst_x'], { COUNTERSIGN_API_KEY: '' }, /^COUNTERSIGN_API_KEY: must be set/],
  ['another destination', ['dst_x'], {}, /^There is no destination dst_x\n$/],
  ['a type that nobody knows', ['dst_x', '--event', 'policy.violatoin'], {}, /^event: is not an event type/],
  [
    'a key that nobody made',
    ['dst_x'],
    { COUNTERSIGN_API_KEY: 'csk_x' },
    /^COUNTERSIGN_API_KEY: the server at http:\S+ does not know this key, or it has ended\n$/,
  ],
  [
    'a key with its header',
    ['dst_x'],
    { COUNTERSIGN_API_KEY: 'Bearer csk_x' },
    /^COUNTERSIGN_API_KEY: must be the key alone/,
  ],
  [
    'an address that is none',
    ['dst_x'],
    { COUNTERSIGN_URL: 'localhost:3000' },
    /^COUNTERSIGN_URL: must be the address/,
  ],
])('%s is told in a sentence', async (_what, args, env, sentence) => {
  const { code, out, err } = await run(args, env)
  expect([code, out]).toEqual([1, ''])
  expect(err).toMatch(sentence)
})

test('a server that is not there is told in a sentence', async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  const { code, err } = await run([id], { COUNTERSIGN_URL: url })
  expect([code, err]).toEqual([1, `${url} does not answer (ECONNREFUSED); set COUNTERSIGN_URL\n`])
})
