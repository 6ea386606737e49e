// Proves that of all who want to run what was approved at the same moment one may, and has the only receipt.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { approved, codeOf, done, heard } from '../fakes/grants.ts'
import { member, recordOf } from '../fakes/office.ts'
import { addressOf, openReviewHouse, type ReviewHouse } from '../fakes/review-house.ts'

const ROUNDS = 4 * EFFORT
const CALLERS = 50

describe.each(databases)('on $name', (engine) => {
  let house: ReviewHouse

  beforeAll(async () => {
    house = await openReviewHouse(engine)
  })
  afterAll(() => house?.close())

  const desk = (at: number) => (at % 2 === 0 ? house.office : house.other).desk
  const times = <T>(call: (at: number) => Promise<T>) => Array.from({ length: CALLERS }, (_, at) => call(at))

  /** What is on record of it, on which the answers may say nothing more. */
  async function runs(id: string): Promise<{ receipts: string[]; audited: number }> {
    const { read } = house.office.db
    const rows = await read.selectFrom('redemptions').selectAll().where('approval_id', '=', id).execute()
    const { audit, approval, events } = await recordOf(house.office.db, id)
    const audited = audit.filter((action) => action === 'approval.redeemed').length
    expect(events.filter((type) => type === 'approval.redeemed')).toHaveLength(audited)
    expect(approval.redeemed_at === null).toBe(rows.length === 0)
    return { receipts: rows.map(({ receipt }) => receipt), audited }
  }

  test(`of ${CALLERS} that redeem and ${CALLERS} that ask again one runs, and one more card waits`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { id, redeem, request } = await approved(house)
      const [redeemed, asked] = await Promise.all([
        Promise.all(times((at) => desk(at).redeem(redeem))),
        Promise.all(times((at) => desk(at + round).request(request))),
      ])
      const receipts = [...redeemed, ...asked].flatMap((outcome) =>
        outcome.ok ? (outcome.value.receipt ?? []) : [],
      )
      expect(receipts).toHaveLength(1)
      expect(await runs(id)).toEqual({ receipts, audited: 1 })
      const refusals = redeemed.filter(({ ok }) => !ok).map(codeOf)
      expect(new Set(refusals)).toEqual(new Set(['already_redeemed']))
      const words = asked.map(heard)
      expect(words.filter((word) => word === 'new')).toHaveLength(1)
      expect(words.filter((word) => word === 'same').length).toBeGreaterThanOrEqual(CALLERS - 2)
    }
  })

  test('whoever has its key gets the one receipt, by whichever call', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const idempotencyKey = `round ${round}`
      const { id, redeem, request } = await approved(house, { idempotencyKey })
      const receipts = await Promise.all(
        times(async (at) => {
          const call =
            at % 3 === 0 ? desk(at).redeem({ ...redeem, idempotencyKey }) : desk(at).request(request)
          return done<{ receipt?: string }>(await call).receipt
        }),
      )
      const { receipts: recorded } = await runs(id)
      expect(recorded).toHaveLength(1)
      expect(new Set(receipts)).toEqual(new Set(recorded))
    }
  })

  test('what is revoked and redeemed at once is one of them', async () => {
    const by = member('Ana', { emails: [addressOf('Ana')] })
    for (let round = 0; round < 3 * ROUNDS; round++) {
      const { id, redeem } = await approved(house)
      const calls = [
        () => desk(0).redeem(redeem),
        () => desk(1).revoke({ approvalId: id, by }),
        () => desk(1).redeem(redeem),
      ]
      const order = round % 2 ? calls : calls.toReversed()
      const codes = (await Promise.all<{ ok: boolean }>(order.map((call) => call()))).map((outcome) =>
        codeOf(outcome as Parameters<typeof codeOf>[0]),
      )
      const { receipts } = await runs(id)
      const { grant } = await house.stand({ id })
      expect(codes.filter((code) => code === 'ok')).toHaveLength(1)
      expect(grant?.state).toBe(receipts.length === 1 ? 'redeemed' : 'revoked')
    }
  })

  test('processes that sign at the same moment for the first time sign with one key', async () => {
    const { db } = house.office
    await db.transact((trx) => trx.deleteFrom('signing_keys').execute())
    const grants = await Promise.all(Array.from({ length: 8 }, () => approved(house)))
    const receipts = await Promise.all(
      grants.map(async ({ redeem }, at) => done(await desk(at).redeem(redeem)).receipt),
    )
    const kids = receipts.map(
      (receipt) => JSON.parse(Buffer.from(String(receipt.split('.')[0]), 'base64url').toString()).kid,
    )
    const keys = await db.read.selectFrom('signing_keys').select('id').execute()
    expect(new Set(kids)).toEqual(new Set(keys.map(({ id }) => id)))
    expect(keys).toHaveLength(1)
  })
})
