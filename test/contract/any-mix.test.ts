// Shows that of any mix of cards, redraws, alerts, keys, risks and refusals nothing is lost or doubled, and the order holds.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { SEVERITIES, type Severity } from '../../src/events/severity.ts'
import { Failed, Throttled } from '../../src/platforms/platform.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { openPostRoom } from '../fakes/post-room.ts'

const RUNS = { sqlite: 12 * EFFORT, postgres: 4 * EFFORT }
const INTERVAL_MS = 1_000
const PACED = { pace: () => [{ bucket: 'the place', perSecond: 1 }] }
/** So long a first retry waits at most. */
const RETRIED_MS = 60_000

const key = fc.integer({ min: 0, max: 3 }).map((n) => `key_${n}`)
const level = fc.constantFrom(...SEVERITIES)
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      key,
      level,
      expiresInSeconds: fc.integer({ min: 3_000, max: 3_600 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('alert' as const), level }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('withdraw' as const), which: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('throttle' as const, 'fail' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

describe.each(databases)('on $name', ({ name, create }) => {
  test(
    'nothing is lost or doubled, keys take turns, and the most urgent of each goes first',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => run(steps, create)),
        { numRuns: RUNS[name], interruptAfterTimeLimit: 20_000 * EFFORT },
      )
    },
    60_000 * EFFORT,
  )
})

async function run(steps: Step[], create: (typeof databases)[number]['create']): Promise<void> {
  const room = await openPostRoom(create, PACED)
  try {
    await room.office.destination()
    await room.worker()
    const model = createModel()
    let seen = 0

    /** Until nothing is under way, and nothing may go before time passes; then all that was tried is judged. */
    async function rest(): Promise<void> {
      const { read } = room.office.db
      await eventually(async () => {
        const to = await read.selectFrom('destinations').selectAll().executeTakeFirstOrThrow()
        if (to.lease_id !== null) return false
        const pending = await read
          .selectFrom('deliveries')
          .selectAll()
          .where('state', '=', 'pending')
          .orderBy('id')
          .execute()
        // Of each card the earliest alone is due.
        const first = [...Map.groupBy(pending, (row) => row.subject_id).values()].flatMap((rows) =>
          rows.slice(0, 1),
        )
        const due = first.some((row) => row.next_attempt_at <= room.clock.now())
        return !due || to.cool_until > room.clock.now()
      })
      for (const tried of room.platform.tried.slice(seen)) {
        const failed = !room.platform.sent.some(
          (sent) => sent.about === tried.about && sent.what === tried.what && sent.status === tried.status,
        )
        model.tried(tried.what, tried.about, failed)
      }
      seen = room.platform.tried.length
    }
    const pass = async (ms: number) => {
      room.advance(ms)
      await rest()
    }

    for (const one of steps) {
      if (one.do === 'ask') {
        const { key: ownerKeyId, expiresInSeconds } = one
        model.asked(
          await room.office.ask({ ownerKeyId, expiresInSeconds, risk: { level: one.level, score: null } }),
          ownerKeyId,
        )
      } else if (one.do === 'alert') {
        const [alert] = await room.tell({ severity: one.level })
        model.told(alert?.id as string)
      } else if (one.do === 'throttle') room.platform.fail(new Throttled(1_500))
      else if (one.do === 'fail') room.platform.fail(new Failed('http_500'))
      else if (one.do === 'pass') await pass(INTERVAL_MS)
      else if (one.do === 'withdraw') {
        const open = model.open()
        const id = open[one.which % Math.max(1, open.length)]
        if (id === undefined) continue
        await room.office.desk.withdraw({ approvalId: id })
        model.closed(id)
      }
      await rest()
    }
    const waiting = async () =>
      (
        await room.office.db.read
          .selectFrom('deliveries')
          .select('id')
          .where('state', '=', 'pending')
          .execute()
      ).length
    for (let passed = 0; (await waiting()) > 0; passed++) {
      if (passed > 500) throw new Error('something is never sent')
      await pass(passed % 10 === 9 ? RETRIED_MS : INTERVAL_MS)
    }

    const posts = room.platform.sent.filter(({ what }) => what === 'post').map(({ about }) => about)
    expect(posts.length).toBe(new Set(posts).size)
    expect(posts).toEqual(expect.arrayContaining(model.alerts()))
    for (const id of model.open()) expect(Object.values(room.platform.cards(id))).toEqual(['pending'])
    for (const id of posts.filter(model.isApproval)) {
      const status = (await room.office.queries.find(id))?.status
      expect(new Set(Object.values(room.platform.cards(id)))).toEqual(new Set([status]))
    }
  } finally {
    await room.close()
  }
}

interface Card {
  view: ApprovalView
  lane: string
  isOpen: boolean
  isPosted: boolean
  /** Closed since it was drawn. */
  isStale: boolean
  /** It failed, and waits for a time that only the product knows. */
  isRetried: boolean
}

/** What is to be sent, told in the words of the order of sends. */
function createModel() {
  const cards = new Map<string, Card>()
  const alerts = new Map<string, { isPosted: boolean }>()
  /** The lanes by when they were served last. */
  const served: string[] = []
  let last: 'card' | 'update' = 'update'

  const urgency = ({ view }: Card) =>
    [9 - SEVERITIES.indexOf(view.risk.level as Severity), view.expires_at, view.id].join()
  const byUrgency = (a: Card, b: Card) => (urgency(a) < urgency(b) ? -1 : 1)
  const waiting = () => [...cards.values()].filter((card) => card.isOpen && !card.isPosted && !card.isRetried)
  const stale = () => [...cards.values()].filter((card) => card.isPosted && card.isStale && !card.isRetried)

  function judgeCard(card: Card): void {
    const candidates = waiting()
    expect(candidates.filter(({ lane }) => lane === card.lane).toSorted(byUrgency)[0]).toBe(card)
    const never = candidates.filter(({ lane }) => !served.includes(lane)).toSorted(byUrgency)
    const longestAgo = served.find((lane) => candidates.some((one) => one.lane === lane))
    expect(card.lane).toBe(never[0]?.lane ?? longestAgo)
    // An update that failed may be due again by now.
    if (last === 'card') expect(stale()).toEqual([])
  }

  return {
    open: () => [...cards].filter(([, { isOpen }]) => isOpen).map(([id]) => id),
    alerts: () => [...alerts.keys()],
    isApproval: (id: string) => cards.has(id),
    asked(view: ApprovalView, lane: string) {
      cards.set(view.id, { view, lane, isOpen: true, isPosted: false, isStale: false, isRetried: false })
    },
    told: (id: string) => void alerts.set(id, { isPosted: false }),
    closed(id: string) {
      const card = cards.get(id) as Card
      card.isOpen = false
      card.isStale = card.isPosted
    },
    tried(what: string, about: string, failed: boolean) {
      const card = cards.get(about)
      if (!card) {
        // What is closed unseen, and what failed, stands in no queue of this model.
        expect([...waiting(), ...stale()]).toEqual([])
        if (!failed) (alerts.get(about) as { isPosted: boolean }).isPosted = true
        return
      }
      const isFirst = what === 'post' && card.isOpen
      if (isFirst && !card.isRetried) judgeCard(card)
      if (!isFirst && !card.isRetried && last === 'update') expect(waiting()).toEqual([])
      if (isFirst) {
        served.splice(0, served.length, ...served.filter((lane) => lane !== card.lane), card.lane)
      }
      last = isFirst ? 'card' : 'update'
      card.isRetried = failed
      if (failed) return
      card.isPosted = true
      card.isStale = false
    },
  }
}
