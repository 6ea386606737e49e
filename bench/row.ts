// Defines a row of the bench: ours against a bare baseline, by turns in rounds, with a bar for the ratio.

import { median } from './load.ts'
import type { Stage } from './stage.ts'

/** What one side measured in one round, by the name of the figure. */
export type Figures = Record<string, number>

export interface Measure {
  what: string
  unit: string
  /** Of the ratio ours/bare. */
  bar: { atLeast: number } | { atMost: number }
}

export interface Row {
  letter: string
  title: string
  measures: Record<string, Measure>
  /** Makes what all rounds share. */
  prepare(stage: Stage): Promise<Contest>
}

export interface Contest {
  /** One round, in a process of its own. */
  ours(): Promise<Figures>
  bare(): Promise<Figures>
  end?(): Promise<void>
}

export interface Result extends Measure {
  row: string
  engine: string
  ours: number
  bare: number
  ratio: number
  ok: boolean
}

/** Ours and bare by turns, the other one first in every second round; the medians of all rounds count. */
export async function fight(row: Row, stage: Stage, rounds: number): Promise<Result[]> {
  const contest = await row.prepare(stage)
  const ours: Figures[] = []
  const bare: Figures[] = []
  try {
    for (let round = 1; round <= rounds; round++) {
      const turns = [async () => ours.push(await contest.ours()), async () => bare.push(await contest.bare())]
      for (const turn of round % 2 === 0 ? turns.reverse() : turns) await turn()
      console.error(`(${row.letter}) ${stage.engine} ${round}/${rounds}: ${said(ours)} against ${said(bare)}`)
    }
  } finally {
    await contest.end?.()
  }
  return Object.entries(row.measures).map(([name, measure]) => {
    const middle = (side: Figures[]) => median(side.map((figures) => figures[name] ?? Number.NaN))
    const ratio = middle(ours) / middle(bare)
    const { bar } = measure
    const ok = 'atLeast' in bar ? ratio >= bar.atLeast : ratio <= bar.atMost
    return {
      ...measure,
      row: row.letter,
      engine: stage.engine,
      ours: middle(ours),
      bare: middle(bare),
      ratio,
      ok,
    }
  })
}

function said(side: Figures[]): string {
  return Object.values(side.at(-1) ?? {})
    .map((value) => value.toPrecision(3))
    .join(' ')
}
