// Writes in lines for a terminal what changes between two policies.

import type { Changed, Difference } from '../policy/compare.ts'

/** Such as `~ rule "reads"`, and a line below for each field. */
export function differenceLines(difference: Difference): string[] {
  switch (difference.kind) {
    case 'policy':
      return difference.changes.map(
        ({ path, before, after }) => `~ ${path}: ${from(before)} → ${from(after)}`,
      )
    case 'added':
      return [
        `+ rule "${difference.rule}"`,
        ...difference.changes.map(({ path, after }) => `    ${path}: ${after}`),
      ]
    case 'removed':
      return [`- rule "${difference.rule}"`]
    case 'changed':
      return [`~ rule "${difference.rule}"`, ...difference.changes.map(changedLine)]
    case 'moved':
      return [`~ rule "${difference.rule}" moves from place ${difference.from} to place ${difference.to}`]
  }
}

function changedLine({ path, before, after }: Changed): string {
  return `    ${path}: ${from(before)} → ${from(after)}`
}

function from(value: string | null): string {
  return value ?? '(not there)'
}
