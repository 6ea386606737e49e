// Finds variables whose name is close to one that is read, and so was probably meant to be it.

/** Edits that a name of this length may be away from the right one: short names are close to too many others. */
const LETTERS_PER_EDIT = 5
const MOST_EDITS = 3

/** A sentence for each variable that has a value and that nobody reads under this name. Empty ones count as unset. */
export function misspelt(env: NodeJS.ProcessEnv, known: readonly string[]): string[] {
  const names = known.flatMap((name) => [name, `${name}_FILE`])
  const isRead = new Set(names)
  const set = Object.keys(env).filter((name) => env[name])
  // Where the right one is set too, the other is somebody else's.
  const unset = names.filter((name) => !env[name])
  return set
    .filter((name) => !isRead.has(name) && !/^npm_/i.test(name))
    .flatMap((name) => {
      const meant = nearest(name, unset)
      return meant === undefined ? [] : [`${name} is set and is not read. Did you mean ${meant}?`]
    })
}

function nearest(name: string, candidates: readonly string[]): string | undefined {
  const given = folded(name)
  let best: string | undefined
  let fewest = Math.min(MOST_EDITS, Math.floor(given.length / LETTERS_PER_EDIT)) + 1
  for (const candidate of candidates) {
    const edits = editsBetween(given, folded(candidate))
    if (edits < fewest) [best, fewest] = [candidate, edits]
  }
  return best
}

/** Case and underscores are lost most easily. */
function folded(name: string): string {
  return name.toUpperCase().replaceAll('_', '')
}

/** Letters to insert, remove, replace or swap with their neighbour. */
function editsBetween(a: string, b: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (isSame ? 0 : 1))
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwap) least = Math.min(least, (before[j - 2] ?? 0) + 1)
      next.push(least)
    }
    ;[before, row] = [row, next]
  }
  return row[b.length] ?? 0
}
