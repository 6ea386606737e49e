// Writes a JSON value in its canonical form (RFC 8785), so that equal values are equal texts everywhere.

/** A value that contains itself ends here too. */
const MAX_DEPTH = 200

/**
 * JSON as RFC 8785 (JCS) writes it; members that are undefined are left out. Throws a TypeError for whatever JSON does
 * not keep: NaN and infinities, half a character, a function, a Date or another object that is not plain data.
 */
export function canonicalJson(value: unknown): string {
  return written(value, 0)
}

function written(value: unknown, depth: number): string {
  if (value === null || value === true || value === false) return String(value)
  if (typeof value === 'string') return writtenText(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (typeof value !== 'object') throw notJson(typeof value === 'number' ? String(value) : typeof value)
  if (depth === MAX_DEPTH) throw notJson('what is nested so deep')
  if (Array.isArray(value)) return `[${Array.from(value, (one) => written(one, depth + 1)).join(',')}]`
  if (!isPlain(value)) throw notJson(`a ${value.constructor?.name ?? 'strange object'}`)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  // By UTF-16 units, as JavaScript compares texts.
  members.sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([name, member]) => `${writtenText(name)}:${written(member, depth + 1)}`).join(',')}}`
}

function writtenText(text: string): string {
  if (!text.isWellFormed()) throw notJson('half a character')
  return JSON.stringify(text)
}

/** Made by a literal or a parser, in whatever realm. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function notJson(what: string): TypeError {
  return new TypeError(`JSON has no place for ${what}`)
}
