// Makes the name that goes on record of what a directory says and of what somebody calls themselves.

const MAX_CHARACTERS = 200

/**
 * `Ines Kurz`, and with another name of their own choice `Ines Kurz (@Ana (CISO))`: that one never stands alone. Both
 * as `recordedText`.
 */
export function recordedName(name: string, displayName = ''): string {
  const [directory, chosen] = [recordedText(name), recordedText(displayName)]
  const isSame = chosen === '' || folded(chosen) === folded(directory)
  return isSame ? directory : `${directory} (@${enclosable(chosen)})`
}

/** Anybody's text as one line that every database can hold, cut with `…` where it is longer. */
export function recordedText(text: string, maxCharacters = MAX_CHARACTERS): string {
  const line = text
    .toWellFormed()
    .replace(/[\s\0\x85]+/g, ' ')
    .trim()
  const characters = [...line]
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : line
}

/** Without brackets of its own that do not match: none of it may seem to stand outside those around it. */
function enclosable(text: string): string {
  let rest = text
  for (let before = ''; before !== rest; ) {
    before = rest
    rest = rest.replace(/\([^()]*\)/g, '')
  }
  return /[()]/.test(rest) ? text.replace(/[()]/g, '') : text
}

/** In upper case, where more spellings meet than in lower: `ß` is `SS` there, and both sigmas are one. */
function folded(name: string): string {
  return name.normalize('NFKC').toUpperCase()
}
