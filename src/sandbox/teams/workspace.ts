// Lists who works in the sandbox's Teams and where they talk.

export const TENANT_ID = '7c0a5b1e-4d2f-4e8a-9b36-1f5d8e2a6c01'
const OTHER_TENANT_ID = 'b5d9e3f7-2a61-4c08-8f14-6e7a9c3b0d02'

export const BOT_NAME = 'Countersign'

/** A person as the roster tells of one. */
export interface Person {
  /** How the bot knows this person in every conversation. */
  id: string
  name: string
  aadObjectId: string
  givenName: string
  surname: string
  email: string
  userPrincipalName: string
  tenantId: string
  userRole: 'user' | 'guest'
}

export interface Team {
  /** The id of its General channel too. */
  id: string
  name: string
  aadGroupId: string
}

export interface Conversation {
  id: string
  type: 'channel' | 'groupChat' | 'personal'
  name: string
}

function person(key: string, name: string, guid: string, differences: Partial<Person> = {}): Person {
  const [givenName = '', surname = ''] = name.split(' ')
  const email = `${givenName}.${surname}@example.com`.toLowerCase()
  return {
    id: `29:1${key}`,
    name,
    aadObjectId: guid,
    givenName,
    surname,
    email,
    userPrincipalName: email,
    tenantId: TENANT_ID,
    userRole: 'user',
    ...differences,
  }
}

export const PEOPLE = {
  ana: person('AnaRuizKx7vQ2mWc9', 'Ana Ruiz', '1d3f5a77-0b2c-4e61-9a48-5c7e9f1b3d11'),
  /** Signs in under another name than his mailbox has. */
  ben: person('BenOkaforTz4nR8pLd', 'Ben Okafor', '2e4a6b88-1c3d-4f72-8b59-6d8fa02c4e22', {
    userPrincipalName: 'bokafor@example.com',
  }),
  guest: person('GilGuestYw6bJ3sHf', 'Gil Guest', '3f5b7c99-2d4e-4a83-9c6a-7e90b13d5f33', {
    userPrincipalName: 'gil.guest_partner.example#EXT#@example.com',
    userRole: 'guest',
  }),
  /** At home in another tenant, and in the group chat by federation: no guest account, so a `user`. */
  outsider: person('FritzFederatedUe5', 'Fritz Federated', '4a6c8daa-3e5f-4b94-8d7b-8fa1c24e6a44', {
    email: 'fritz.federated@partner.example',
    userPrincipalName: 'fritz.federated@partner.example',
    tenantId: OTHER_TENANT_ID,
  }),
} as const

const PLACES = {
  general: '19:OperationsGeneralV1xPq8@thread.tacv2',
  approvals: '19:OperationsApprovalsN5tYc3@thread.tacv2',
  groupChat: '19:5f0d8c4be1a94c7f8e21d3b6a907f4c2@thread.v2',
  personal: 'a:1AnaRuizPersonalChatZq4Xw9',
} as const

export const TEAM: Team = {
  id: PLACES.general,
  name: 'Operations',
  aadGroupId: '9e8d7c6b-5a49-4382-a716-0f1e2d3c4b55',
}

/** What is said to a team is said here. */
export const GENERAL: Conversation = { id: TEAM.id, type: 'channel', name: 'General' }

export const CHANNELS: readonly Conversation[] = [
  GENERAL,
  { id: PLACES.approvals, type: 'channel', name: 'Approvals' },
]

export const CHATS: readonly Conversation[] = [
  { id: PLACES.groupChat, type: 'groupChat', name: 'Release night' },
  { id: PLACES.personal, type: 'personal', name: 'Ana Ruiz' },
]

export const ROSTERS: Record<Conversation['type'], readonly Person[]> = {
  channel: [PEOPLE.ana, PEOPLE.ben, PEOPLE.guest],
  groupChat: [PEOPLE.ana, PEOPLE.ben, PEOPLE.outsider],
  personal: [PEOPLE.ana],
}

/** What does not change; `places` has the ids of the conversations that there are at first. */
export const WORKSPACE = { team: TEAM, people: PEOPLE, places: PLACES } as const
