// Cuts a list into parts that fit into one statement.

const AT_ONCE = 100

/** SQLite takes no expression that is deeper than a thousand. */
export function chunks<T>(all: T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, i) =>
    all.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  )
}
