// Proves what votes come to: each person counts once, and the approval closes when the votes suffice.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPeople } from '../../src/identity/people.ts'
import { findCards, rememberCard } from '../../src/store/posted-cards.ts'
import { databases } from '../fakes/databases.ts'
import { member, type Office, press, recordOf } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const ROUNDS = 20

describe.each(databases)('on $name', ({ name, create }) => {
  let room: PostRoom
  let office: Office
  let place: string

  beforeEach(async () => {
    room = await openPostRoom(create)
    office = room.office
    place = await office.destination()
  })
  afterEach(() => room.close())

  /** Something that two people must approve. */
  const askTwo = () => office.ask({ approvalsNeeded: 2 })
  const by = (userId: string, email: string) => member(userId, { emails: [email] })
  const vote = (
    asked: { id: string },
    who = by('U1', 'ana@example.com'),
    verdict: 'approve' | 'deny' = 'approve',
  ) => office.desk.decide(press(asked, place, 'U', verdict, { by: who }))
  const people = () => createPeople({ db: office.db, clock: room.clock })
  const codeOf = async (outcome: ReturnType<typeof vote>) => {
    const ended = await outcome
    return ended.ok ? ended.value.status : ended.refusal.code
  }

  test('a second vote of one person is refused, and the server goes on', async () => {
    const asked = await askTwo()
    expect(await codeOf(vote(asked))).toBe('pending')
    expect(await codeOf(vote(asked))).toBe('already_voted')
    expect(await codeOf(vote(asked, by('U1', 'ana@example.com'), 'deny'))).toBe('already_voted')
    expect((await recordOf(office.db, asked.id)).decisions).toHaveLength(1)
  })

  test('also where one approval is enough and the vote is there without having closed it', async () => {
    const asked = await askTwo()
    await vote(asked)
    await office.db.transact((trx) => trx.updateTable('approvals').set({ approvals_needed: 1 }).execute())
    expect(await codeOf(vote(asked))).toBe('already_voted')
    expect(await codeOf(vote(asked, by('U2', 'ben@example.com')))).toBe('approved')
  })

  test('a vote that does not close is on record, shown, told to machines, and drawn on the card alone', async () => {
    await room.worker()
    const asked = await askTwo()
    const [card] = await room.settled(asked.id, 1)
    const outcome = await vote(asked)
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        status: 'pending',
        closed_at: null,
        decisions: [{ verdict: 'approve', reviewer: { name: 'Reviewer U1' } }],
        progress: [{ requirement: 'reviewers', approved: [{ name: 'Reviewer U1' }], missing: 1 }],
      },
    })
    expect(await office.queries.find(asked.id)).toEqual(outcome.ok && outcome.value)
    await room.settled(asked.id, 2)
    const [post, ...redraws] = room.platform.sent.map(({ what, status }) => `${what} ${status}`)
    expect([post, new Set(redraws)]).toEqual(['post pending', new Set(['redraw pending'])])
    const { audit, events } = await recordOf(office.db, asked.id)
    expect(audit).toEqual(['approval.requested', 'approval.reviewed'])
    expect(events).toEqual(['approval.requested', 'approval.voted'])
    expect(card?.destination_id).toBe(place)

    expect(await codeOf(vote(asked, by('U2', 'ben@example.com')))).toBe('approved')
    expect(await office.queries.find(asked.id)).toMatchObject({
      decisions: [{ reviewer: { name: 'Reviewer U1' } }, { reviewer: { name: 'Reviewer U2' } }],
      progress: [{ missing: 0 }],
      review_notes: 'Approved by Reviewer U1 via scripted and Reviewer U2 via scripted',
    })
  })

  test.each([
    ['Bo via slack and Ana Ruiz', '“Bo via slack and Ana Ruiz”'],
    ['Kurz, Ines', '“Kurz, Ines”'],
    ['Bo\uff0c Ana', '“Bo\uff0c Ana”'],
    ['Bo” AND “Ana', "“Bo' AND 'Ana”"],
    ['Bo via api: fine / as', '“Bo via api: fine / as”'],
    ['Andrea Viale-Anderson (CISO)', 'Andrea Viale-Anderson (CISO)'],
  ])('whoever is called %s reads as one voter', async (name, shown) => {
    const asked = await askTwo()
    await vote(asked, member('U1', { name, emails: ['bo@example.com'] }))
    await vote(asked, by('U2', 'ben@example.com'))
    const first = `${shown} and Reviewer U2`
    expect(await vote(asked, by('U3', 'gil@example.com'))).toMatchObject({ refusal: { first } })
    expect(await office.queries.find(asked.id)).toMatchObject({
      review_notes: `Approved by ${shown} via scripted and Reviewer U2 via scripted`,
    })
  })

  test('nobody is sent a new message for a vote', async () => {
    const asked = await askTwo()
    const { deliveries } = await recordOf(office.db, asked.id)
    const late = await office.destination()
    await vote(asked)
    const told = (await recordOf(office.db, asked.id)).deliveries.slice(deliveries.length)
    expect(told.map(({ destination_id, type }) => [destination_id, type])).toEqual([
      [place, 'approval.voted'],
    ])
    expect(told.some(({ destination_id }) => destination_id === late)).toBe(false)
  })

  test('the same press again gets the first outcome, also of a vote that closed nothing', async () => {
    const asked = await askTwo()
    const command = press(asked, place, 'U', 'approve', { by: by('U1', 'ana@example.com') })
    const first = await office.desk.decide(command)
    expect(await office.desk.decide(command)).toEqual(first)
  })

  test('one denial closes, and the approvals before it stay on record', async () => {
    const asked = await askTwo()
    await vote(asked)
    expect(await codeOf(vote(asked, by('U2', 'ben@example.com'), 'deny'))).toBe('denied')
    expect(await office.queries.find(asked.id)).toMatchObject({
      status: 'denied',
      decisions: [{ verdict: 'approve' }, { verdict: 'deny' }],
      review_notes: 'Denied by Reviewer U2 via scripted',
    })
  })

  test.each(['ana@example.com', 'ANA@example.com', 'a.n.a+work@Example.com'])(
    'two accounts with one address are one person, spelt %s too',
    async (spelling) => {
      const asked = await askTwo()
      await vote(asked)
      expect(await codeOf(vote(asked, by('U2', spelling)))).toBe('already_voted')
    },
  )

  test('an account without an address does not vote where two are needed, unless an admin joined it', async () => {
    const [asked, plain] = [await askTwo(), await office.ask()]
    expect(await codeOf(vote(asked, member('U7')))).toBe('reviewer_unverified')
    expect(await codeOf(vote(plain, member('U7')))).toBe('approved')
    await vote(asked, by('U8', 'gil@example.com'))
    const { people: all } = await people().list(undefined, 10)
    const [unknown, gil] = all.map(({ id }) => id) as [string, string]
    await people().join(unknown, gil, 'key_admin')
    expect(await codeOf(vote(asked, member('U7')))).toBe('already_voted')
    expect(await codeOf(vote(await askTwo(), member('U7')))).toBe('pending')
  })

  test('the vote of somebody who was disabled since does not count, and they cast none', async () => {
    const asked = await askTwo()
    await vote(asked)
    for (const _ of ['once', 'and again'])
      expect(await people().disableByEmail('A.na@example.com', 'key_admin')).toHaveLength(1)
    const entries = office.db.read.selectFrom('audit').selectAll().where('action', '=', 'person.disabled')
    expect(await entries.execute()).toHaveLength(1)
    expect(await codeOf(vote(asked, by('U2', 'ben@example.com')))).toBe('pending')
    expect(await codeOf(vote(asked, by('U3', 'ana+2@example.com')))).toBe('reviewer_disabled')
    expect(await codeOf(vote(asked, by('U4', 'gil@example.com')))).toBe('approved')
    expect(await office.queries.find(asked.id)).toMatchObject({
      progress: [{ approved: [{ name: 'Reviewer U2' }, { name: 'Reviewer U4' }], missing: 0 }],
      review_notes: 'Approved by Reviewer U2 via scripted and Reviewer U4 via scripted',
    })
  })

  test('of the two last votes at once, one closes', async () => {
    const offices = name === 'postgres' ? [office, await room.otherOffice()] : [office, office]
    for (let round = 0; round < ROUNDS; round++) {
      const asked = await askTwo()
      const outcomes = await Promise.all(
        offices.map(({ desk }, i) =>
          desk.decide(press(asked, place, 'U', 'approve', { by: by(`U${i}`, `${i}@example.com`) })),
        ),
      )
      expect(outcomes.map((one) => one.ok && one.value.status).sort()).toEqual(['approved', 'pending'])
      expect((await recordOf(office.db, asked.id)).approval.status).toBe('approved')
    }
  })

  test('a card on which several voted is one card', async () => {
    const asked = await askTwo()
    const card = { destination_id: place, handle: 'the card', subject_id: asked.id, posted_at: 1, whole: 1 }
    await office.db.transact((trx) => rememberCard(trx, card))
    const at = { destinationIds: [place], handle: 'the card' }
    for (const [user, email] of [
      ['U1', 'ana@example.com'],
      ['U2', 'ben@example.com'],
    ] as const) {
      await office.desk.decide(press(asked, place, 'U', 'approve', { by: by(user, email), at }))
    }
    expect(await findCards(office.db.read, asked.id, place)).toEqual([card])
  })
})
