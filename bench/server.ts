// The product as a bench runs it: a process of its own that fills its database and decides on demand.

import { buildApp } from '../src/app.ts'
import { loadConfig } from '../src/config/config.ts'
import { accountPrincipal } from '../src/identity/principal.ts'
import { createLog } from '../src/kit/log.ts'
import { openDatabase } from '../src/store/open-database.ts'
import { rememberCard } from '../src/store/posted-cards.ts'
import { CHANNEL, REVIEWER, TEAM, tsOf } from './slack-press.ts'
import { askTwoGroups, SECOND_REVIEWER } from './two-groups.ts'

/** What the parent may ask for, each answered by one message. */
export type Wish = { fill: Fill } | { decide: Decision } | { request: number } | { release: true }

/** Pauses the worker and makes so many pending approvals; the answer is their ids. */
interface Fill {
  approvals: number
  /** Where each approval has a remembered card. */
  places: Place[]
  /** Under a policy of fifty rules: the second of two groups has approved, and the first is awaited. */
  underPolicy?: true
}

export interface Place {
  destinationId: string
  /** Channel or conversation: what the handles of its cards begin with. */
  at: string
}

/** The answer is when the decision was durable. */
interface Decision {
  approvalId: string
  /** Which of the filled approvals it is, in their order. */
  index: number
  destinationId: string
  /** Who decides, beside the usual one. */
  user?: { userId: string; emails: string[] }
}

/** Monotonic nanoseconds, which mean the same in all processes. */
export interface Moment {
  at: bigint
}

const AT_ONCE = 64
const config = loadConfig(process.env)
if (process.env.BENCH_TEAMS) config.teams = JSON.parse(process.env.BENCH_TEAMS)
const app = await buildApp(config)
await app.start()

async function fill({ approvals, places, underPolicy }: Fill): Promise<string[]> {
  const db = await openDatabase(config.databaseUrl, { as: 'tool', log: createLog('warn') })
  // No destination takes anything while it cools down.
  const never = Date.now() + 86_400_000
  await db.transact((trx) => trx.updateTable('destinations').set({ cool_until: never }).execute())
  if (underPolicy) await askTwoGroups(db)
  const ids: string[] = []
  while (ids.length < approvals) {
    const count = Math.min(AT_ONCE, approvals - ids.length)
    ids.push(...(await Promise.all(Array.from({ length: count }, (_, i) => ask(ids.length + i)))))
  }
  await db.transact(async (trx) => {
    for (const [i, subject_id] of ids.entries()) {
      for (const { destinationId, at } of places) {
        const handle = `${at}/${tsOf(i)}`
        await rememberCard(trx, { subject_id, posted_at: 0, destination_id: destinationId, handle, whole: 1 })
      }
    }
  })
  if (underPolicy) {
    for (const [index, approvalId] of ids.entries()) {
      const { destinationId = '' } = places[0] ?? {}
      await decide({ approvalId, index, destinationId, user: SECOND_REVIEWER })
    }
  }
  await db.close()
  return ids
}

async function ask(number: number): Promise<string> {
  const outcome = await app.desk.request({
    ownerKeyId: 'key_bench',
    ownerKeyName: 'bench',
    agent: { id: 'bench', name: 'Bench agent' },
    action: { tool: 'stripe.refund', summary: 'Refund an order', arguments: { order: number } },
    reasons: ['BENCH'],
    risk: { level: 'high', score: 0.71 },
    expiresInSeconds: 86_400,
    metadata: {},
  })
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  return outcome.value.approval.id
}

async function decide({ approvalId, index, destinationId, user }: Decision): Promise<Moment> {
  const outcome = await app.desk.decide({
    approvalId,
    verdict: 'approve',
    by: accountPrincipal(
      { platform: 'slack', tenant: TEAM, userId: REVIEWER, name: 'Ana', ...user },
      'member',
    ),
    at: { destinationIds: [destinationId], handle: `${CHANNEL}/${tsOf(index)}` },
    interactionId: `decision ${index} ${user?.userId}`,
  })
  const at = process.hrtime.bigint()
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  return { at }
}

/** The answer is when it was durable. */
async function request(number: number): Promise<Moment> {
  await ask(number)
  return { at: process.hrtime.bigint() }
}

/** The worker goes on: it looks twice a second. */
async function release(): Promise<true> {
  const db = await openDatabase(config.databaseUrl, { as: 'tool', log: createLog('warn') })
  await db.transact((trx) => trx.updateTable('destinations').set({ cool_until: 0 }).execute())
  await db.close()
  return true
}

function grant(wish: Wish): Promise<unknown> {
  if ('fill' in wish) return fill(wish.fill)
  if ('decide' in wish) return decide(wish.decide)
  return 'request' in wish ? request(wish.request) : release()
}

process.on('message', async (wish: Wish) => {
  process.send?.(await grant(wish))
})
process.on('disconnect', async () => {
  await app.stop()
  process.exit(0)
})
process.send?.('ready')
