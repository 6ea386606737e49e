// Runs what takes too long for every change: generated clients, more random inputs, longer races, hundreds of kills.
//
//   npm run soak [rounds]      so many rounds of kill -9 on each database, 200 unless told
//
// Ends with 1 when anything failed; the last lines say what was done.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const EFFORT = 10
const HARDER = [
  'test/unit',
  'test/contract/race.test.ts',
  'test/contract/acknowledge.test.ts',
  'test/contract/storm.test.ts',
  'test/contract/burst.test.ts',
  'test/contract/flood.test.ts',
  'test/contract/any-mix.test.ts',
  'test/e2e/hostile-http.test.ts',
  'test/e2e/race-slack-teams.test.ts',
  'test/crash/first-start.test.ts',
]
const project = join(import.meta.dirname, '..')
const rounds = process.argv[2] ?? '200'
if (!/^[1-9]\d*$/.test(rounds)) throw new Error('How many rounds? A whole number.')

const vitest = join(project, 'node_modules/vitest/vitest.mjs')
const series = {
  'the clients that generators make of the API': ['test/try-clients.ts'],
  [`the tests with ${EFFORT} times the effort`]: [vitest, 'run', ...HARDER],
  [`${rounds} rounds of kill -9 on SQLite`]: ['test/crash/soak.ts', 'sqlite', rounds],
  [`${rounds} rounds of kill -9 on PostgreSQL`]: ['test/crash/soak.ts', 'postgres', rounds],
}

const ends: string[] = []
for (const [name, args] of Object.entries(series)) {
  const from = performance.now()
  const env = { ...process.env, TEST_EFFORT: String(EFFORT) }
  const child = spawn(process.execPath, args, { cwd: project, env, stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) process.exitCode = 1
  ends.push(
    `${name}: ${code === 0 ? 'passed' : 'FAILED'} in ${Math.round((performance.now() - from) / 1000)} s`,
  )
}
console.log(ends.join('\n'))
