// Uses servers while they are killed: agents ask, wait and withdraw, reviewers press and vote, all persistently.

import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { NotOnTheCard } from '../../src/sandbox/slack-stand-in.ts'
import { select } from '../fakes/peek.ts'
import { type Card, cardsIn } from './cards.ts'
import type { Ledger, Question, Vote } from './ledger.ts'
import type { World } from './world.ts'

export const ANA = 'U0ANARUIZ0'
export const BEN = 'U0BENOKAFO'

/** It ends by itself when nobody stops it. */
const LONGEST_MS = 60_000
/** So long anybody goes on trying after the load was stopped. */
const PERSISTENCE_MS = 20_000
const RETRY_MS = 25
/** The shortest that an agent can wish for: some approvals expire in the course of a test. */
const SHORT_SECONDS = 10
const LONG_SECONDS = 3600
const VISIBLE = 60

export interface Load {
  /** Resolves when everybody has finished what they had begun. */
  stop(): Promise<void>
}

export interface LoadOptions {
  agents?: number
  /** Longest pause of an agent between two questions. */
  pauseMs?: number
  /** The part of the approvals that expire within the test. */
  expiring?: number
  /** false: agents alone. */
  reviewers?: boolean
}

export function startLoad(world: World, ledger: Ledger, options: LoadOptions = {}): Load {
  const { agents = 5, pauseMs = 120, expiring = 0.1, reviewers = true } = options
  let stopAt = performance.now() + LONGEST_MS
  const isOn = () => performance.now() < stopAt
  const isPatient = () => performance.now() < stopAt + PERSISTENCE_MS
  const pause = (maxMs: number) => delay(Math.random() * maxMs)

  /** Until there is an answer, as a good client does. */
  async function persist<T>(attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    while (isPatient()) {
      const answer = await attempt()
      if (answer !== undefined) return answer
      await delay(RETRY_MS)
    }
    ledger.problems.push('somebody never got an answer')
    return undefined
  }

  async function agent(index: number): Promise<void> {
    const key = world.agentKeys[index % world.agentKeys.length] as string
    while (isOn()) {
      await pause(pauseMs)
      const seconds = Math.random() < expiring ? SHORT_SECONDS : LONG_SECONDS
      const question = ledger.question(key, seconds)
      const asked = await persist(() => ask(world, ledger, question))
      if (!asked) continue
      const mood = Math.random()
      if (mood < 0.25) {
        await pause(250)
        await persist(() => look('POST', `/v1/approvals/${asked.id}/withdraw`, key, asked.id))
      } else if (mood < 0.6) {
        await persist(() => look('GET', `/v1/approvals/${asked.id}?wait_seconds=1`, key, asked.id))
      }
    }
  }

  async function look(method: string, path: string, key: string, id: string): Promise<true | undefined> {
    const knewBefore = ledger.knows(id)
    const answer = await world.call<ApprovalView>(method, path, { key })
    if (!answer) return undefined
    if (answer.status === 200) ledger.saw(answer.body, knewBefore)
    // Withdrawn too late.
    else if (![409, 410].includes(answer.status)) ledger.problems.push(`${path} answered ${answer.status}`)
    return true
  }

  async function reviewer(userId: string, other: string): Promise<void> {
    while (isOn()) {
      await pause(60)
      const cards = cardsIn(world.slack.slack)
        .slice(-VISIBLE)
        .filter((card) => card.buttons.length > 0)
      const card = anyOf(cards)
      if (!card) continue
      const [mine, theirs] = Math.random() < 0.5 ? APPROVE_DENY : APPROVE_DENY.toReversed()
      const twin = cards.findLast(({ approvalId }) => approvalId === card.approvalId) as Card
      const quarrel = Math.random() < 0.25 ? [press(world, ledger, twin, other, theirs as string)] : []
      await Promise.all([press(world, ledger, card, userId, mine as string), ...quarrel])
    }
  }

  async function voter(): Promise<void> {
    while (isOn()) {
      await pause(80)
      const question = anyOf(ledger.questions.slice(-VISIBLE))
      const approvalId = question?.approvalId
      if (approvalId === undefined || ledger.knows(approvalId)) continue
      const verdict = Math.random() < 0.5 ? 'approve' : 'deny'
      const cast: Vote = { idempotencyKey: randomUUID(), approvalId, verdict }
      ledger.votes.push(cast)
      await persist(() => vote(world, ledger, cast))
    }
  }

  const people = reviewers ? [reviewer(ANA, BEN), reviewer(BEN, ANA), voter()] : []
  const everybody = [...people, ...Array.from({ length: agents }, (_, index) => agent(index))]
  return {
    async stop() {
      stopAt = Math.min(stopAt, performance.now())
      await Promise.all(everybody)
    },
  }
}

const APPROVE_DENY = ['approve_action', 'deny_action']

function anyOf<T>(list: T[]): T | undefined {
  return list[Math.floor(Math.random() * list.length)]
}

/** undefined: no answer. */
export async function ask(
  world: World,
  ledger: Ledger,
  question: Question,
): Promise<ApprovalView | undefined> {
  const headers = { 'idempotency-key': question.idempotencyKey }
  const { agentKey: key, body, approvalId = '' } = question
  const knewBefore = ledger.knows(approvalId)
  const answer = await world.call<ApprovalView>('POST', '/v1/approvals', { key, body, headers })
  if (answer) ledger.answered(question, answer.status, answer.body, knewBefore)
  return answer?.body
}

async function vote(world: World, ledger: Ledger, cast: Vote): Promise<true | undefined> {
  const headers = { 'idempotency-key': cast.idempotencyKey }
  const body = { decision: cast.verdict }
  const path = `/v1/approvals/${cast.approvalId}/decision`
  const answer = await world.call<ApprovalView>('POST', path, { key: world.reviewerKey, body, headers })
  if (!answer) return undefined
  cast.accepted = answer.status === 200
  if (cast.accepted) ledger.saw(answer.body)
  else if (![409, 410].includes(answer.status)) ledger.problems.push(`${path} answered ${answer.status}`)
  return true
}

async function isRemembered({ databaseUrl }: World, { channel, ts }: Card): Promise<boolean> {
  const sql = `select handle from posted_cards where handle = '${channel}/${ts}' and whole = 1`
  return (await select(databaseUrl, sql)).length > 0
}

/** Resolves with the trigger_id once Slack got its 200; undefined when it did not, or the button is gone. */
export async function press(
  world: World,
  ledger: Ledger,
  card: Card,
  userId: string,
  actionId: string,
): Promise<string | undefined> {
  const triggerId = `press.${randomBytes(12).toString('hex')}`
  const { channel, ts, approvalId } = card
  // Approved is only what is known to be shown whole: a card that was not remembered in time is denied on.
  const isKnown = actionId !== 'approve_action' || (await isRemembered(world, card))
  const pressed = isKnown ? actionId : 'deny_action'
  // Without an answer a proxy may send the same request once more.
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const { status } = await world.slack.slack.click({ channel, ts, actionId: pressed, userId, triggerId })
      if (status === 200) {
        ledger.presses.push({ approvalId, triggerId })
        return triggerId
      }
      if (status !== 0) ledger.problems.push(`a press was answered ${status}`)
    } catch (error) {
      if (!(error instanceof NotOnTheCard)) throw error
      return undefined
    }
    await delay(RETRY_MS)
  }
  return undefined
}
