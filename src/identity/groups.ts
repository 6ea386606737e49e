// Answers an admin about groups of reviewers: which there are, who is in them, and what may be changed.

import type { GroupAccountRow, GroupRow } from '../../db/schema.ts'
import { type Entry, record } from '../audit/append.ts'
import type { Clock } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import { cutPage } from '../kit/page.ts'
import type { Database, Executor } from '../store/database.ts'
import { countPendingNaming } from '../store/due-approvals.ts'
import { replaceAccounts } from '../store/group-accounts.ts'
import * as store from '../store/groups.ts'
import { lockPeople } from '../store/persons.ts'
import { addMember, findApart, type OnAdded, removeMember, type WantedMember } from './group-members.ts'
import { asked, type GroupRefusal, inUse, nameTaken } from './group-refusals.ts'
import { type GroupView, viewOf } from './group-view.ts'
import { findPersonById, type Person } from './persons.ts'

export { apartNotice, type OnAdded } from './group-members.ts'
export type { GroupRefusal } from './group-refusals.ts'
export type { GroupView } from './group-view.ts'

/** Whoever may review without a policy; there is no row of it. */
export const RESERVED_NAME = 'reviewers'
/** In lower case. */
export const GROUP_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/
export const GROUP_KINDS = ['people', 'destination', 'external'] as const
export type GroupKind = (typeof GROUP_KINDS)[number]

/** What a platform said of a group, and when it was asked. */
export interface Told {
  askedAt: number
  answeredAt: number
  accounts: Omit<GroupAccountRow, 'group_id'>[]
}

/** `told`: of a group that a platform lists, what it said just now. */
export type WantedGroup = { name: string } & (
  | { kind: 'people' }
  | { kind: 'destination'; destinationId: string }
  | { kind: 'external'; destinationId: string; externalId: string; told: Told }
)

/** `destinationId` of a group of another kind than `people`; the rest, with what was told, of one that a platform lists. */
export interface GroupChange {
  name?: string | undefined
  destinationId?: string | undefined
  externalId?: string | undefined
  told?: Told | undefined
}

type Changed<Result> = Result | { refused: GroupRefusal } | undefined

/** `named`: anybody's text, the id or the name in any case. undefined, here and below: there is no such group. */
export interface Groups {
  /** In the order of their ids; `next` is the `after` of the following page. */
  list(after: string | undefined, limit: number): Promise<{ groups: GroupRow[]; next: string | undefined }>
  find(named: string): Promise<GroupView | undefined>
  /** `by`, here and below: the key that asks, or the command line. */
  create(wanted: WantedGroup, by: string): Promise<GroupView | { refused: GroupRefusal }>
  change(named: string, change: GroupChange, by: string): Promise<Changed<GroupView>>
  /** Not while an approval waits for it. Nobody is in it any more; votes that counted for it stay on record. */
  remove(named: string, by: string): Promise<Changed<true>>
  /**
   * Adding again changes the end. `person` is undefined when there is none; `apart`: others who are known by the given
   * address, whose accounts are not in the group.
   */
  addMember(named: string, wanted: WantedMember, by: string): Promise<Changed<AddedMember>>
  /** false: that person is no member. */
  removeMember(named: string, personId: string, by: string): Promise<boolean | undefined>
}

export interface AddedMember {
  group: GroupView
  person: Person | undefined
  apart: Person[]
}

export interface GroupOptions {
  db: Database
  clock: Clock
  /** Whether the policy in force names the group. */
  isInUse(trx: Executor, name: string): Promise<boolean>
  /** In the same transaction, when somebody becomes a member. */
  onAdded?: OnAdded
}

export function createGroups({ db, clock, isInUse, onAdded }: GroupOptions): Groups {
  /** Each change builds on what the others wrote. */
  const changing = <Result>(named: string, work: (trx: Executor, group: GroupRow) => Promise<Result>) =>
    db.transact(async (trx) => {
      await lockPeople(trx)
      const found = await findNamed(trx, named)
      if (found) await store.lockGroup(trx, found.id)
      const group = found && (await store.findGroup(trx, found.id))
      return group && work(trx, group)
    })

  return {
    async list(after, limit) {
      const { shown, next } = cutPage(await store.listGroups(db.read, after, limit + 1), limit)
      return { groups: shown, next }
    },
    async find(named) {
      const row = await findNamed(db.read, named)
      return row && viewOf(db.read, row)
    },
    create: (wanted, by) => db.transact((trx) => create(trx, wanted, by, clock.now())),
    change: (named, change, by) =>
      changing(named, async (trx, group) => {
        const { name = group.name } = change
        if (name !== group.name) {
          if (await isInUse(trx, group.name)) return { refused: inUse(group.name) }
          if (await findNamed(trx, name)) return { refused: nameTaken(name) }
        }
        return applyChange(trx, group, change, by, clock.now())
      }),
    remove: (named, by) =>
      changing(named, async (trx, group) => {
        if (await isInUse(trx, group.name)) return { refused: inUse(group.name) }
        const { count, first } = await countPendingNaming(trx, group.id)
        if (first !== null) return { refused: asked(group.name, count, first) }
        await store.deleteGroup(trx, group.id)
        await record(trx, entryOf('group.deleted', group, by, clock.now()))
        return true
      }),
    addMember: (named, wanted, by) =>
      changing(named, async (trx, group) => {
        const person = await addMember(trx, group, wanted, { by, now: clock.now() }, onAdded)
        if (person && 'refused' in person) return person
        const apart = person && 'email' in wanted.who ? await findApart(trx, person, wanted.who.email) : []
        return { group: await viewOf(trx, group), person, apart }
      }),
    removeMember: (named, personId, by) =>
      changing(named, async (trx, group) => {
        const person = await findPersonById(trx, personId)
        return person !== undefined && removeMember(trx, group, person, { by, now: clock.now() })
      }),
  }
}

async function findNamed(db: Executor, named: string): Promise<GroupRow | undefined> {
  const byId = await store.findGroup(db, named)
  if (byId) return byId
  const name = named.toLowerCase()
  return GROUP_NAME.test(name) ? (await store.findNamedGroups(db, [name]))[0] : undefined
}

async function create(
  trx: Executor,
  wanted: WantedGroup,
  by: string,
  now: number,
): Promise<GroupView | { refused: GroupRefusal }> {
  await lockPeople(trx)
  const row: GroupRow = {
    id: newId('grp'),
    name: wanted.name,
    kind: wanted.kind,
    destination_id: 'destinationId' in wanted ? wanted.destinationId : null,
    external_id: 'externalId' in wanted ? wanted.externalId : null,
    ...('told' in wanted ? askedOf(wanted.told) : { asked_at: null, answered_at: null, ask_error: null }),
    created_at: now,
  }
  if (!(await store.insertGroup(trx, row))) return { refused: nameTaken(row.name) }
  if ('told' in wanted) await keepTold(trx, row, wanted.told)
  await record(trx, entryOf('group.created', row, by, now))
  return viewOf(trx, row)
}

async function applyChange(
  trx: Executor,
  group: GroupRow,
  { name = group.name, destinationId, externalId, told }: GroupChange,
  by: string,
  now: number,
): Promise<GroupView> {
  const changed: GroupRow = {
    ...group,
    name,
    destination_id: destinationId ?? group.destination_id,
    external_id: externalId ?? group.external_id,
    ...(told && askedOf(told)),
  }
  await store.updateGroup(trx, group.id, changed)
  if (told) await keepTold(trx, changed, told)
  await record(trx, entryOf('group.changed', changed, by, now))
  return viewOf(trx, changed)
}

function askedOf({ askedAt, answeredAt }: Told): Pick<GroupRow, 'asked_at' | 'answered_at' | 'ask_error'> {
  return { asked_at: askedAt, answered_at: answeredAt, ask_error: null }
}

function keepTold(trx: Executor, { id }: GroupRow, { accounts }: Told): Promise<void> {
  return replaceAccounts(
    trx,
    id,
    accounts.map((account) => ({ group_id: id, ...account })),
  )
}

function entryOf(
  action: 'group.created' | 'group.changed' | 'group.deleted',
  { id, name, kind, destination_id, external_id }: GroupRow,
  by: string,
  at: number,
): Entry {
  return { at, action, subject: id, facts: { by, name, kind, destination_id, external_id }, personal: {} }
}
