// Cuts what was read of a list into a page, and says where the next one goes on.

export interface Cut<Row> {
  shown: Row[]
  /** The `after` of the following page; undefined: there is none. */
  next: string | undefined
}

/** Of what an agent may make large; a single row may have more. */
const MOST_BYTES = 500_000

/** `rows`: read with one more than `limit`. */
export function cutPage<Row extends { id: string }>(rows: Row[], limit: number): Cut<Row> {
  return upTo(rows, rows.slice(0, limit))
}

/** The same, ended where the page would grow over half a megabyte. */
export function cutWholePage<Row extends { id: string; bytes: number }>(
  rows: Row[],
  limit: number,
): Cut<Row> {
  let left = MOST_BYTES
  const shown = rows.slice(0, limit).filter(({ bytes }, index) => {
    left -= bytes
    return index === 0 || left >= 0
  })
  return upTo(rows, shown)
}

function upTo<Row extends { id: string }>(rows: Row[], shown: Row[]): Cut<Row> {
  return { shown, next: rows.length > shown.length ? shown.at(-1)?.id : undefined }
}
