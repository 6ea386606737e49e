// Finds the middle of many numbers.

/** Between the two in the middle where their number is even; null: there is none. */
export function median(values: number[]): number | null {
  const sorted = Float64Array.from(values).sort()
  const lower = sorted[(sorted.length - 1) >> 1]
  const upper = sorted[sorted.length >> 1]
  return lower === undefined || upper === undefined ? null : (lower + upper) / 2
}
