// Shows that however many approvals are overdue, one look expires them all, and holds up nobody for long.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDesk } from '../../src/approvals/create-desk.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { DESK, type Office, openOffice } from '../fakes/office.ts'

const OVERDUE = 60

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let office: Office
  beforeEach(async () => {
    database = await create()
    office = await openOffice(database.url, clock)
  })
  afterEach(async () => {
    await office.close()
    await database.drop()
  })

  test('all expire, fifty at most in one transaction', async () => {
    await Promise.all(Array.from({ length: OVERDUE }, () => office.ask({ expiresInSeconds: 10 })))
    clock.advance(10_000)
    const batches: number[] = []
    let transactions = 0
    const { db } = office
    const desk = createDesk({
      ...DESK,
      clock,
      db: {
        ...db,
        transact(work) {
          transactions += 1
          return db.transact(work)
        },
      },
      onClosed() {
        batches[transactions] = (batches[transactions] ?? 0) + 1
      },
    })
    expect(await desk.expireDue()).toBe(OVERDUE)
    expect(batches.slice(1)).toEqual([50, 10])
    const { approvals } = await office.queries.list({ status: 'pending' }, 1)
    expect(approvals).toEqual([])
  })
})
