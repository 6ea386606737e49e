// Shows that nothing answered is lost or doubled when a server is killed: real processes, both databases.

import { expect, test } from 'vitest'
import { databases } from '../fakes/databases.ts'
import { openLedger } from './ledger.ts'
import { killRound, pressAllUnknown, type RoundReport } from './round.ts'
import { createWorld } from './world.ts'

/**
 * Databases side by side: on PostgreSQL a round mostly waits until the dead process' leases run out. Hundreds of
 * rounds with `npm run soak`.
 */
const PLAN = { sqlite: { worlds: 1, rounds: 3 }, postgres: { worlds: 3, rounds: 1 } }

test.concurrent.each(databases)(
  'on $name: kill -9 loses and doubles nothing that was answered, and every card comes to the truth',
  async ({ name, create }) => {
    const { worlds, rounds } = PLAN[name]
    const lives = await Promise.allSettled(Array.from({ length: worlds }, () => live(create, rounds)))
    for (const life of lives) if (life.status === 'rejected') throw life.reason
  },
  120_000,
)

async function live(create: (typeof databases)[number]['create'], rounds: number): Promise<RoundReport[]> {
  const database = await create()
  const world = await createWorld({ databaseUrl: database.url })
  try {
    const ledger = openLedger()
    const reports: RoundReport[] = []
    for (let round = 0; round < rounds; round++) {
      reports.push(await killRound(world, ledger))
      if (process.env.CRASH_LOG) console.log(database.url.slice(0, 8), JSON.stringify(reports.at(-1)))
    }
    await pressAllUnknown(world, ledger)
    expect(ledger.closed.size).toBeGreaterThan(rounds)
    return reports
  } finally {
    await world.close()
    await database.drop()
  }
}
