// Shows that SIGTERM ends a busy server quickly, and everybody is answered: real processes, both databases.

import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { SHORT_LEASE } from '../fakes/server-process.ts'
import { cardsIn } from './cards.ts'
import { inspect } from './inspect.ts'
import { openLedger } from './ledger.ts'
import { ANA, ask, BEN, press, startLoad } from './load.ts'
import { takeSnapshot } from './snapshot.ts'
import { createWorld, type World } from './world.ts'

const STOPS_WITHIN_MS = 3_000
/** Much longer than the next start may take: a lease that was left behind would show. */
const LONG_LEASE = { ...SHORT_LEASE, DELIVERY_LEASE_SECONDS: '120' }
const SERVES_WITHIN_MS = 5_000

describe.each(databases)('on $name', ({ create }) => {
  test('SIGTERM under load: who asked is answered, who waits hears "pending", and nothing stays held', async () => {
    const database = await create()
    const world = await createWorld({ databaseUrl: database.url, lease: LONG_LEASE })
    try {
      await stopUnderLoad(world, database.url)
    } finally {
      await world.close()
      await database.drop()
    }
  }, 60_000)
})

async function stopUnderLoad(world: World, databaseUrl: string): Promise<void> {
  const ledger = openLedger()
  const key = world.agentKeys[0] as string
  const question = (risk: { level?: 'critical' } = {}) => {
    const question = ledger.question(key, 3600)
    Object.assign(question.body, { risk })
    return ask(world, ledger, question) as Promise<ApprovalView>
  }
  const [one, two, ...others] = await Promise.all([1, 2, 3, 4, 5].map(() => question()))
  const cardOf = (view?: ApprovalView) =>
    eventually(() => cardsIn(world.slack.slack).find((card) => card.approvalId === view?.id))
  const cards = [await cardOf(one), await cardOf(two)] as const

  const load = startLoad(world, ledger, { reviewers: false, pauseMs: 30 })
  const waiting = others.map(({ id }) =>
    world.call<ApprovalView>('GET', `/v1/approvals/${id}?wait_seconds=60`, { key }),
  )
  await delay(300)
  // Two clicks for sure in the middle of their work: the server asks Slack who clicked and gets no answer yet.
  const hold = world.slack.hold('users.info')
  const presses = [
    press(world, ledger, cards[0], ANA, 'approve_action'),
    press(world, ledger, cards[1], BEN, 'deny_action'),
  ]
  await eventually(() => hold.reached() === 2)
  const stopped = world.terminate()
  await delay(100)
  hold.release()

  const { code, signal, tookMs } = await stopped
  if (process.env.CRASH_LOG) console.log('stopped after ms', tookMs)
  expect({ code, signal }).toEqual({ code: 0, signal: null })
  expect(tookMs).toBeLessThan(STOPS_WITHIN_MS)
  const triggers = await Promise.all(presses)
  const answers = await Promise.all(waiting)
  expect(answers.map((answer) => [answer?.status, answer?.body.status])).toEqual(
    others.map(() => [200, 'pending']),
  )
  const { leases, decisions } = await takeSnapshot(databaseUrl)
  expect(leases).toEqual([])
  expect(decisions.map((row) => row.verdict).sort()).toEqual(['approve', 'deny'])
  for (const trigger of triggers) {
    expect(decisions.filter((row) => row.interaction.includes(String(trigger)))).toHaveLength(1)
  }

  await world.launch()
  // The load goes on asking: of the cards that wait this one is sent first.
  const next = await question({ level: 'critical' })
  await eventually(
    () => cardsIn(world.slack.slack).some(({ approvalId }) => approvalId === next.id),
    SERVES_WITHIN_MS,
  )
  await load.stop()
  const { problems, unknown } = await inspect(world, ledger)
  expect(problems).toEqual([])
  // Sends under way were waited for: no card is forgotten.
  expect(unknown).toEqual([])
}
