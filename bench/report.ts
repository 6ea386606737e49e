// Reports the results as a table in Markdown, with the machine that they were measured on.

import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import type { Result } from './row.ts'

const BEGIN = '<!-- bench:begin -->'
const END = '<!-- bench:end -->'

export function report(results: Result[], { rounds, quick }: { rounds: number; quick: boolean }): string {
  const lines = results.map((result) => {
    const { row, what, engine, ours, bare, unit, ratio, bar, ok } = result
    const wanted = 'atLeast' in bar ? `≥ ${bar.atLeast}` : `≤ ${bar.atMost}`
    const cells = [
      `(${row}) ${what}`,
      engine,
      figure(ours, unit),
      figure(bare, unit),
      ratio.toFixed(2),
      wanted,
    ]
    return `| ${[...cells, ok ? 'yes' : '**no**'].join(' | ')} |`
  })
  return [
    '| row | engine | ours | bare | ratio | bar | ok? |',
    '|---|---|--:|--:|--:|--:|---|',
    ...lines,
    '',
    ...(quick ? ['A smoke run with small numbers: these figures mean nothing.', ''] : []),
    `${machine()}. Medians of ${rounds} rounds, ${new Date().toISOString().slice(0, 10)}.`,
  ].join('\n')
}

/**
 * Puts it between the two marks of the page; throws when they are not there. Rows that were not run keep what they
 * had, since only their ratio counts, which is taken in one run.
 */
export function writeInto(page: string, table: string): void {
  const [before, rest] = readFileSync(page, 'utf8').split(BEGIN)
  const [earlier, after] = rest?.split(END) ?? []
  if (earlier === undefined || after === undefined) throw new Error(`${BEGIN} … ${END} is missing`)
  writeFileSync(page, `${before}${BEGIN}\n${merged(earlier, table)}\n${END}${after}`)
}

function merged(earlier: string, table: string): string {
  const rowsOf = (text: string) =>
    text.split('\n').flatMap((line) => (line.startsWith('| (') ? [[keyOf(line), line] as const] : []))
  const rows = [...new Map([...rowsOf(earlier), ...rowsOf(table)])].sort(([a], [b]) => a.localeCompare(b))
  const [head = '', line = ''] = table.split('\n')
  return [head, line, ...rows.map(([, row]) => row), '', table.split('\n').at(-1)].join('\n')
}

/** SQLite before PostgreSQL, then by letter. */
function keyOf(line: string): string {
  const [what = '', engine] = line.slice(2).split(' | ')
  return `${engine === 'sqlite' ? 0 : 1} ${what}`
}

function figure(value: number, unit: string): string {
  const text = value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
  return unit === '/s' ? `${text}/s` : `${text} ${unit}`
}

function machine(): string {
  const [cpu] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB of memory`
  return `${cpu?.model.trim()}, ${cpus().length} cores, ${memory}, Node ${process.version}, ${fileSystem()}`
}

/** Of the place where the databases lie, as Linux names its kind. */
function fileSystem(): string {
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
    const fitting = mounts
      .map((line) => line.split(' '))
      .filter(([, at = '']) => at === '/' || `${tmpdir()}/`.startsWith(`${at}/`))
      .sort(([, a = ''], [, b = '']) => a.length - b.length)
    return `databases on ${fitting.at(-1)?.[2] ?? 'an unknown file system'}`
  } catch {
    return `databases on ${process.platform}'s file system`
  }
}
