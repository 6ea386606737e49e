// Asks platforms who is in the groups that they keep: at once for an admin, and every five minutes by itself.

import type { GroupRow } from '../../db/schema.ts'
import type { Told } from '../identity/groups.ts'
import { renamed } from '../identity/tenant-name.ts'
import { because } from '../kit/cause.ts'
import { type Clock, SET_BACK_MS } from '../kit/clock.ts'
import type { Logger } from '../kit/log.ts'
import { logFailure } from '../kit/log-failure.ts'
import { type Platform, SendError, Throttled } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import { findDestination } from '../store/destinations.ts'
import * as store from '../store/group-accounts.ts'
import type { Destinations } from './destinations.ts'

const ASKED_EVERY_MS = 5 * 60 * 1000
/** What failed is tried again sooner: what was answered before holds for ten minutes. */
const TRIED_AGAIN_MS = 60_000
/** More are no group of reviewers. */
const MOST_ACCOUNTS = 5_000

export interface ExternalGroups {
  /** Whether the platform of that channel_type has groups. */
  isListable(channelType: string): boolean
  /** Now, for an admin. `destinationId`: of one that there is. */
  ask(destinationId: string, externalId: string): Promise<Answer>
  /** Asks for all groups that are due, one after the other; of several processes one asks. */
  refresh(): Promise<void>
}

export type Answer = { told: Told } | Failure

export interface Failure {
  /** The platform's own, or ours. */
  code: string
  /** What an admin can do about it, where that is known. */
  advice: string | undefined
  /** What was thrown; undefined where nobody was asked. */
  error?: SendError
}

export interface ExternalGroupOptions {
  db: Database
  open: Destinations['open']
  platforms: ReadonlyMap<string, Platform>
  clock: Clock
  log: Logger
}

export function createExternalGroups(options: ExternalGroupOptions): ExternalGroups {
  const { db, platforms, clock, log } = options
  /** By the destination: until when its platform wants to be asked nothing more. */
  const quietUntil = new Map<string, number>()

  const isQuiet = ({ destination_id }: GroupRow) =>
    (quietUntil.get(destination_id as string) ?? 0) > clock.now()

  async function ask(destinationId: string, externalId: string): Promise<Answer> {
    const answer = await question(options, destinationId, externalId)
    if ('error' in answer && answer.error instanceof Throttled) {
      quietUntil.set(destinationId, clock.now() + answer.error.delayMs)
    }
    return answer
  }

  async function refreshOne(due: GroupRow): Promise<void> {
    const asked = await db.transact((trx) => store.claimQuestion(trx, due, clock.now()))
    if (!asked) return
    const answer = await ask(asked.destination_id as string, asked.external_id as string)
    if ('told' in answer) {
      const { accounts, answeredAt } = answer.told
      const rows = accounts.map((account) => ({ group_id: asked.id, ...account }))
      await db.transact((trx) => store.keepAnswer(trx, asked, rows, answeredAt))
      return
    }
    const { code, error } = answer
    if (code !== asked.ask_error) {
      log.warn(
        { group: asked.id, code, ...(error && because(error)) },
        'a platform did not say who is in a group',
      )
    }
    await db.transact((trx) => store.keepFailure(trx, asked, code))
  }

  return {
    isListable: (channelType) => platforms.get(channelType)?.listGroup !== undefined,
    ask,
    async refresh() {
      const now = clock.now()
      const due = await store.findDueGroups(db.read, {
        answeredBefore: now - ASKED_EVERY_MS,
        failedBefore: now - TRIED_AGAIN_MS,
        latest: now + SET_BACK_MS,
      })
      for (const group of due) {
        if (isQuiet(group)) continue
        // What fails in a way of its own keeps no other from being asked about.
        await refreshOne(group).catch((error) => logFailure(log, error, 'a group was not asked about'))
      }
    },
  }
}

async function question(
  { db, open, platforms, clock }: ExternalGroupOptions,
  destinationId: string,
  externalId: string,
): Promise<Answer> {
  const row = await findDestination(db.read, destinationId)
  if (!row) return { code: 'destination_removed', advice: undefined }
  const platform = platforms.get(row.channel_type)
  if (!platform?.listGroup) return { code: 'no_groups', advice: undefined }
  const askedAt = clock.now()
  try {
    const { tenant, userIds } = await platform.listGroup(externalId, open(row))
    if (userIds.length > MOST_ACCOUNTS) return { code: 'too_many_accounts', advice: TOO_MANY }
    const account = await renamed(db.read, { platform: row.channel_type, tenant })
    const accounts = userIds.map((user_id) => ({ ...account, user_id }))
    return { told: { askedAt, answeredAt: clock.now(), accounts } }
  } catch (error) {
    if (!(error instanceof SendError)) throw error
    return { code: error.code, advice: platform.groupAdvice?.(error.code), error }
  }
}

const TOO_MANY = `a group of reviewers has at most ${MOST_ACCOUNTS} people`
