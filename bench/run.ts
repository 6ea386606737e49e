// Compares speed with bare code on this machine: `npm run bench -- [a b c d e f g h] [--rounds 5] [--quick] [--write]`.

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { report, writeInto } from './report.ts'
import { fight, type Result } from './row.ts'
import { click } from './row-click.ts'
import { deliver } from './row-deliver.ts'
import { policyClick } from './row-policy.ts'
import { request } from './row-request.ts'
import { scale } from './row-scale.ts'
import { start } from './row-start.ts'
import { teamsClick } from './row-teams.ts'
import { wait } from './row-wait.ts'
import { setStage } from './stage.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    engine: { type: 'string', multiple: true, default: ['sqlite', 'postgres'] },
  },
})
const { quick, write } = values
const rounds = Number(values.rounds ?? (quick ? 1 : 5))
const rows = [click, request, wait, scale, start, teamsClick, deliver, policyClick]
const wanted = rows.filter(({ letter }) => positionals.length === 0 || positionals.includes(letter))
if (!(rounds >= 1) || wanted.length < new Set(positionals).size) {
  console.error(`Rows are ${rows.map(({ letter, title }) => `${letter} (${title})`).join(', ')}.`)
  process.exit(2)
}
if (write && quick) {
  console.error('--write does not go with --quick, whose figures mean nothing.')
  process.exit(2)
}

process.once('SIGINT', () => process.exit(130))
const results: Result[] = []
for (const engine of ['sqlite', 'postgres'] as const) {
  if (!values.engine.includes(engine)) continue
  const stage = await setStage(engine, quick)
  try {
    for (const row of wanted) results.push(...(await fight(row, stage, rounds)))
  } finally {
    await stage.end()
  }
}
const table = report(results, { rounds, quick })
console.log(table)
if (write) writeInto(join(import.meta.dirname, '../docs/performance.md'), table)
// A smoke run only shows that every row runs.
if (!quick && results.some(({ ok }) => !ok)) process.exitCode = 1
