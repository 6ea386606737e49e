// Answers an admin about people: who there is, what may be changed, who is one and who is disabled.

import type { PersonRow, VouchingRow } from '../../db/schema.ts'
import { record } from '../audit/append.ts'
import type { Clock } from '../kit/clock.ts'
import { cutPage } from '../kit/page.ts'
import type { Database, Executor } from '../store/database.ts'
import * as store from '../store/persons.ts'
import { findVouching } from '../store/vouching.ts'
import { type Doing, disable, enable, findByFolded } from './disabling.ts'
import { changeVouching, join, joinByHand, unjoin } from './joining.ts'
import { findPeople, findPersonById, namedRow, type Person } from './persons.ts'
import type { Role } from './principal.ts'

export interface PersonChange {
  name?: string | undefined
  roles?: Role[] | undefined
  disabled?: boolean | undefined
}

/** An admin has said that what this tenant tells of addresses in this mail domain is true. */
export type Vouched = VouchingRow

export interface People {
  /** In the order of their ids; `next` is the `after` of the following page. */
  list(after: string | undefined, limit: number): Promise<{ people: Person[]; next: string | undefined }>
  /** `id`: anybody's text; of a person who was joined to an elder one, that one. */
  find(id: string): Promise<Person | undefined>
  /** undefined: there is no such person. `by`: the key that asks, or the command line. */
  change(id: string, change: PersonChange, by: string): Promise<Person | undefined>
  /**
   * Disables everybody who is known by this address, in whatever spelling, and ends their keys. Returns who they are;
   * empty: nobody is.
   */
  disableByEmail(email: string, by: string): Promise<Person[]>
  /** Both are one from then on. undefined: one of them does not exist. */
  join(id: string, otherId: string, by: string): Promise<Person | 'disabled' | undefined>
  /**
   * Sets the person back who was joined to an elder one; they are not joined again but by hand. undefined: there is
   * no such person; `not_joined`: they are joined to nobody elder.
   */
  unjoin(id: string, by: string): Promise<Person | 'not_joined' | undefined>
  vouching(): Promise<Vouched[]>
  setVouching(wanted: Vouched[], by: string): Promise<void>
}

export function createPeople({ db, clock }: { db: Database; clock: Clock }): People {
  /** Each change builds on what the others wrote. */
  const alone = <Result>(work: (trx: Executor) => Promise<Result>) =>
    db.transact(async (trx) => {
      await store.lockPeople(trx)
      return work(trx)
    })

  return {
    async list(after, limit) {
      const { shown, next } = cutPage(await store.listPersons(db.read, after, limit + 1), limit)
      const ids = shown.map(({ id }) => id)
      const people = await findPeople(db.read, ids)
      return { people: ids.map((id) => people.get(id) as Person), next }
    },
    find: (id) => findPersonById(db.read, id),
    change: (id, wanted, by) =>
      alone(async (trx) => {
        const person = await findPersonById(trx, id)
        if (!person) return undefined
        const doing = { by, now: clock.now() }
        await changeNameAndRoles(trx, person, wanted, doing)
        if (wanted.disabled === true) await disable(trx, [person], doing)
        if (wanted.disabled === false) await enable(trx, person, doing)
        return findPersonById(trx, id)
      }),
    disableByEmail: (email, by) =>
      alone(async (trx) => {
        const people = await findByFolded(trx, [email])
        await disable(trx, people, { by, now: clock.now() })
        return people
      }),
    join: (id, otherId, by) =>
      alone(async (trx) => {
        const [one, other] = [await findPersonById(trx, id), await findPersonById(trx, otherId)]
        if (!one || !other) return undefined
        if (one.isDisabled !== other.isDisabled) return 'disabled'
        if (one.id === other.id) await joinByHand(trx, one, [id, otherId], by, clock.now())
        else await join(trx, one, other, by, clock.now())
        return findPersonById(trx, id)
      }),
    unjoin: (id, by) =>
      alone(async (trx) => {
        const row = await store.findPerson(trx, id)
        if (!row) return undefined
        if (row.merged_into === null) return 'not_joined'
        await unjoin(trx, row, { by, apartBy: by }, clock.now())
        return findPersonById(trx, id)
      }),
    vouching: () => findVouching(db.read),
    setVouching: (wanted, by) =>
      alone(async (trx) => {
        await changeVouching(trx, wanted, clock.now())
        const entry = { at: clock.now(), action: 'vouching.changed', subject: 'vouching' } as const
        await record(trx, { ...entry, facts: { by, vouching: wanted }, personal: {} })
      }),
  }
}

/** A right is given to the eldest row alone, and taken from every one: after a separation nobody keeps it by accident. */
async function changeNameAndRoles(
  trx: Executor,
  person: Person,
  { name, roles }: PersonChange,
  { by, now }: Doing,
): Promise<void> {
  if (name === undefined && roles === undefined) return
  const eldest = person.rows[0] as PersonRow
  if (name !== undefined) await store.updatePersons(trx, [namedRow(person.rows).id], { name })
  for (const row of roles === undefined ? [] : person.rows) {
    const kept = (JSON.parse(row.roles) as Role[]).filter((role) => roles?.includes(role))
    const added = row === eldest ? (roles ?? []).filter((role) => !person.roles.has(role)) : []
    await store.updatePersons(trx, [row.id], { roles: JSON.stringify([...kept, ...added]) })
  }
  await record(trx, {
    at: now,
    action: 'person.changed',
    subject: person.id,
    facts: { by, roles: roles ?? [...person.roles] },
    personal: { name: name ?? person.name },
  })
}
