// Makes the name that goes on record of what a directory says and of what somebody calls themselves.

const MAX_CHARACTERS = 200

/** Bidi controls, zero-width characters, fillers and the like: nobody sees them, and some turn around what is seen. */
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u{1D159}]/gu
const BLANKS = /[\s\p{Cc}\u2800]+/gu
const SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u
const BRACKET = /[\p{Ps}\p{Pe}]/u
const PAIR = /\([^\p{Ps}\p{Pe}]*\)|\[[^\p{Ps}\p{Pe}]*\]|\{[^\p{Ps}\p{Pe}]*\}/gu
/** What only we write: `(@` before a chosen name, and `@` before a handle. */
const MARK = /(^|\p{Ps})[\s@＠﹫]*[@＠﹫]/gu

/**
 * `Ines Kurz`, and with another name of their own choice `Ines Kurz (@Ana (CISO))`: that one never stands alone.
 * `directory`: as `directoryName` or `recordedText`.
 */
export function recordedName(directory: string, displayName = ''): string {
  const given = recordedText(displayName)
  const chosen = enclosable(given)
  const isSame = chosen === '' || folded(given) === folded(directory)
  return isSame ? directory : `${directory} (@${chosen})`
}

/** As `recordedText`, and never like a handle, nor with a name that seems to be a chosen one. */
export function directoryName(text: string): string {
  return recordedText(text).replace(MARK, '$1').trim()
}

/**
 * Anybody's text as one line that every database can hold, without what is unseen, cut with `…` where it is longer;
 * empty where nothing of it can be seen.
 */
export function recordedText(text: string, maxCharacters = MAX_CHARACTERS): string {
  const line = text.toWellFormed().replace(UNSEEN, '').replace(BLANKS, ' ').trim()
  if (!SEEN.test(line)) return ''
  const characters = [...line]
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : line
}

/** Without brackets of its own, of any script, that do not match: none of it may seem to stand outside those around it. */
function enclosable(text: string): string {
  let rest = text.normalize('NFKC')
  for (let before = ''; before !== rest; ) {
    before = rest
    rest = rest.replace(PAIR, '')
  }
  if (!BRACKET.test(rest)) return text
  return recordedText([...text].filter((character) => !BRACKET.test(character.normalize('NFKC'))).join(''))
}

/** In upper case, where more spellings meet than in lower: `ß` is `SS` there, and both sigmas are one. */
function folded(name: string): string {
  return name.normalize('NFKC').toUpperCase()
}
