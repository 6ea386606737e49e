// Shows that the limit of pending approvals is kept, though they are not counted each time.

import { describe, expect, test } from 'vitest'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { asking, openOffice } from '../fakes/office.ts'

describe.each(databases)('on $name', ({ name, create }) => {
  test('whatever was closed, refused or asked by others before, and when the limit changes', async () => {
    const database = await create()
    const office = await openOffice(database.url, manualClock())
    const open: string[] = []
    const ask = async (mostPending: number | undefined, ownerKeyId = 'key_a') => {
      const outcome = await office.desk.request(
        asking({ ...(mostPending !== undefined && { mostPending }), ownerKeyId }),
      )
      if (!outcome.ok) return outcome.refusal.code
      if (ownerKeyId === 'key_a') open.push(outcome.value.approval.id)
      return 'asked'
    }
    const most = async (limit: number) => {
      for (let i = open.length; i < limit; i++) expect(await ask(limit), `${i} of ${limit}`).toBe('asked')
      expect(await ask(limit)).toBe('too_many_pending')
      expect(await ask(limit)).toBe('too_many_pending')
    }
    const withdraw = (count: number) =>
      Promise.all(open.splice(0, count).map((approvalId) => office.desk.withdraw({ approvalId })))

    expect(await ask(0)).toBe('too_many_pending')
    await most(4)
    expect(await ask(4, 'key_b')).toBe('asked')
    await withdraw(3)
    await most(4)
    expect(await ask(2)).toBe('too_many_pending')
    await most(6)
    // As a test of a destination does.
    expect(await ask(undefined)).toBe('asked')
    expect(await ask(7)).toBe('too_many_pending')
    await withdraw(7)
    await most(2)

    await withdraw(2)
    const together = await Promise.all(Array.from({ length: 12 }, () => ask(5)))
    const taken = together.filter((said) => said === 'asked').length
    // On PostgreSQL those of one moment do not see each other: one for each connection may be too many.
    expect(taken).toBeGreaterThanOrEqual(5)
    expect(taken).toBeLessThanOrEqual(name === 'postgres' ? 15 : 5)
    await office.close()
    await database.drop()
  })
})
