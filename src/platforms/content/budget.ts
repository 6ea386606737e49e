// Says how much of others' text a card shows, and remembers what had to be cut, so that the card can say it.

import { head } from './text.ts'

export interface Budget {
  /** The beginning that has room: so many UTF-16 units where there is plenty. */
  of(what: string, text: string, max: number): string
  /** The same, however much else there is: for what is ours. */
  fixed(what: string, text: string, max: number): string
  first<T>(items: T[], max: number, unit: string): T[]
  /** To be asked last: `Truncated: showing the first 2,000 of 61,440 characters of the arguments.` */
  notice(): string | undefined
}

const LEAST_SHARE = 0.1
const SHARES = [1, 0.7, 0.5, 0.3, 0.2, LEAST_SHARE]

/**
 * The fullest drawing that fits: when the whole is too long, every text gets a smaller share of its maximum. What a
 * drawing holds besides must leave room for a tenth of each.
 */
export function fullest<T>(draw: (budget: Budget) => T, fits: (drawing: T) => boolean): T {
  return fitting(draw, fits) ?? least(draw)
}

/** undefined: not even the least fits. */
export function fitting<T>(draw: (budget: Budget) => T, fits: (drawing: T) => boolean): T | undefined {
  for (const share of SHARES) {
    const drawing = draw(createBudget(share))
    if (fits(drawing)) return drawing
  }
  return undefined
}

export function least<T>(draw: (budget: Budget) => T): T {
  return draw(createBudget(LEAST_SHARE))
}

function createBudget(share: number): Budget {
  // A name may stand in several places.
  const cuts = new Set<string>()
  const record = (shown: number, total: number, unit: string) => {
    if (shown < total) cuts.add(`the first ${count(shown)} of ${count(total)} ${unit}`)
  }
  function fixed(what: string, text: string, max: number): string {
    if (text.length <= max) return text
    const start = head(text, max)
    record(start.length, text.length, `characters of ${what}`)
    return `${start}…`
  }
  return {
    of: (what, text, max) => fixed(what, text, Math.ceil(max * share)),
    fixed,
    first(items, max, unit) {
      const start = items.slice(0, max)
      record(start.length, items.length, unit)
      return start
    },
    notice: () => (cuts.size > 0 ? `Truncated: showing ${[...cuts].join(', ')}.` : undefined),
  }
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}
