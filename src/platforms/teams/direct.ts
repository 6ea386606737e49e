// Tells one member of a Teams conversation alone, in the bot's own chat with them.

import { type Activity, CardFactory, MessageFactory, type TeamsChannelAccount } from 'botbuilder'
import type { ConnectorClient } from 'botframework-connector'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../kit/clock.ts'
import { noticeOf } from '../content/notice.ts'
import {
  type Contact,
  Failed,
  type Platform,
  RECIPIENT_UNKNOWN,
  SendError,
  Undeliverable,
} from '../platform.ts'
import type { ConversationConfig } from './config.ts'
import type { Conversations, KnownConversation } from './conversations.ts'
import { idOf, standingOf } from './members.ts'
import { noticeCard } from './notice-card.ts'

export interface DirectOptions {
  appId: string
  conversations: Pick<Conversations, 'find'>
  connector(conversation: KnownConversation): Promise<ConnectorClient['conversations']>
  /** Throws as a platform does for whatever goes wrong. */
  calling<T>(call: Promise<T>): Promise<T>
  clock: Clock
}

type Member = TeamsChannelAccount & { objectId?: string }
type Api = ConnectorClient['conversations']
/** The members of a conversation by their addresses, in lower case. */
type Roster = Map<string, Member>

const KEPT_MS = 10 * 60 * 1000
const MOST_ROSTERS = 100
/** Teams gives no more at once. */
const PAGE = 500
/** Whoever is in none of these is not found by an address. */
const MOST_PAGES = 10
const MOST_ASKED = 5
/** Of a member that there is not. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context */
const NO_MEMBER = 'MemberNotFoundInConversation'

/** Whoever is in the conversation where the card stands, unless they are a guest: the bot may write to them there. */
export function directMessages(options: DirectOptions): NonNullable<Platform<ConversationConfig>['tell']> {
  const { appId, conversations, calling, clock } = options
  const rosters = new LRUCache<string, Roster>({ max: MOST_ROSTERS, ttl: KEPT_MS, perf: clock })

  async function byAccount(userId: string, { id }: KnownConversation, api: Api): Promise<Member | undefined> {
    try {
      const member = (await calling(api.getConversationMember(id, userId))) as Member
      return idOf(member) === userId ? member : undefined
    } catch (error) {
      if (isNoMember(error)) return undefined
      throw error
    }
  }

  async function rosterOf({ id }: KnownConversation, api: Api): Promise<Roster> {
    const known = rosters.get(id)
    if (known) return known
    const roster: Roster = new Map()
    let continuationToken: string | undefined
    for (let page = 0; page < MOST_PAGES; page++) {
      const asked = { pageSize: PAGE, ...(continuationToken !== undefined && { continuationToken }) }
      const answer = await calling(api.getConversationPagedMembers(id, asked as Required<typeof asked>))
      for (const member of (answer.members ?? []) as Member[]) {
        for (const address of [member.userPrincipalName, member.email]) {
          if (address) roster.set(address.toLowerCase(), member)
        }
      }
      continuationToken = answer.continuationToken
      if (!continuationToken) break
    }
    rosters.set(id, roster)
    return roster
  }

  /** Accounts of its tenant first: an address may have been given to another since. */
  async function find(
    { accounts, emails }: Contact,
    conversation: KnownConversation,
    api: Api,
  ): Promise<Member | undefined> {
    const { tenantId } = conversation
    const isMeant = (member: Member | undefined) =>
      member !== undefined && standingOf(member, tenantId) === 'member'
    for (const { userId } of accounts.filter(({ tenant }) => tenant === tenantId).slice(0, MOST_ASKED)) {
      const member = await byAccount(userId, conversation, api)
      if (isMeant(member)) return member
    }
    if (emails.length === 0) return undefined
    const roster = await rosterOf(conversation, api)
    return emails.map((email) => roster.get(email.toLowerCase())).find(isMeant)
  }

  return async (message, contact, to) => {
    const conversation = await conversations.find(to.config.conversation_id)
    if (!conversation) throw new Undeliverable('message', 'app_removed')
    const api = await options.connector(conversation)
    const member = await find(contact, conversation, api)
    if (!member) throw new Undeliverable('message', RECIPIENT_UNKNOWN)
    const { tenantId } = conversation
    // One request: the chat is the same one each time, and is opened with its message.
    await calling(
      api.createConversation({
        isGroup: false,
        bot: { id: `28:${appId}`, name: 'Countersign' },
        members: [{ id: member.id, name: member.name }],
        tenantId,
        channelData: { tenant: { id: tenantId } },
        activity: activityOf(noticeCard(noticeOf(message, to, clock.now()))),
      }),
    )
  }
}

function activityOf({ card, summary }: ReturnType<typeof noticeCard>): Activity {
  // The summary is shown in notifications, where no card is.
  return { ...MessageFactory.attachment(CardFactory.adaptiveCard(card)), summary } as Activity
}

/** By either way in which a refusal carries Teams' own code. */
function isNoMember(error: unknown): boolean {
  if (!(error instanceof SendError)) return false
  return error.code === NO_MEMBER || (error instanceof Failed && error.excerpt === NO_MEMBER)
}
