// Shows that what is due with many approvals is done with each, also where it fails with one, and with none that is over.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDesk } from '../../src/approvals/create-desk.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { DESK, type Office, openOffice, recordOf, UNREACHED_AFTER_MS } from '../fakes/office.ts'
import { setGroup, setPolicy } from '../fakes/rules-in-force.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let office: Office
  beforeAll(async () => {
    database = await create()
    office = await openOffice(database.url, clock)
    await setGroup(office.db, 'heads', [])
    const ask = { escalate: { after_seconds: 60, to: 'heads' }, tell: ['reviewers'] }
    await setPolicy(office.db, { rules: [{ name: 'all', match: {}, ask }] })
  })
  afterAll(async () => {
    await office.close()
    await database.drop()
  })

  const audited = async ({ id }: { id: string }) => (await recordOf(office.db, id)).audit
  const setRuling = (id: string, ruling: string) =>
    office.db.transact((trx) => trx.updateTable('approvals').set({ ruling }).where('id', '=', id).execute())

  test('what is overdue is neither escalated nor reminded of, also before it is marked as expired', async () => {
    const asked = await office.ask({ expiresInSeconds: 120 })
    clock.advance(2 * MINUTE)
    expect([await office.desk.escalateDue(), await office.desk.remindDue()]).toEqual([0, 0])
    expect(await audited(asked)).toEqual(['approval.requested'])
    expect(await office.desk.expireDue()).toBe(1)
  })

  test.each([
    ['escalateDue', HOUR / 2, 'approval.escalated'],
    ['noticeUnreached', UNREACHED_AFTER_MS, 'approval.unreached'],
    ['expireDue', HOUR, 'approval.expired'],
  ] as const)(
    '%s: one with which it fails holds up no other, and is tried again in a minute',
    async (duty, afterMs, done) => {
      const failed: string[] = []
      const desk = createDesk({ ...DESK, db: office.db, clock, onFailed: (_, id) => failed.push(id) })
      const all = [await office.ask(), await office.ask(), await office.ask()] as const
      const [broken, ...others] = all
      const { approval } = await recordOf(office.db, broken.id)
      await setRuling(broken.id, 'not JSON')
      clock.advance(afterMs)
      expect([await desk[duty](), await desk[duty]()]).toEqual([2, 0])
      for (const one of others) expect(await audited(one)).toContain(done)
      expect(await audited(broken)).not.toContain(done)
      expect(failed).toEqual([broken.id])

      // Where nobody is told, it fails as before.
      await expect(office.desk[duty]()).rejects.toThrow('JSON')
      await setRuling(broken.id, approval.ruling as string)
      expect(await desk[duty]()).toBe(0)
      clock.advance(MINUTE)
      expect(await desk[duty]()).toBe(1)
      expect(await audited(broken)).toContain(done)
      for (const { id } of all) await office.desk.withdraw({ approvalId: id })
    },
  )
})
