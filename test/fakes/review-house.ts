// Opens an office with people in groups and a policy, and lets them vote in few words.

import type { ApprovalView, Verdict } from '../../src/approvals/view.ts'
import { createPeople, type People } from '../../src/identity/people.ts'
import { newPerson } from '../../src/identity/persons.ts'
import { newId } from '../../src/kit/ids.ts'
import { insertGroup, insertMember } from '../../src/store/groups.ts'
import { insertAccount, insertPerson } from '../../src/store/persons.ts'
import type { databases } from './databases.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'
import { member as account, type Office, openOffice, press } from './office.ts'
import { setPolicy } from './rules-in-force.ts'

type Decision = Parameters<typeof press>[4]

export interface ReviewHouse {
  office: Office
  /** Another process on the same database, on PostgreSQL; the same one on SQLite. */
  other: Office
  clock: ManualClock
  /** Where every card stands. */
  place: string
  people: People
  /** Known by the account of this user with this address; resolves with the id. The same again is the same. */
  person(userId: string): Promise<string>
  /** Replaces nobody: adds them to it, and makes it where it is not there. */
  group(name: string, ...userIds: string[]): Promise<void>
  /** Adds a person whom the test has made. */
  member(name: string, personId: string): Promise<void>
  leave(name: string, userId: string): Promise<void>
  /** A new version, in force from now on. */
  policy(text: string): Promise<void>
  /** As the account of this user; resolves with how it stands then, or the code of a refusal. */
  vote(
    asked: { id: string },
    userId: string,
    verdict?: Verdict,
    wanted?: Decision & { desk?: Office['desk'] },
  ): Promise<string>
  stand(asked: { id: string }): Promise<ApprovalView>
  close(): Promise<void>
}

export const addressOf = (userId: string) => `${userId.toLowerCase()}@example.com`
const TENANT = { platform: 'scripted', tenant: 'T1' }

export async function openReviewHouse({ name, create }: (typeof databases)[number]): Promise<ReviewHouse> {
  const database = await create()
  const clock = manualClock()
  const office = await openOffice(database.url, clock)
  const other = name === 'postgres' ? await openOffice(database.url, clock) : office
  const place = await office.destination()
  const persons = new Map<string, Promise<string>>()
  const groups = new Map<string, string>()
  const { db } = office

  async function makePerson(userId: string): Promise<string> {
    const row = newPerson(`Reviewer ${userId}`, {}, clock.now())
    const emails = JSON.stringify([addressOf(userId)])
    await db.transact(async (trx) => {
      await insertPerson(trx, row)
      const account = { ...TENANT, user_id: userId, person_id: row.id }
      await insertAccount(trx, { ...account, emails, email_confirmed: 0 })
    })
    return row.id
  }

  function person(userId: string): Promise<string> {
    const made = persons.get(userId) ?? makePerson(userId)
    persons.set(userId, made)
    return made
  }

  async function groupId(name: string): Promise<string> {
    const known = groups.get(name)
    if (known) return known
    const id = newId('grp')
    const nothing = { destination_id: null, external_id: null, asked_at: null, answered_at: null }
    const row = { id, name, kind: 'people', ...nothing, ask_error: null, created_at: clock.now() }
    await db.transact((trx) => insertGroup(trx, row))
    groups.set(name, id)
    return id
  }

  async function member(name: string, person_id: string): Promise<void> {
    const group_id = await groupId(name)
    const added = { added_by: 'test', added_at: clock.now(), until: null }
    await db.transact((trx) => insertMember(trx, { group_id, person_id, ...added }))
  }

  return {
    office,
    other,
    clock,
    place,
    people: createPeople({ db, clock }),
    person,
    async group(name, ...userIds) {
      await groupId(name)
      for (const userId of userIds) await member(name, await person(userId))
    },
    member,
    async leave(name, userId) {
      const [group_id, person_id] = [await groupId(name), await person(userId)]
      await db.transact((trx) =>
        trx
          .deleteFrom('group_members')
          .where('group_id', '=', group_id)
          .where('person_id', '=', person_id)
          .execute(),
      )
    },
    policy: (text) => setPolicy(db, text),
    async vote(asked, userId, verdict = 'approve', { desk = office.desk, ...wanted } = {}) {
      if (wanted.by === undefined) await person(userId)
      const by = account(userId, { emails: [addressOf(userId)] })
      const outcome = await desk.decide(press(asked, place, userId, verdict, { by, ...wanted }))
      return outcome.ok ? outcome.value.status : outcome.refusal.code
    },
    stand: async ({ id }) => (await office.queries.find(id)) as ApprovalView,
    async close() {
      await office.close()
      if (other !== office) await other.close()
      await database.drop()
    },
  }
}

/** Of any action two of the group payments and one of the group security must approve, or what else is said. */
export const ASK_BOTH = `
rules:
  - name: both
    match: {}
    ask: { requirements: [{ group: payments, approvals: 2 }, { group: security, approvals: 1 }] }
`
