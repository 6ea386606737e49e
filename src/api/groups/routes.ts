// Serves groups of reviewers: lists and changes them, and adds and removes who is in them.

import type { z } from 'zod'
import {
  type AddedMember,
  apartNotice,
  type GroupKind,
  type GroupRefusal,
  type Groups,
  type GroupView,
} from '../../identity/groups.ts'
import { isoTime } from '../../kit/clock.ts'
import { type Asked, type Endpoint, endpoint } from '../endpoint.ts'
import { notFound } from '../errors.ts'
import { answer, type ProblemResult, type Result } from '../result.ts'
import { invalid, mistake } from '../validated.ts'
import * as operations from './operations.ts'
import { type Places, wantedChange, wantedGroup } from './wanted.ts'

export interface GroupRouteOptions extends Places {
  groups: Groups
}

export function groupEndpoints(options: GroupRouteOptions): Endpoint[] {
  const { groups } = options
  return [
    endpoint(operations.listGroups, async ({ query }) => {
      const page = await groups.list(query.cursor, query.limit)
      return answer(200, { data: page.groups.map(listed), next_cursor: page.next ?? null })
    }),

    endpoint(operations.createGroup, async ({ body, caller }) => {
      const wanted = await wantedGroup(options, body)
      if ('problem' in wanted) return wanted
      const made = await groups.create(wanted.value, caller.id)
      return 'refused' in made ? refusal(made.refused) : answer(201, wire(made))
    }),

    endpoint(operations.readGroup, async ({ id }) => {
      const found = await groups.find(id)
      return found ? answer(200, wire(found)) : notFound('group', id)
    }),

    endpoint(operations.changeGroup, (asked) => change(options, asked)),

    endpoint(operations.deleteGroup, async ({ id, caller }) => {
      const removed = await groups.remove(id, caller.id)
      if (!removed) return notFound('group', id)
      return removed === true ? answer(204) : refusal(removed.refused)
    }),

    endpoint(operations.addMember, async ({ id, body, caller }) => {
      const { person_id: personId, email, name, until = null } = body
      const who = personId === undefined ? { email: email as string, name } : { personId }
      const added = await groups.addMember(id, { who, until }, caller.id)
      if (!added) return notFound('group', id)
      if ('refused' in added) return refusal(added.refused)
      if (!added.person) return notFound('person', personId as string)
      return answer(200, { ...wire(added.group), ...noticeOf(added) })
    }),

    endpoint(operations.removeMember, async ({ id, personId, caller }) => {
      const isRemoved = await groups.removeMember(id, personId, caller.id)
      if (isRemoved === undefined) return notFound('group', id)
      return isRemoved ? answer(204) : notFound('member', personId)
    }),
  ]
}

async function change(
  options: GroupRouteOptions,
  { id, body, caller }: Asked<typeof operations.changeGroup>,
): Promise<Result<typeof operations.changeGroup>> {
  const before = await options.groups.find(id)
  if (!before) return notFound('group', id)
  const wanted = await wantedChange(options, before.row, body)
  if ('problem' in wanted) return wanted
  const changed = await options.groups.change(before.row.id, wanted.value, caller.id)
  if (!changed) return notFound('group', id)
  return 'refused' in changed ? refusal(changed.refused) : answer(200, wire(changed))
}

/** What is wrong with the input itself is 400, where it stands in the body. */
const MISTAKES: Partial<Record<GroupRefusal['code'], string>> = {
  until_is_over: 'until',
  person_unknown: 'name',
}

function refusal({ code, text }: GroupRefusal): ProblemResult {
  const path = MISTAKES[code]
  return path === undefined
    ? { problem: { status: 409, code, detail: text } }
    : invalid([mistake(path, text)])
}

function noticeOf({ apart }: AddedMember): { notice?: string } {
  if (apart.length === 0) return {}
  return { notice: apartNotice(apart) }
}

function listed(row: GroupView['row']): z.infer<typeof operations.listedGroup> {
  const timeOf = (at: number | null) => (at === null ? null : isoTime(at))
  return {
    id: row.id,
    name: row.name,
    kind: row.kind as GroupKind,
    destination_id: row.destination_id,
    external_id: row.external_id,
    asked_at: timeOf(row.asked_at),
    answered_at: timeOf(row.answered_at),
    ask_error: row.ask_error,
    created_at: isoTime(row.created_at),
  }
}

function wire({ row, members, accounts }: GroupView): z.infer<typeof operations.group> {
  return {
    ...listed(row),
    members: members.map(({ person, until, addedAt, addedBy }) => ({
      person_id: person.id,
      name: person.name,
      emails: person.emails,
      until: until === null ? null : isoTime(until),
      added_at: isoTime(addedAt),
      added_by: addedBy,
    })),
    accounts: accounts.map(({ userId, person }) => ({
      user_id: userId,
      person_id: person?.id ?? null,
      name: person?.name ?? null,
    })),
  }
}
