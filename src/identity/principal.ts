// Says who calls, whatever the surface: an API key or a chat account, with the person and the roles behind it.

import type { Limits } from './limits.ts'
import { directoryName, recordedName, recordedText } from './recorded-name.ts'

export const ROLES = ['agent', 'reviewer', 'admin', 'auditor'] as const
export type Role = (typeof ROLES)[number]

/** What a platform could establish about who clicked. `unknown`: the platform did not say in time. */
export type Standing = 'member' | 'guest' | 'bot' | 'external' | 'unknown'

/** An account as its platform tells of it. */
export interface Account {
  platform: string
  /** The workspace or organization that the account belongs to. */
  tenant: string
  userId: string
  /** As the platform's directory has it, or the handle with `@` before it. */
  name: string
  /** The name is the handle: nobody could be asked, or the directory has none. */
  isHandle?: boolean
  /** What its owner chose to be called, which may be anybody's name. */
  displayName?: string
  /** All under which the platform knows this person; absent: it does not say. */
  emails?: string[]
  /** Whether the platform vouches that they are the person's own; absent: it does not say. */
  emailsConfirmed?: boolean
}

export interface KeyPrincipal {
  kind: 'key'
  /** Of the API key. */
  id: string
  /** As an admin named the key. */
  name: string
  /** Whose vote it casts, where it names somebody; `email`: as an admin gave it with the key. */
  person?: { id: string; name: string; email: string | null }
  /** Where it was used, if not by a program: on a page of this server. */
  surface?: 'console'
  roles: ReadonlySet<Role>
  standing: 'member'
  /** When set, the key speaks for this agent only. */
  agentId?: string
  limits: Limits
}

export interface AccountPrincipal {
  kind: 'account'
  /** Of the account: platform, tenant and user. */
  id: string
  account: Account
  roles: ReadonlySet<Role>
  standing: Standing
}

export type Principal = KeyPrincipal | AccountPrincipal

const NO_ROLES: ReadonlySet<Role> = new Set()
/** No address is longer (RFC 5321, section 4.5.3.1). */
const MAX_EMAIL = 320

/** Who pressed a button or asked the bot. A chat account has no roles of its own; its person may have some. */
export function accountPrincipal(account: Account, standing: Standing): AccountPrincipal {
  const { platform, tenant, userId } = account
  return { kind: 'account', id: `${platform}/${tenant}/${userId}`, account, roles: NO_ROLES, standing }
}

/** The surface that it acts on: a platform's name, `console` or `api`. */
export function sourceOf(principal: Principal): string {
  return principal.kind === 'key' ? (principal.surface ?? 'api') : principal.account.platform
}

/** As it goes on record: of the person whom a key names, or of the account. Never empty. */
export function nameOf(principal: Principal): string {
  if (principal.kind === 'account') {
    const { name, isHandle, displayName, userId } = principal.account
    const known = isHandle ? recordedText(name) : directoryName(name)
    return recordedName(known || userId, displayName)
  }
  if (!principal.person) throw new Error(`the key ${principal.id} names no person`)
  return principal.person.name
}

/** As it goes on record: given with the key by an admin, or the first that the platform told; null: nobody told one. */
export function emailOf(principal: Principal): string | null {
  if (principal.kind === 'key') return principal.person?.email ?? null
  const [email] = principal.account.emails ?? []
  return recordedText(email ?? '', MAX_EMAIL) || null
}

/** What an audit row keeps of who acted: ids, never names. */
export function traceOf(principal: Principal): Record<string, string> {
  if (principal.kind === 'key') return { platform: 'api', key_id: principal.id }
  const { platform, tenant, userId } = principal.account
  return { platform, tenant, user_id: userId }
}
