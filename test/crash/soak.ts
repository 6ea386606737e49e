// Kills servers for hours: rounds of load and kill -9, as kill-9.test.ts does a few of.
//
//   node test/crash/soak.ts sqlite [rounds] [at once]        200 rounds, 2 databases side by side
//   node test/crash/soak.ts postgres [rounds] [at once]      200 rounds, 5 databases side by side
//
// Prints a line per round and the sums at the end; exits with 1 at the first guarantee that does not hold. On
// PostgreSQL a round takes about 17 s: a dead process' leases must run out (15 s) before its destinations are
// served again. Needs nothing but this checkout: PostgreSQL comes from npm, Slack is the stand-in.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openLedger } from './ledger.ts'
import { killRound, pressAllUnknown, type RoundReport } from './round.ts'
import { createWorld } from './world.ts'

/** Then a new database is begun: what is looked at grows with every round. */
const ROUNDS_PER_DATABASE = 20

const [engine = 'sqlite', roundsText = '200', atOnceText] = process.argv.slice(2)
if (!['sqlite', 'postgres'].includes(engine)) throw new Error('sqlite or postgres?')
const rounds = Number(roundsText)
const atOnce = Math.min(rounds, Number(atOnceText ?? (engine === 'sqlite' ? 2 : 5)))
const reports: RoundReport[] = []
const sums = { approvals: 0, closed: 0, presses: 0, votes: 0, cards: 0 }
let left = rounds
let databasesMade = 0

const { newDatabase, end } = engine === 'sqlite' ? await sqlite() : await postgres()
const from = performance.now()
// All come to an end before the databases do: otherwise their complaints would hide the first one.
await Promise.all(Array.from({ length: atOnce }, () => work().catch(fail)))
await end()
const sum = (of: keyof RoundReport) => reports.reduce((total, report) => total + report[of], 0)
const took = reports.map((report) => report.tookMs).sort((a, b) => a - b)
const serves = reports.map((report) => report.servesAgainMs).sort((a, b) => a - b)
console.log(
  `${engine}: ${reports.length} rounds, ${sum('kills')} kills, ${process.exitCode ? 'FAILED' : 'nothing lost or doubled'}; ` +
    `${sums.approvals} approvals, ${sums.closed} seen closed, ${sums.presses} clicks and ${sums.votes} votes answered, ` +
    `${sums.cards} cards; ${sum('underWay')} posts under way at the kills, ${sum('unknown')} unknown copies, ` +
    `${sum('counted')} of them clicked while pending, ${sum('corrected')} after closing; ` +
    `median round ${seconds(median(took))}, serves again after ${seconds(median(serves))}; ` +
    `in all ${seconds(performance.now() - from)}`,
)

function fail(error: unknown): void {
  console.error(error)
  process.exitCode = 1
  left = 0
}

async function work(): Promise<void> {
  while (left > 0) {
    const mine = Math.min(left, ROUNDS_PER_DATABASE, Math.ceil(rounds / atOnce))
    left -= mine
    await live(mine)
  }
}

async function live(mine: number): Promise<void> {
  const number = databasesMade++
  const database = await newDatabase(`soak_${process.pid}_${number}`)
  const world = await createWorld({ databaseUrl: database.url })
  const ledger = openLedger()
  try {
    for (let round = 0; round < mine; round++) {
      const report = await killRound(world, ledger)
      reports.push(report)
      console.log(
        `round ${reports.length} (database ${number}): ${report.kills} kills, ${report.underWay} posts under way, ` +
          `${report.unknown} unknown, ${report.counted} counted, ${report.corrected} corrected, ` +
          `${ledger.questions.length} approvals so far, ${seconds(report.tookMs)}`,
      )
    }
    await pressAllUnknown(world, ledger)
    sums.approvals += ledger.questions.length
    sums.closed += ledger.closed.size
    sums.presses += ledger.presses.length
    sums.votes += ledger.votes.length
    sums.cards += world.slack.posts.length
  } finally {
    await world.close()
    await database.drop()
  }
}

interface Databases {
  newDatabase(name: string): Promise<{ url: string; drop(): Promise<void> }>
  end(): Promise<void>
}

async function sqlite(): Promise<Databases> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-soak-'))
  return {
    newDatabase: async (name) => ({ url: join(folder, `${name}.db`), drop: async () => undefined }),
    end: () => rm(folder, { recursive: true, force: true }),
  }
}

async function postgres(): Promise<Databases> {
  const server = fork(join(import.meta.dirname, '../fakes/postgres-server.ts'))
  const [{ adminUrl, problem }] = await once(server, 'message')
  if (problem) throw new Error(problem)
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: adminUrl })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  return {
    async newDatabase(name) {
      await run(`create database ${name}`)
      const url = new URL(adminUrl)
      url.pathname = `/${name}`
      return { url: url.href, drop: () => run(`drop database if exists ${name} with (force)`) }
    },
    async end() {
      server.disconnect()
      await once(server, 'exit')
    },
  }
}

function median(sorted: number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
