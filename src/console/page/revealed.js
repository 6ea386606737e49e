// @ts-check
// What did the agent really write? What a reader cannot see is shown as `\uXXXX`, and marked as ours.

import { el } from './dom.js'

/** As in the arguments on a card, character for character: a test holds them together. */
const UNSEEN =
  /(?:[\p{Cc}--[\n\t]]|\p{Default_Ignorable_Code_Point}|[\p{Cs}\p{Co}\p{Cn}\u2028\u2029\uFFF9-\uFFFC\u2800\u{13430}-\u{13442}\u{16FE4}\u{1D159}]|[\p{Zs}--[\u0020]]|(?<![\p{L}\p{M}\p{N}])[\p{M}--[\uFE0F]]+|(?<=\p{M}{4})\p{M})+/gv

/**
 * @param {string} text
 * @returns {{ text: string, unseen: boolean }[]}
 */
export function parts(text) {
  const found = []
  let from = 0
  for (const match of text.matchAll(UNSEEN)) {
    found.push({ text: text.slice(from, match.index), unseen: false })
    found.push({ text: escaped(match[0]), unseen: true })
    from = match.index + match[0].length
  }
  return [...found, { text: text.slice(from), unseen: false }].filter((part) => part.text !== '')
}

/** @param {string} text */
function escaped(text) {
  return text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

/**
 * @param {string} text
 * @returns {Node[]}
 */
export function revealed(text) {
  return parts(text).map((part) =>
    part.unseen
      ? el('mark', { title: 'A character that cannot be seen stands here' }, part.text)
      : document.createTextNode(part.text),
  )
}

/** @param {string} text for where only text can stand */
export function revealedText(text) {
  return parts(text)
    .map((part) => part.text)
    .join('')
}
