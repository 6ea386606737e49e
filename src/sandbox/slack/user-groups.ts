// Plays Slack's user groups: who is in one, for an app that has the scope.

import { refusal } from './content.ts'
import type { JsonObject } from './messages.ts'
import { type UserGroup, WORKSPACE } from './workspace.ts'

const SCOPE = 'usergroups:read'

export interface UserGroups {
  /** `usergroups.users.list` */
  list(args: JsonObject): JsonObject
  set(group: UserGroup): void
}

/** `scopes`: those of the token. */
export function createUserGroups(scopes: () => readonly string[]): UserGroups {
  const groups = new Map(WORKSPACE.userGroups.map((group) => [group.id, group]))
  return {
    list({ usergroup }) {
      if (!scopes().includes(SCOPE)) {
        return { ...refusal('missing_scope'), needed: SCOPE, provided: scopes().join(',') }
      }
      const group = groups.get(String(usergroup))
      return group ? { ok: true, users: [...group.users] } : refusal('no_such_subteam')
    },
    set(group) {
      groups.set(group.id, group)
    },
  }
}
