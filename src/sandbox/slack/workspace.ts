// Lists who works in the sandbox's Slack and which channels it has.

export const TEAM = { id: 'T0SANDBOX0', name: 'Sandbox', domain: 'countersign-sandbox' } as const
export const APP_ID = 'A0COUNTER0'
export const BOT = { userId: 'U0COUNTER0', botId: 'B0COUNTER0', name: 'countersign' } as const

export interface Channel {
  id: string
  name: string
  purpose: string
}

/** A user as `users.info` answers it, with the fields that an app can decide on. */
export interface User {
  id: string
  team_id: string
  name: string
  real_name: string
  deleted: boolean
  is_bot: boolean
  is_admin: boolean
  is_restricted: boolean
  is_email_confirmed: boolean
  is_ultra_restricted: boolean
  tz: string
  profile: { real_name: string; display_name: string; email?: string; team: string }
}

/** A user group, with who is in it. */
export interface UserGroup {
  id: string
  handle: string
  users: readonly string[]
}

export interface Workspace {
  team: typeof TEAM
  channels: readonly [Channel, ...Channel[]]
  users: readonly User[]
  userGroups: readonly UserGroup[]
}

function user(id: string, name: string, realName: string, differences: Partial<User> = {}): User {
  const email = differences.is_bot ? {} : { email: `${name}@example.com` }
  return {
    id,
    team_id: TEAM.id,
    name,
    real_name: realName,
    deleted: false,
    is_bot: false,
    is_admin: false,
    is_restricted: false,
    is_email_confirmed: true,
    is_ultra_restricted: false,
    tz: 'Europe/Berlin',
    profile: { real_name: realName, display_name: realName, ...email, team: TEAM.id },
    ...differences,
  }
}

/** Whose key the page hands out for the console. */
export const REVIEWER = user('U0ANARUIZ0', 'ana.ruiz', 'Ana Ruiz', { is_admin: true })

export const WORKSPACE: Workspace = {
  team: TEAM,
  channels: [
    { id: 'C0APPROVALS', name: 'approvals', purpose: 'What agents ask people to sign' },
    { id: 'C0SECURITY', name: 'security', purpose: 'For a second destination' },
  ],
  users: [
    REVIEWER,
    user('U0BENOKAFO', 'ben.okafor', 'Ben Okafor'),
    user('U0GUEST000', 'gil.guest', 'Gil Guest', { is_restricted: true }),
    user('U0GONE0000', 'gwen.gone', 'Gwen Gone', { deleted: true }),
    user(BOT.userId, BOT.name, 'Countersign', { is_bot: true }),
  ],
  userGroups: [{ id: 'S0PAYMENTS', handle: 'payments', users: [REVIEWER.id, 'U0GUEST000'] }],
}

export function findUser(id: unknown): User | undefined {
  return WORKSPACE.users.find((user) => user.id === id)
}

/** Where the app and this user write to each other alone. */
export function directChannel(userId: string): string {
  return userId.replace(/^U/, 'D')
}

export function findChannel(id: unknown): Channel | undefined {
  return WORKSPACE.channels.find((channel) => channel.id === id)
}
