// Shows that of many processes that redeem one grant one does, also when it is killed before it can say so.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { approved, claimsIn, type Granted } from '../fakes/grants.ts'
import { recordOf } from '../fakes/office.ts'
import { openReviewHouse, type ReviewHouse } from '../fakes/review-house.ts'
import type { Answer, Call } from './redeemer.ts'

const PROGRAM = fileURLToPath(new URL('./redeemer.ts', import.meta.url))
const GRANTS = 24 * EFFORT
/** At each process. */
const CALLERS = 4

interface Redeemer {
  /** undefined: it died, and nobody knows whether it counted. */
  call(call: Call): Promise<Answer | undefined>
  answered(): number
  kill(): void
}

/** What callers have in hand, by turns: nothing; the key of the run; the key with which it was asked. */
const HANDS = ['nothing', 'the key of the run', 'the key of the request'] as const
const handOf = (grant: number) => HANDS[grant % HANDS.length]

/** What this caller sends: its redemption, or, every other one of those that may, the request once more. */
function callOf({ redeem, request }: Granted, grant: number, caller: number): Call {
  const hand = handOf(grant)
  if (hand === 'the key of the run') return { redeem: { ...redeem, idempotencyKey: `run ${grant}` } }
  if ((caller + grant) % 2) return { request }
  const { idempotencyKey } = request
  return { redeem: { ...redeem, ...(idempotencyKey !== undefined && { idempotencyKey }) } }
}

test.each(databases)(
  'on $name: killed amid redemptions, no grant runs twice, and whoever has its key gets its one receipt',
  async (engine) => {
    const database = await engine.create()
    const house = await openReviewHouse({ ...engine, create: async () => database })
    const args = [database.url, String(house.clock.now())]
    const redeemers = await Promise.all([startRedeemer(args), startRedeemer(args)])
    try {
      const grants: Granted[] = []
      for (let at = 0; at < GRANTS; at++) {
        const isKeyed = handOf(at) === 'the key of the request'
        grants.push(await approved(house, isKeyed ? { idempotencyKey: `ask ${at}` } : {}))
      }
      const receipts = await callAll(redeemers, grants)
      for (const [at, { id }] of grants.entries()) {
        const recorded = await receiptOf(house, id)
        expect(receipts[at]?.filter((receipt) => receipt !== recorded)).toEqual([])
        if (handOf(at) === 'nothing') expect(receipts[at]?.length).toBeLessThanOrEqual(1)
        else expect(receipts[at]).toHaveLength(2 * CALLERS)
      }
    } finally {
      for (const redeemer of redeemers) redeemer.kill()
      await house.close()
    }
  },
)

/** Everybody wants every grant, and whoever hears nothing tries again where somebody is alive; returns what they got. */
async function callAll([doomed, survivor]: [Redeemer, Redeemer], grants: Granted[]): Promise<string[][]> {
  const receipts = grants.map((): string[] => [])
  const killAfter = CALLERS * GRANTS * (0.1 + 0.6 * Math.random())
  async function caller(first: Redeemer, number: number): Promise<void> {
    for (const [at, grant] of grants.entries()) {
      const call = callOf(grant, at, number)
      const answer = (await first.call(call)) ?? (await survivor.call(call))
      if (doomed.answered() >= killAfter) doomed.kill()
      if (answer?.receipt) receipts[at]?.push(answer.receipt)
      else expect(answer?.code).toBe('request' in call ? null : 'already_redeemed')
    }
  }
  const numbers = Array.from({ length: CALLERS }, (_, number) => number)
  await Promise.all([doomed, survivor].flatMap((first) => numbers.map((number) => caller(first, number))))
  return receipts
}

/** The one on record, with the one row of its audit. */
async function receiptOf({ office }: ReviewHouse, id: string): Promise<string | undefined> {
  const rows = await office.db.read
    .selectFrom('redemptions')
    .selectAll()
    .where('approval_id', '=', id)
    .execute()
  expect(rows.map(({ receipt }) => claimsIn(receipt).jti)).toEqual([rows[0]?.id])
  const { approval, audit, events } = await recordOf(office.db, id)
  expect(approval.redeemed_at).not.toBeNull()
  for (const told of [audit, events]) {
    expect(told.filter((what) => what === 'approval.redeemed')).toHaveLength(1)
  }
  return rows[0]?.receipt
}

async function startRedeemer(args: string[]): Promise<Redeemer> {
  const child = fork(PROGRAM, args)
  await once(child, 'message')
  const waiting = new Map<number, (answer: Answer | undefined) => void>()
  let [sent, answered, isGone] = [0, 0, false]
  child.on('message', (answer: Answer) => {
    answered += 1
    waiting.get(answer.number)?.(answer)
    waiting.delete(answer.number)
  })
  child.once('exit', () => {
    isGone = true
    for (const release of waiting.values()) release(undefined)
  })
  return {
    call(call) {
      const number = sent++
      return new Promise((resolve) => {
        if (isGone) return resolve(undefined)
        waiting.set(number, resolve)
        child.send({ number, ...call }, () => {})
      })
    },
    answered: () => answered,
    kill: () => child.kill('SIGKILL'),
  }
}
