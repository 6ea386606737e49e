// Shows what a person hears who presses again once their own vote, or another's, has closed an approval.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPeople } from '../../src/identity/people.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { member, type Office, openOffice, press } from '../fakes/office.ts'

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let office: Office
  let place: string

  beforeEach(async () => {
    database = await create()
    office = await openOffice(database.url, clock)
    place = await office.destination()
  })
  afterEach(async () => {
    await office.close()
    await database.drop()
  })

  /** A new press, each time. */
  const vote = (asked: { id: string }, userId: string, verdict: 'approve' | 'deny' = 'approve') => {
    const by = member(userId, { emails: [`${userId}@example.com`] })
    return office.desk.decide(press(asked, place, userId, verdict, { by }))
  }
  const told = async (asked: { id: string }, userId: string, verdict: 'approve' | 'deny' = 'approve') => {
    const outcome = await vote(asked, userId, verdict)
    return outcome.ok ? undefined : outcome.refusal
  }
  const decided = { code: 'already_decided', status: 409 }

  test.each([
    ['approve', 'You have already approved this', 'Already approved'],
    ['deny', 'You have already denied this', 'Already denied'],
  ] as const)('who decided alone by %s hears that it was they', async (verdict, text, toOthers) => {
    const asked = await office.ask()
    await vote(asked, 'Ana', verdict)
    for (const again of ['approve', 'deny'] as const)
      expect(await told(asked, 'Ana', again)).toEqual({ ...decided, text, first: null })
    expect(await told(asked, 'Ben')).toEqual({ ...decided, text: toOthers, first: 'Reviewer Ana' })
  })

  test('also by another of their accounts, once that is joined', async () => {
    const asked = await office.ask()
    await vote(asked, 'Ana')
    await vote(await office.ask(), 'Elsewhere')
    const people = createPeople({ db: office.db, clock })
    const [ana, elsewhere] = (await people.list(undefined, 10)).people
    expect(await told(asked, 'Elsewhere')).toMatchObject({ text: 'Already approved', first: 'Reviewer Ana' })
    await people.join(String(ana?.id), String(elsewhere?.id), 'key_admin')
    const text = 'You have already approved this'
    expect(await told(asked, 'Elsewhere')).toEqual({ ...decided, text, first: null })
  })

  test('where several decided, who voted hears of their vote and of how it ended', async () => {
    const asked = await office.ask({ approvalsNeeded: 2 })
    for (const userId of ['Ana', 'Ben']) await vote(asked, userId)
    const first = 'Reviewer Ana and Reviewer Ben'
    for (const userId of ['Ana', 'Ben']) {
      const text = 'You have already approved this; it was approved'
      expect(await told(asked, userId)).toEqual({ ...decided, text, first })
    }
    expect(await told(asked, 'Gil')).toEqual({ ...decided, text: 'Already approved', first })
  })

  test('who approved what another then denied, or the agent withdrew, hears that', async () => {
    const [denied, withdrawn] = [
      await office.ask({ approvalsNeeded: 2 }),
      await office.ask({ approvalsNeeded: 2 }),
    ]
    for (const asked of [denied, withdrawn]) await vote(asked, 'Ana')
    await vote(denied, 'Ben', 'deny')
    await office.desk.withdraw({ approvalId: withdrawn.id })
    const text = 'You have already approved this; it was'
    expect(await told(denied, 'Ana')).toEqual({ ...decided, text: `${text} denied`, first: 'Reviewer Ben' })
    expect(await told(denied, 'Ben')).toMatchObject({ text: 'You have already denied this', first: null })
    expect(await told(withdrawn, 'Ana')).toEqual({ ...decided, text: `${text} withdrawn`, first: null })
  })
})
