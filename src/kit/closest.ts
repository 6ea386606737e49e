// Finds the word that somebody meant who wrote another one by mistake.

/** So many letters may be wrong, more of them in a longer word. */
const LETTERS_PER_MISTAKE = 3

/** undefined: none is close. Case and signs between words do not count. */
export function closest(
  given: string,
  words: readonly string[],
  lettersPerMistake = LETTERS_PER_MISTAKE,
): string | undefined {
  const wanted = plain(given)
  const most = Math.floor(wanted.length / lettersPerMistake)
  const near = words
    .map((word) => ({ word, mistakes: mistakesBetween(wanted, plain(word), most) }))
    .filter(({ mistakes }) => mistakes <= most)
    .sort((a, b) => a.mistakes - b.mistakes)
  return near[0]?.word
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Letters to add, drop, change or swap with the next; Infinity where it is clear that they are more than `most`. */
function mistakesBetween(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Infinity
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j += 1) {
      const changed = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      const isSwapped = i > 0 && a[i] === b[j - 1] && a[i - 1] === b[j]
      const swapped = isSwapped ? (before[j - 1] ?? 0) + 1 : Infinity
      next.push(Math.min(changed, swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    before = row
    row = next
  }
  return row[b.length] ?? Infinity
}
