// Shows that of what happens to an approval of several groups at once exactly one outcome is true everywhere.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { recordOf } from '../fakes/office.ts'
import { ASK_BOTH, openReviewHouse, type ReviewHouse } from '../fakes/review-house.ts'

const ROUNDS = 6 * EFFORT

describe.each(databases)('on $name', (engine) => {
  let house: ReviewHouse

  beforeAll(async () => {
    house = await openReviewHouse(engine)
    await house.group('payments', 'Ana', 'Ben', 'Cas')
    await house.group('security', 'Gil', 'Ben')
    await house.group('oncall', 'Ola')
  })
  afterAll(() => house.close())

  const elsewhere = () => ({ desk: house.other.desk })
  const outcomes = async (asked: { id: string }) => {
    const { approval, audit, decisions, events } = await recordOf(house.office.db, asked.id)
    const ends = events.filter((type) => type === 'approval.decided' || type === 'approval.expired')
    const reviewed = audit.filter((action) => action === 'approval.reviewed')
    expect(reviewed).toHaveLength(decisions.length)
    expect(ends).toHaveLength(approval.status === 'pending' ? 0 : 1)
    return { status: approval.status, votes: decisions.length }
  }

  test('the two last votes close it once', async () => {
    await house.policy(ASK_BOTH)
    for (let round = 0; round < ROUNDS; round++) {
      const asked = await house.office.ask()
      await house.vote(asked, 'Ana')
      const said = await Promise.all([
        house.vote(asked, 'Cas'),
        house.vote(asked, 'Gil', 'approve', elsewhere()),
      ])
      expect(said.toSorted()).toEqual(['approved', 'pending'])
      expect(await outcomes(asked)).toEqual({ status: 'approved', votes: 3 })
    }
  })

  test('of a last approval and a denial at once one closes it', async () => {
    await house.policy(ASK_BOTH)
    for (let round = 0; round < ROUNDS; round++) {
      const asked = await house.office.ask()
      await house.vote(asked, 'Ana')
      await house.vote(asked, 'Cas')
      const said = await Promise.all([
        house.vote(asked, 'Gil', 'approve', elsewhere()),
        house.vote(asked, 'Ben', 'deny'),
      ])
      const { status } = await outcomes(asked)
      expect(said.toSorted()).toEqual(['already_decided', status].toSorted())
    }
  })

  test('a policy that changes during a decision changes nothing of it', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await house.policy(ASK_BOTH)
      const asked = await house.office.ask()
      await house.vote(asked, 'Ana')
      await house.vote(asked, 'Gil')
      const [said] = await Promise.all([
        house.vote(asked, 'Cas', 'approve', elsewhere()),
        house.policy('default: deny\nrules: []'),
      ])
      expect(said).toBe('approved')
      expect((await house.stand(asked)).policy?.rule).toBe('both')
    }
  })

  test('an escalation and a decision at once: the vote of the next group counts only after it', async () => {
    await house.policy(
      `rules: [{ name: r, match: {}, ask: { requirements: [{ group: payments, approvals: 1 }],
                 escalate: { after_seconds: 600, to: oncall } } }]`,
    )
    for (let round = 0; round < ROUNDS; round++) {
      const asked = await house.office.ask()
      house.clock.advance(600_000)
      const [said, member] = await Promise.all([
        house.vote(asked, 'Ola', 'approve', elsewhere()),
        round % 2 === 0 ? house.vote(asked, 'Ana') : Promise.resolve('none'),
        house.office.desk.escalateDue(),
        house.other.desk.escalateDue(),
      ])
      const { audit, approval } = await recordOf(house.office.db, asked.id)
      const escalations = audit.filter((action) => action === 'approval.escalated').length
      expect(escalations).toBe(approval.escalated_at === null ? 0 : 1)
      if (said === 'approved') expect(escalations).toBe(1)
      const { status, votes } = await outcomes(asked)
      expect(votes).toBe([said, member].filter((one) => one === 'approved').length)
      expect(status).toBe(votes === 0 ? 'pending' : 'approved')
    }
  })

  test('disabled and voting at once, they count or they do not, and what is shown says which', async () => {
    await house.policy(ASK_BOTH)
    for (let round = 0; round < ROUNDS; round++) {
      const asked = await house.office.ask()
      await house.vote(asked, 'Gil')
      await house.vote(asked, 'Ana')
      const id = await house.person('Cas')
      const [said] = await Promise.all([
        house.vote(asked, 'Cas', 'approve', elsewhere()),
        house.people.change(id, { disabled: true }, 'test'),
      ])
      const { status } = await outcomes(asked)
      expect([said, status]).toEqual(
        said === 'approved' ? ['approved', 'approved'] : ['reviewer_disabled', 'pending'],
      )
      await house.people.change(id, { disabled: false }, 'test')
    }
  })
})
