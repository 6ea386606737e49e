// Shows that what each registered platform is sent is delivered, logged and tried again, by the real worker.

import type { RequestListener } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AnyProvider, slowDown, startAnyProvider, takes } from '../fakes/any-provider.ts'
import { eventually } from '../fakes/countersign.ts'
import { TRICKS } from '../fakes/hostile-approvals.ts'
import { everyPlace, openProviderOffice, type ProviderOffice } from '../fakes/provider-office.ts'

const SECOND_MS = 1_000
/** As far as the API lets it in. */
const HOSTILE = TRICKS.join('').replaceAll('\0', '').toWellFormed()

let provider: AnyProvider
beforeAll(async () => {
  provider = await startAnyProvider()
})
afterAll(() => provider.close())

const refusesWith =
  (status: number, headers: Record<string, string> = {}): RequestListener =>
  (_req, res) =>
    void res.writeHead(status, headers).end(JSON.stringify(slowDown(7)))

describe.each(everyPlace)('$sample on $engine', (where) => {
  let room: ProviderOffice
  beforeEach(async () => {
    provider.answer(takes)
    room = await openProviderOffice(provider, where)
    await room.worker.start()
  })
  afterEach(() => room.close())

  const deliveries = () =>
    room.office.db.read
      .selectFrom('deliveries')
      .select(['state', 'attempts', 'last_error'])
      .orderBy('id')
      .execute()
  /** Time passes until every delivery has ended; returns them. */
  const ended = (count: number) =>
    eventually(async () => {
      room.advance(SECOND_MS)
      const rows = await deliveries()
      return rows.length === count && rows.every(({ state }) => state !== 'pending') ? rows : undefined
    }, 15_000)
  async function tell(summary: string) {
    const agent = { id: 'agent-1', name: summary }
    const rest = { tool: null, environment: null, action: null, data: {}, keyId: null, keyName: null }
    await room.intake.take([{ type: 'policy.violation', severity: 'high', agent, summary, ...rest }])
  }

  test('an approval, its end and a hostile alert arrive at the first try', async () => {
    const asked = await room.office.ask()
    await ended(1)
    await room.office.desk.withdraw({ approvalId: asked.id })
    await tell(HOSTILE)
    const rows = await ended(3)
    expect(rows.map(({ last_error }) => last_error)).toEqual([null, null, null])
    expect(rows[0]).toMatchObject({ state: 'delivered', attempts: 1 })
    expect(rows[2]).toMatchObject({ state: 'delivered', attempts: 1 })
    // Where no card is remembered, its end is nothing to tell.
    expect(rows[1]?.state).toMatch(/^(delivered|skipped)$/)
  })

  test('what failed is logged with its code, and arrives when the provider takes it again', async () => {
    provider.answer(refusesWith(500))
    await room.office.ask()
    const [failed] = await eventually(async () => {
      const rows = await deliveries()
      return rows[0]?.attempts === 1 ? rows : undefined
    })
    expect(failed).toMatchObject({ state: 'pending', last_error: expect.stringMatching(/^[a-z0-9_]{1,80}$/) })
    provider.answer(takes)
    expect(await ended(1)).toMatchObject([{ state: 'delivered', attempts: 2 }])
    const attempts = await room.office.db.read
      .selectFrom('delivery_attempts')
      .select('code')
      .orderBy('at')
      .execute()
    expect(attempts).toEqual([{ code: failed?.last_error }, { code: null }])
  })

  test('who asks to slow down is left alone for so long, and no attempt is spent', async () => {
    provider.answer(refusesWith(429, { 'retry-after': '7' }))
    await room.office.ask()
    const { cool_until } = await eventually(async () => {
      const row = await room.office.db.read
        .selectFrom('destinations')
        .select('cool_until')
        .where('id', '=', room.place)
        .executeTakeFirst()
      return row && row.cool_until > 0 ? row : undefined
    })
    expect(cool_until - room.clock.now()).toBe(7 * SECOND_MS)
    expect(await deliveries()).toMatchObject([{ state: 'pending', attempts: 0 }])
    provider.answer(takes)
    expect(await ended(1)).toMatchObject([{ state: 'delivered', attempts: 1 }])
  })
})
