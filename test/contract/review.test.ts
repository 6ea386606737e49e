// Proves who may decide under a policy, and when it is decided: groups, notes, what was opened, and time.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Open } from '../../src/approvals/desk.ts'
import { announceAdded } from '../../src/approvals/reviewers-added.ts'
import { createGroups } from '../../src/identity/groups.ts'
import { newPerson } from '../../src/identity/persons.ts'
import { accountPrincipal } from '../../src/identity/principal.ts'
import { isNamedInForce } from '../../src/policy/versions.ts'
import { insertPerson } from '../../src/store/persons.ts'
import { databases } from '../fakes/databases.ts'
import { asking as askedFor, member, recordOf } from '../fakes/office.ts'
import { ASK_BOTH, addressOf, openReviewHouse, type ReviewHouse } from '../fakes/review-house.ts'

const asking = (ask: string) => `rules: [{ name: the rule, match: {}, ask: ${ask} }]`

describe.each(databases)('on $name', (engine) => {
  let house: ReviewHouse

  beforeEach(async () => {
    house = await openReviewHouse(engine)
    await house.group('payments', 'Ana', 'Ben', 'Cas')
    await house.group('security', 'Gil', 'Ben')
    await house.group('oncall', 'Ola')
  })
  afterEach(() => house.close())

  const open = (asked: { id: string }, userId: string, wanted: Partial<Open> = {}) =>
    house.office.strictDesk.open({
      approvalId: asked.id,
      by: member(userId, { emails: [addressOf(userId)] }),
      at: { destinationIds: [house.place], handle: `card of ${asked.id}` },
      isLast: () => true,
      ...wanted,
    })
  const codeOf = async (outcome: ReturnType<typeof open>) => {
    const ended = await outcome
    return ended.ok ? 'shown' : ended.refusal.code
  }

  test('what no rule asks for is decided by anybody who may press there, and the version is on record', async () => {
    await house.policy('rules: []')
    const asked = await house.office.ask()
    expect(asked.policy).toEqual({ version: 1, rule: null, because: [] })
    expect(await house.vote(asked, 'Stranger')).toBe('approved')
  })

  test('both groups must approve, and one person counts once, for the group that needs them', async () => {
    await house.policy(ASK_BOTH)
    const asked = await house.office.ask()
    expect(await house.vote(asked, 'Stranger')).toBe('not_a_reviewer')
    // Ben is in both: first it seems that payments needs him, then that security does.
    expect(await house.vote(asked, 'Ben')).toBe('pending')
    expect(await house.vote(asked, 'Ana')).toBe('pending')
    const of = (requirement: string, names: string[], missing: number) => ({
      requirement,
      approved: names.map((name) => expect.objectContaining({ name: `Reviewer ${name}` })),
      missing,
    })
    expect((await house.stand(asked)).progress).toEqual([
      of('payments', ['Ben', 'Ana'], 0),
      of('security', [], 1),
    ])
    expect(await house.vote(asked, 'Ben')).toBe('already_voted')
    expect(await house.vote(asked, 'Cas')).toBe('approved')
    const closed = await house.stand(asked)
    expect(closed.progress).toEqual([of('payments', ['Ana', 'Cas'], 0), of('security', ['Ben'], 0)])
    expect(closed.policy).toEqual({ version: 1, rule: 'both', because: [] })
  })

  test('the refusal names the groups, and a denial of one of them closes', async () => {
    await house.policy(ASK_BOTH)
    const asked = await house.office.ask()
    const by = member('Stranger', { emails: ['stranger@example.com'] })
    const at = { destinationIds: [house.place], handle: `card of ${asked.id}` }
    const press = { approvalId: asked.id, verdict: 'deny' as const, by, at, interactionId: 'press_1' }
    expect(await house.office.desk.decide(press)).toMatchObject({
      refusal: { text: 'Only members of payments and security may decide this' },
    })
    expect(await house.vote(asked, 'Gil', 'deny')).toBe('denied')
    expect(await house.vote(asked, 'Ana')).toBe('already_decided')
  })

  test('who left a group since their vote still counts for it; who is disabled does not', async () => {
    await house.policy(ASK_BOTH)
    const asked = await house.office.ask()
    await house.vote(asked, 'Ana')
    await house.vote(asked, 'Gil')
    await house.leave('payments', 'Ana')
    await house.people.change(await house.person('Gil'), { disabled: true }, 'test')
    expect(await house.vote(asked, 'Cas')).toBe('pending')
    expect((await house.stand(asked)).progress.map(({ missing }) => missing)).toEqual([0, 1])
    expect(await house.vote(asked, 'Ben')).toBe('approved')
  })

  test('who is in a group by an address counts with their first press, where the place is vouched for', async () => {
    await house.policy(ASK_BOTH)
    const { db } = house.office
    const given = newPerson('Kim', { email: 'kim@example.com' }, house.clock.now())
    await db.transact((trx) => insertPerson(trx, given))
    await house.member('security', given.id)
    const asked = await house.office.ask()
    const said = { emails: ['kim@example.com'], emailsConfirmed: true }
    const by = member('U0KIM', said)
    expect(await house.vote(asked, 'U0KIM', 'approve', { by })).toBe('not_a_reviewer')
    await house.people.setVouching([{ platform: 'scripted', tenant: 'T1', domain: 'example.com' }], 'test')
    const unconfirmed = member('U0OTHER', { emails: ['kim@example.com'] })
    expect(await house.vote(asked, 'U0OTHER', 'approve', { by: unconfirmed })).toBe('not_a_reviewer')
    const later = member('U0NEW', said)
    expect(await house.vote(asked, 'U0NEW', 'approve', { by: later })).toBe('pending')
    expect((await house.stand(asked)).progress[1]).toMatchObject({ missing: 0 })
  })

  test('the version in force when it was asked counts, whatever comes later', async () => {
    await house.policy(ASK_BOTH)
    const asked = await house.office.ask()
    await house.policy('rules: []')
    expect(await house.vote(asked, 'Stranger')).toBe('not_a_reviewer')
    const later = await house.office.ask()
    expect(await house.vote(later, 'Stranger')).toBe('approved')
    expect([asked.policy?.version, later.policy?.version]).toEqual([1, 2])
  })

  test('a test of a destination is subject to no policy', async () => {
    await house.policy('default: deny\nrules: []')
    const asked = await house.office.ask({ testOf: house.place })
    expect(asked).toMatchObject({ status: 'pending', policy: null })
    expect(await house.vote(asked, 'Stranger')).toBe('approved')
  })

  test('a vote that needs a note does not count without one, nor with blanks', async () => {
    await house.policy(asking('{ note_required: [deny] }'))
    const asked = await house.office.ask()
    expect(await house.vote(asked, 'Ana', 'deny')).toBe('note_required')
    expect(await house.vote(asked, 'Ana', 'deny', { note: ' \n ' })).toBe('note_required')
    expect(await house.vote(asked, 'Ana', 'deny', { note: 'too much' })).toBe('denied')
    expect((await house.stand(asked)).decisions).toMatchObject([{ note: 'too much' }])
    expect(await house.vote(await house.office.ask(), 'Ana')).toBe('approved')
  })

  test('where it must be opened, nobody approves before they have seen its end; to deny needs nothing', async () => {
    await house.policy(asking('{ details_must_be_opened: true }'))
    const asked = await house.office.ask()
    expect(await house.vote(asked, 'Ana')).toBe('details_not_opened')
    expect(await codeOf(open(asked, 'Ana', { isLast: () => false }))).toBe('shown')
    expect(await house.vote(asked, 'Ana')).toBe('details_not_opened')
    expect(await codeOf(open(asked, 'Ben'))).toBe('shown')
    expect(await house.vote(asked, 'Ana')).toBe('details_not_opened')
    expect(await codeOf(open(asked, 'Ana', { digest: `sha256:${'0'.repeat(64)}` }))).toBe('digest_mismatch')
    expect(await codeOf(open(asked, 'Ana', { digest: asked.digest }))).toBe('shown')
    expect(await codeOf(open(asked, 'Ana'))).toBe('shown')
    expect(await house.vote(asked, 'Ana')).toBe('approved')
    // Once for each who has seen it.
    expect((await recordOf(house.office.db, asked.id)).audit).toEqual([
      'approval.requested',
      'approval.reviewed',
      'approval.seen',
      'approval.seen',
    ])
    expect(await house.vote(await house.office.ask(), 'Gil', 'deny')).toBe('denied')
  })

  test('a card that does not show everything must be opened, and so must one that nobody remembers', async () => {
    const asked = await house.office.ask()
    const strict = { desk: house.office.strictDesk }
    expect(await house.vote(asked, 'Ana', 'approve', strict)).toBe('details_not_opened')
    expect(await codeOf(open(asked, 'Ana'))).toBe('shown')
    expect(await house.vote(asked, 'Ana', 'approve', strict)).toBe('approved')
  })

  test('a card that we remember has its buttons, and is not drawn anew when a press is refused', async () => {
    await house.policy(asking('{ details_must_be_opened: true, note_required: [deny] }'))
    const asked = await house.office.ask()
    const dueAt = async () =>
      (await recordOf(house.office.db, asked.id)).deliveries.map(({ next_attempt_at }) => next_attempt_at)
    const before = await dueAt()
    expect(await house.vote(asked, 'Ana')).toBe('details_not_opened')
    expect(await dueAt()).toEqual(before)
    expect(await house.vote(asked, 'Ana', 'deny')).toBe('note_required')
    expect(await dueAt()).toEqual(before)
    const at = { destinationIds: [house.place], handle: 'forgotten' }
    const strict = { desk: house.office.strictDesk, at }
    expect(await house.vote(asked, 'Ana', 'approve', strict)).toBe('details_not_opened')
    expect(await dueAt()).not.toEqual(before)
  })

  test('only those may look who may decide', async () => {
    await house.policy(ASK_BOTH)
    const asked = await house.office.ask({ requestedByEmail: addressOf('Cas') })
    expect(await codeOf(open(asked, 'Stranger'))).toBe('not_a_reviewer')
    expect(await codeOf(open(asked, 'Cas'))).toBe('own_request')
    expect(await codeOf(open({ id: 'apr_unknown' }, 'Ana'))).toBe('approval_not_found')
    expect(await codeOf(open(asked, 'Ana', { at: { destinationIds: [], handle: '' } }))).toBe(
      'not_a_reviewer',
    )
    const guest = accountPrincipal(
      { platform: 'scripted', tenant: 'T1', userId: 'Ana', name: 'Ana' },
      'guest',
    )
    expect(await codeOf(open(asked, 'Ana', { by: guest }))).toBe('not_a_reviewer')
    await house.vote(asked, 'Ana')
    expect(await codeOf(open(asked, 'Ana'))).toBe('shown')
    expect((await recordOf(house.office.db, asked.id)).audit).toContain('approval.seen')
  })

  test('after its time another group counts for whatever is missing, and nothing closes by itself', async () => {
    await house.policy(
      asking(`{ requirements: [{ group: payments, approvals: 1 }, { group: security, approvals: 1 }],
                escalate: { after_seconds: 600, to: oncall } }`),
    )
    const asked = await house.office.ask()
    expect(asked.review.escalation).toEqual({ to: 'oncall', at: '2026-01-01T00:10:00.000Z', done: false })
    expect(await house.vote(asked, 'Ola')).toBe('not_a_reviewer')
    await house.vote(asked, 'Ana')
    house.clock.advance(599_999)
    expect(await house.office.desk.escalateDue()).toBe(0)
    house.clock.advance(1)
    expect(await Promise.all([house.office.desk.escalateDue(), house.other.desk.escalateDue()])).toContain(1)
    expect(await house.stand(asked)).toMatchObject({
      status: 'pending',
      review: { escalation: { done: true } },
    })
    expect(await house.vote(asked, 'Ola')).toBe('approved')
    const { audit, events } = await recordOf(house.office.db, asked.id)
    expect(audit.filter((action) => action === 'approval.escalated')).toHaveLength(1)
    expect(events.filter((type) => type === 'approval.escalated')).toHaveLength(1)
  })

  test('an allowing rule closes it at once, and a denying one does, and nobody is asked', async () => {
    await house.policy(`
      rules:
        - { name: reads, match: { tools: ['*.read'] }, allow: true }
        - { name: never, match: { tools: ['db.drop_*'] }, deny: Ask the database team }`)
    const action = (tool: string) => ({ action: { tool, summary: tool, arguments: {} } })
    const read = await house.office.ask(action('Files.Read'))
    const drop = await house.office.ask(action('db.drop_table'))
    expect(read).toMatchObject({
      status: 'approved',
      answered_by: { kind: 'policy', rule: 'reads' },
      progress: [],
      decisions: [],
      review_notes: 'Approved by policy: rule “reads”',
    })
    expect(drop).toMatchObject({
      status: 'denied',
      answered_by: { kind: 'policy', rule: 'never' },
      review_notes: 'Denied by policy: Ask the database team',
    })
    expect(await house.vote(drop, 'Ana')).toBe('already_decided')
    const { audit, deliveries, events } = await recordOf(house.office.db, read.id)
    expect([audit, deliveries, events]).toEqual([
      ['approval.answered', 'approval.requested'],
      [],
      ['approval.decided'],
    ])
  })

  test('what the rule asks of the agent and of the time is kept to', async () => {
    await house.policy(asking('{ expires_in_seconds: 60, require: [reasons, summary, requested_by] }'))
    const refusal = await house.office.desk.request(askedFor({ reasons: [' '] }))
    expect(refusal).toMatchObject({
      refusal: {
        code: 'required_by_policy',
        text: 'The policy asks the agent for reasons and requested_by',
      },
    })
    const asked = await house.office.ask({ reasons: ['PII'], requestedByEmail: 'kim@example.com' })
    expect(asked.expires_at).toBe('2026-01-01T00:01:00.000Z')
  })

  test('cards go to the named destinations alone, whatever their filters, and machines hear as before', async () => {
    const other = await house.office.destination({ events: '["policy.*"]' })
    const machine = await house.office.destination({ channel_type: 'machine' })
    await house.policy(asking(`{ destinations: [${other}] }`))
    const asked = await house.office.ask()
    const { deliveries } = await recordOf(house.office.db, asked.id)
    expect(deliveries.map(({ destination_id }) => destination_id).sort()).toEqual([other, machine].sort())
  })

  test('who is added while it waits counts from then on, and the cards that wait say so', async () => {
    await house.policy(asking('{ requirements: [{ group: payments, approvals: 1 }] }'))
    const asked = await house.office.ask()
    const other = await house.office.ask()
    await house.vote(other, 'Ana')
    house.clock.advance(60_000)
    const groups = createGroups({
      db: house.office.db,
      clock: house.clock,
      isInUse: isNamedInForce,
      onAdded: announceAdded,
    })
    const kim = await house.person('Kim')
    await groups.addMember('payments', { who: { personId: kim }, until: null }, 'key_admin')
    expect((await house.stand(asked)).review.added).toEqual([
      { name: 'Reviewer Kim', group: 'payments', at: '2026-01-01T00:01:00.000Z' },
    ])
    const { events, deliveries } = await recordOf(house.office.db, asked.id)
    expect(events).toContain('approval.reviewers_added')
    expect(deliveries.map(({ type }) => type)).toEqual(['approval.requested', 'approval.reviewers_added'])
    expect((await recordOf(house.office.db, other.id)).events).not.toContain('approval.reviewers_added')
    expect(await house.vote(asked, 'Kim')).toBe('approved')
    expect(await groups.remove('payments', 'key_admin')).toMatchObject({ refused: { code: 'group_in_use' } })
  })

  test('who voted twice before an admin joined them counts once, for a group of either vote', async () => {
    const group = (name: string) => `{ group: ${name} }`
    await house.policy(
      asking(`{ requirements: [${['payments', 'security', 'oncall'].map(group).join(', ')}] }`),
    )
    const asked = await house.office.ask()
    await house.vote(asked, 'Ana')
    await house.vote(asked, 'Gil')
    await house.people.join(await house.person('Ana'), await house.person('Gil'), 'key_admin')
    const filled = async () =>
      (await house.stand(asked)).progress.map(({ approved }) => approved.map(({ name }) => name).join())
    expect(await filled()).toEqual(['Reviewer Ana', '', ''])
    expect(await house.vote(asked, 'Cas')).toBe('pending')
    expect(await filled()).toEqual(['Reviewer Cas', 'Reviewer Gil', ''])
    expect(await house.vote(asked, 'Ola')).toBe('approved')
    expect(await filled()).toEqual(['Reviewer Cas', 'Reviewer Gil', 'Reviewer Ola'])
    const { decisions } = await recordOf(house.office.db, asked.id)
    const counted = decisions.flatMap((row) => (row.counted === 1 ? [row.reviewer_name] : []))
    expect(counted.toSorted()).toEqual(['Reviewer Cas', 'Reviewer Gil', 'Reviewer Ola'])
  })

  test('a group is not deleted while an approval waits for it, also by a policy that came before', async () => {
    const { db } = house.office
    const groups = createGroups({ db, clock: house.clock, isInUse: isNamedInForce })
    await house.group('lawyers', 'Ana')
    await house.group('heads', 'Ben')
    await house.policy(
      asking('{ requirements: [{ group: lawyers }], escalate: { after_seconds: 60, to: heads } }'),
    )
    const first = await house.office.ask()
    const second = await house.office.ask()
    await house.policy('rules: []')
    const refusedOf = async (name: string) => {
      const removed = await groups.remove(name, 'key_admin')
      return typeof removed === 'object' ? removed.refused : removed
    }
    expect(await refusedOf('lawyers')).toEqual({
      code: 'group_in_use',
      text: `2 pending approvals, such as ${first.id}, ask the group lawyers: let people decide, or withdraw what nobody needs any more`,
    })
    await house.office.desk.withdraw({ approvalId: first.id })
    expect(await refusedOf('heads')).toMatchObject({
      text: expect.stringContaining(`${second.id} is pending and asks the group heads: `),
    })
    expect(await house.vote(second, 'Ana')).toBe('approved')
    expect([await refusedOf('lawyers'), await refusedOf('heads')]).toEqual([true, true])
  })

  test('a shadow rule is noted, and the search goes on', async () => {
    await house.policy(`
      rules:
        - { name: would deny, match: {}, deny: No, shadow: true }
        - { name: both, match: {}, ask: { requirements: [{ group: payments, approvals: 1 }] } }`)
    const asked = await house.office.ask()
    expect(asked).toMatchObject({ status: 'pending', policy: { rule: 'both' } })
    const { approval } = await recordOf(house.office.db, asked.id)
    expect(JSON.parse(approval.shadows ?? '')).toEqual([{ rule: 'would deny', would: 'deny' }])
  })

  test('a path that is missing makes it ask, and the card says why', async () => {
    await house.policy(`
      rules:
        - name: large
          match: { where: { amount: { above: 500 } } }
          ask: { requirements: [{ group: payments, approvals: 1 }] }`)
    const asked = await house.office.ask()
    expect(asked.policy?.because).toEqual(['amount is missing'])
    expect(asked.progress).toEqual([{ requirement: 'payments', approved: [], missing: 1 }])
  })
})
