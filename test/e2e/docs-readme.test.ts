// Shows that the README is true: its commands run in their order, from the first card to an action that runs.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { blocks, readerOf, readPage, sectionOf } from '../fakes/doc-page.ts'
import { claimsIn } from '../fakes/grants.ts'

const page = readPage('README.md')
const [toSlack, tryIt] = blocks(sectionOf(page, 'Connect Slack'), 'sh').slice(-2)
const asAgent = blocks(sectionOf(page, 'Ask, as an agent'), 'sh')
let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let running: Running

beforeAll(async () => {
  database = (await databases[0]?.create()) as typeof database
  running = await startCountersign({ databaseUrl: database.url })
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
})

test('an agent asks, waits, redeems and runs, and neither more nor twice', async () => {
  const reader = readerOf(running)
  const run = async (block = '') => JSON.parse(await reader.run(block))
  expect(await run(toSlack)).toMatchObject({ channel_type: 'slack', enabled: true })
  expect(await run(tryIt)).toMatchObject({ status: 'pending', test: true })

  const [key, ask, wait, redeem = '', ...others] = asAgent
  expect(others).toEqual([])
  expect(await run(key)).toMatchObject({ roles: ['agent'] })
  const { id, digest } = await run(ask)
  const waiting = run(wait)
  const reviewer = await running.key({
    roles: ['reviewer'],
    person: { name: 'Ben', email: 'ben@example.com' },
  })
  const path = `/v1/approvals/${id}/decision`
  await running.call('POST', path, { key: reviewer, body: { decision: 'approve' } })
  expect(await waiting).toMatchObject({ id, status: 'approved', grant: { state: 'live' } })

  await expect(run(redeem.replace('480.00', '4800.00'))).rejects.toThrow('action_mismatch')
  const redeemed = await run(redeem)
  expect(claimsIn(redeemed.receipt)).toMatchObject({ approval_id: id, digest, aud: 'payments.refund' })
  expect(await run(redeem)).toEqual(redeemed)
  const withoutKey = redeem.replace(/ {2}-H 'Idempotency-Key.*\n/, '')
  await expect(run(withoutKey)).rejects.toThrow('already_redeemed')
})

test('every other command starts the product, or is one of a page whose commands run', () => {
  const pages = ['docs/slack.md', 'docs/teams.md'].flatMap((file) => blocks(readPage(file), 'sh'))
  const others = blocks(page, 'sh').filter((block) => ![...pages, toSlack, tryIt, ...asAgent].includes(block))
  expect(others.map((block) => block.trim())).toEqual([
    'npm ci && npm start',
    'npm cit',
    'export COUNTERSIGN_ADMIN_KEY=csk_…',
  ])
})
