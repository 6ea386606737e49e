// Matches a text with a pattern in which a star stands for any run of characters.

/**
 * `*` stands for any text, also none, wherever it is; everything else for itself. Not by a regular expression: the
 * text is an agent's, and many stars would make one very slow. This goes through the text once.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const [start = '', ...rest] = glob.split('*')
  const end = rest.pop()
  if (end === undefined) return glob === text
  if (!text.startsWith(start)) return false
  let at = start.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - end.length >= at && text.endsWith(end)
}
