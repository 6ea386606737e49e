// Lists why a change of a group is refused, each with its code and one sentence for the admin.

import type { PersonRefusal } from './address-holder.ts'

export interface GroupRefusal {
  code: 'group_exists' | 'group_in_use' | 'group_without_list' | 'until_is_over' | PersonRefusal['code']
  /** One sentence for the admin. */
  text: string
}

export function nameTaken(name: string): GroupRefusal {
  return { code: 'group_exists', text: `There is a group ${name} already` }
}

export function inUse(name: string): GroupRefusal {
  const text = `The policy in force names the group ${name}: apply a policy without it first`
  return { code: 'group_in_use', text }
}

/** `first`: the id of one of the approvals that wait for it. */
export function asked(name: string, count: number, first: string): GroupRefusal {
  const waiting =
    count === 1 ? `${first} is pending and asks` : `${count} pending approvals, such as ${first}, ask`
  const text = `${waiting} the group ${name}: let people decide, or withdraw what nobody needs any more`
  return { code: 'group_in_use', text }
}

export function withoutList(name: string, kind: string): GroupRefusal {
  const where = kind === 'destination' ? 'whoever may press at its destination' : 'whom its platform lists'
  return { code: 'group_without_list', text: `Nobody is added to the group ${name} here: in it is ${where}` }
}

export const UNTIL_IS_OVER: GroupRefusal = {
  code: 'until_is_over',
  text: 'until must be a time to come',
}

export const MEMBER_DISABLED: GroupRefusal = {
  code: 'person_disabled',
  text: 'This person is disabled: enable them first',
}
