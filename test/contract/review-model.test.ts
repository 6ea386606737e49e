// Proves that no sequence of votes, joins and changes of groups approves without the required different people.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/kit/ids.ts'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { openReviewHouse, type ReviewHouse } from '../fakes/review-house.ts'

const PEOPLE = 5
const GROUPS = ['one', 'two', 'three']
const LONGEST = 14

type Step =
  | { do: 'vote' | 'retry' | 'disable' | 'enable' | 'unjoin'; who: number }
  | { do: 'join'; who: number; with: number }
  | { do: 'enter' | 'leave'; who: number; group: number }

const who = fc.nat(PEOPLE - 1)
const group = fc.nat(GROUPS.length - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('vote' as const), who }), weight: 6 },
  {
    arbitrary: fc.record({ do: fc.constantFrom('enter' as const, 'leave' as const), who, group }),
    weight: 3,
  },
  { arbitrary: fc.record({ do: fc.constantFrom('retry' as const, 'disable' as const), who }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constantFrom('enable' as const, 'unjoin' as const), who }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('join' as const), who, with: who }), weight: 2 },
)
const plan = fc.record({
  /** How many of each group; 0: it is not asked. */
  needed: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(1)).filter((needed) => needed.some((count) => count > 0)),
  members: fc.array(fc.subarray([0, 1, 2], { minLength: 1 }), { minLength: PEOPLE, maxLength: PEOPLE }),
  steps: fc.array(step, { minLength: 4, maxLength: LONGEST }),
})

/** What is known of one person who is played with. */
interface Player {
  userId: string
  id: string
  groups: Set<number>
  isDisabled: boolean
  /** Who the admin said is the same. */
  cluster: Set<number>
  /** The groups at the vote of this account. */
  voted: Set<number> | undefined
  pressed: string | undefined
}

describe.each(databases)('on $name', (engine) => {
  let house: ReviewHouse
  let round = 0

  beforeAll(async () => {
    house = await openReviewHouse(engine)
  })
  afterAll(() => house.close())

  test(
    'it is approved exactly when different people can be told off for each place',
    async () => {
      const numRuns = (engine.name === 'sqlite' ? 25 : 8) * EFFORT
      await fc.assert(fc.asyncProperty(plan, play), { numRuns })
    },
    120_000 * EFFORT,
  )

  async function play({
    needed,
    members,
    steps,
  }: typeof plan extends fc.Arbitrary<infer Plan> ? Plan : never) {
    round += 1
    const nameOf = (index: number) => `${GROUPS[index]}-${round}`
    const players: Player[] = []
    for (const [index, groups] of members.entries()) {
      const userId = `P${round}x${index}`
      const id = await house.person(userId)
      players.push({
        userId,
        id,
        groups: new Set(groups),
        isDisabled: false,
        cluster: new Set([index]),
        voted: undefined,
        pressed: undefined,
      })
      for (const one of groups) await house.group(nameOf(one), userId)
    }
    for (const index of GROUPS.keys()) await house.group(nameOf(index))
    const asks = needed.flatMap((count, index) =>
      count > 0 ? [`{ group: ${nameOf(index)}, approvals: ${count} }`] : [],
    )
    await house.policy(`rules: [{ name: r, match: {}, ask: { requirements: [${asks.join(', ')}] } }]`)
    const asked = await house.office.ask()
    const order: number[] = []

    for (const taken of steps) {
      const player = players[taken.who] as Player
      if (taken.do === 'enter' || taken.do === 'leave') await move(player, taken.do, taken.group)
      else if (taken.do === 'join') await join(taken.who, taken.with)
      else if (taken.do === 'unjoin') await unjoin(taken.who)
      else if (taken.do === 'disable' || taken.do === 'enable') await able(player, taken.do === 'disable')
      else if (await vote(taken.who, taken.do === 'retry')) return
    }

    async function move(player: Player, how: 'enter' | 'leave', index: number) {
      if (how === 'enter' && !player.groups.has(index)) {
        await house.group(nameOf(index), player.userId)
        player.groups.add(index)
      } else if (how === 'leave' && player.groups.delete(index))
        await house.leave(nameOf(index), player.userId)
    }

    async function join(a: number, b: number) {
      const [one, other] = [players[a], players[b]] as [Player, Player]
      if (one.cluster === other.cluster || clusterDisabled(one) !== clusterDisabled(other)) return
      await house.people.join(one.id, other.id, 'test')
      const both = new Set([...one.cluster, ...other.cluster])
      for (const index of both) (players[index] as Player).cluster = both
    }

    /** Only where two are joined: in a larger one it depends on who points at whom. */
    async function unjoin(index: number) {
      const { cluster, id } = players[index] as Player
      if (cluster.size !== 2) return
      const [other] = [...cluster].filter((one) => one !== index)
      const undone = await house.people.unjoin(id, 'test')
      if (undone === 'not_joined') await house.people.unjoin((players[other as number] as Player).id, 'test')
      for (const one of cluster) (players[one] as Player).cluster = new Set([one])
    }

    async function able({ id, cluster }: Player, disabled: boolean) {
      await house.people.change(id, { disabled }, 'test')
      // Whoever is joined to them is they.
      for (const one of cluster) (players[one] as Player).isDisabled = disabled
    }

    function clusterDisabled({ cluster }: Player) {
      return [...cluster].some((one) => players[one]?.isDisabled)
    }

    /** Resolves true once it is closed, having looked whether it may be. */
    async function vote(index: number, isRetry: boolean): Promise<boolean> {
      const player = players[index] as Player
      if (isRetry && player.pressed === undefined) return false
      const interactionId = isRetry ? (player.pressed as string) : newId('press')
      const before = expected(index)
      const outcome = await house.vote(asked, player.userId, 'approve', { interactionId })
      if (isRetry) {
        expect(outcome).toBe('pending')
        return false
      }
      expect([outcome, before]).toContain(before)
      expect(outcome).toBe(before)
      if (outcome === 'pending' || outcome === 'approved') {
        player.pressed = interactionId
        player.voted = groupsOf(player)
        order.push(index)
      }
      return outcome === 'approved'
    }

    /** Of the whole person: the groups of everybody who is the same. */
    function groupsOf({ cluster }: Player): Set<number> {
      return new Set([...cluster].flatMap((one) => [...(players[one] as Player).groups]))
    }

    function expected(index: number): string {
      const player = players[index] as Player
      if (clusterDisabled(player)) return 'reviewer_disabled'
      const groups = groupsOf(player)
      if (![...groups].some((one) => (needed[one] ?? 0) > 0)) return 'not_a_reviewer'
      if (order.some((one) => player.cluster.has(one))) return 'already_voted'
      // Who voted twice before an admin said that they are one counts once, for the groups of both votes.
      const counted = new Map<Set<number>, Set<number>>()
      for (const one of order) {
        const voter = players[one] as Player
        if (clusterDisabled(voter)) continue
        const before = counted.get(voter.cluster) ?? []
        counted.set(voter.cluster, new Set([...before, ...(voter.voted as Set<number>)]))
      }
      return isFilled(needed, [...counted.values(), groups]) ? 'approved' : 'pending'
    }
  }
})

/** By trying everything: each voter fills a place of one of their groups, or none. */
function isFilled(needed: number[], voters: Set<number>[]): boolean {
  if (needed.every((count) => count <= 0)) return true
  const [first, ...rest] = voters
  if (first === undefined) return false
  return [...first, -1].some((group) =>
    isFilled(
      needed.map((count, index) => (index === group ? count - 1 : count)),
      rest,
    ),
  )
}
