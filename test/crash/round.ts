// Runs one round of a crash test: load, kill -9 at a random moment, a new process, and a look at everything.

import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '../fakes/countersign.ts'
import { CHANNELS } from '../fakes/lasting-slack.ts'
import { type Finding, inspect, type UnknownCopy } from './inspect.ts'
import type { Ledger } from './ledger.ts'
import { ANA, ask, BEN, type LoadOptions, press, startLoad } from './load.ts'
import type { World } from './world.ts'

/** At a random post of so many, so that a slow machine has as much under way; but never later than that. */
const KILL_WITHIN_POSTS = 60
const KILL_WITHIN_MS = 6_000
/** Sometimes the next process is killed too, while it starts or recovers. */
const SECOND_KILL = 0.25
const SECOND_KILL_WITHIN_MS = 900
const LOAD_AFTER_MS = 400
/** Not worth a press: it may expire on the way. */
const ALMOST_EXPIRED_MS = 4_000
const MEND_WITHIN_MS = 30_000

export interface RoundReport {
  kills: number
  /** Posts of the killed processes whose answer they had not got. */
  underWay: number
  unknown: number
  /** Unknown copies that were pressed: those that still counted, and those that were answered with the truth. */
  counted: number
  corrected: number
  /** From the kill to the first answer of the next process, and to the last delivery. */
  servesAgainMs: number
  tookMs: number
}

/** Throws at the first guarantee that does not hold, with all that was found. */
export async function killRound(world: World, ledger: Ledger, options?: LoadOptions): Promise<RoundReport> {
  const from = performance.now()
  const questionsBefore = ledger.questions.length
  const postsBefore = world.slack.posts.length
  const load = startLoad(world, ledger, options)
  await untilKill(world, postsBefore + 1 + Math.random() * KILL_WITHIN_POSTS)
  const killedAt = performance.now()
  const { kills, underWay } = await killAndRestart(world).catch(async (error) => {
    await load.stop()
    throw error
  })
  const servesAgainMs = performance.now() - killedAt
  await delay(LOAD_AFTER_MS)
  await load.stop()
  // Everybody asks again, whether answered or not: also what was closed meanwhile is not made anew.
  await Promise.all(ledger.questions.slice(questionsBefore).map((question) => ask(world, ledger, question)))

  const first = hold(await inspect(world, ledger))
  const fresh = new Set(world.slack.posts.slice(postsBefore).map((post) => post.handle))
  const { counted, corrected } = await pressUnknown(world, ledger, first.unknown, 0.5)
  return {
    kills,
    underWay,
    unknown: first.unknown.filter((copy) => fresh.has(copy.handle)).length,
    counted,
    corrected,
    servesAgainMs,
    tookMs: performance.now() - from,
  }
}

async function killAndRestart(world: World): Promise<{ kills: number; underWay: number }> {
  let underWay = world.slack.underWay(world.processAt())
  await world.kill()
  const twice = Math.random() < SECOND_KILL
  if (twice) {
    await world.launch(0, { await: false })
    await delay(Math.random() * SECOND_KILL_WITHIN_MS)
    underWay += world.slack.underWay(world.processAt())
    await world.kill()
  }
  await world.launch()
  return { kills: twice ? 2 : 1, underWay }
}

/** Every other time that is the most delicate moment: a post is on its way. */
async function untilKill({ slack, processAt }: World, posts: number): Promise<void> {
  const needsOneUnderWay = Math.random() < 0.5
  const deadline = performance.now() + KILL_WITHIN_MS
  await eventually(() => {
    const isTime = slack.posts.length >= posts && !(needsOneUnderWay && slack.underWay(processAt()) === 0)
    return isTime || performance.now() > deadline
  }, 2 * KILL_WITHIN_MS)
}

/** Presses unknown copies until all tell the truth; one whose approval is about to expire, once it has. */
export async function pressAllUnknown(world: World, ledger: Ledger): Promise<void> {
  await eventually(async () => {
    const { unknown } = hold(await inspect(world, ledger))
    await pressUnknown(world, ledger, unknown, 1)
    return unknown.every((copy) => copy.status !== 'pending' && !copy.lies)
  }, MEND_WITHIN_MS)
}

/** Presses unknown copies, that part of the pending ones and all that lie; afterwards everything must hold. */
async function pressUnknown(
  world: World,
  ledger: Ledger,
  unknown: UnknownCopy[],
  part: number,
): Promise<{ counted: number; corrected: number }> {
  const soon = Date.now() + ALMOST_EXPIRED_MS
  const pending = unknown.filter(
    ({ status, expiresAt }) => status === 'pending' && expiresAt > soon && Math.random() < part,
  )
  // Two copies of one approval: the second press would be too late.
  const alive = [...new Map(pending.map((copy) => [copy.approvalId, copy])).values()]
  const lying = unknown.filter(({ status, lies }) => status !== 'pending' && lies)
  const triggers = new Map<UnknownCopy, string | undefined>()
  for (const copy of alive) triggers.set(copy, await press(world, ledger, copy, ANA, 'approve_action'))
  const toldBefore = new Set(toldTo(world, BEN))
  for (const copy of lying) await press(world, ledger, copy, BEN, 'deny_action')
  if (alive.length + lying.length === 0) return { counted: 0, corrected: 0 }
  const toldNow = () => toldTo(world, BEN).filter((message) => !toldBefore.has(message))
  await eventually(() => toldNow().length >= lying.length)

  const { snapshot, unknown: left } = hold(await inspect(world, ledger))
  for (const copy of alive) {
    const decision = snapshot.decisions.find((row) => row.approval_id === copy.approvalId)
    if (!decision?.interaction.includes(String(triggers.get(copy)))) {
      throw new Error(`a press on the unknown ${copy.handle} did not count: ${JSON.stringify(decision)}`)
    }
  }
  const pressed = new Set([...alive, ...lying].map((copy) => copy.handle))
  const stillUnknown = left.filter((copy) => pressed.has(copy.handle))
  if (stillUnknown.length > 0) throw new Error(`pressed and still unknown: ${JSON.stringify(stillUnknown)}`)
  const told = toldNow().map((message) => message.text)
  if (told.filter((text) => /Already|You have already|expired/.test(text)).length !== lying.length) {
    throw new Error(`who pressed ${lying.length} closed cards was told ${JSON.stringify(told)}`)
  }
  return { counted: alive.length, corrected: lying.length }
}

function toldTo({ slack }: World, userId: string) {
  return CHANNELS.flatMap((channel) => slack.slack.messages(channel)).filter(
    (message) => message.ephemeralFor === userId,
  )
}

function hold(finding: Finding): Finding {
  if (finding.problems.length > 0) throw new Error(finding.problems.slice(0, 20).join('\n'))
  return finding
}
