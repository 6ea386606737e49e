// Puts anybody's text between quotation marks, so that it ends where it seems to end.

/** Whatever could be taken for one of ours. */
const MARKS =
  /[\p{Quotation_Mark}\u02BA\u02DD\u02EE\u05F4\u2033\u2034\u2036\u2037\u2057\u275D\u275E\u3003\u{1F676}-\u{1F678}]|['’]{2,}/gv
const ALREADY = /^“([^“”]*)”$/

/** Of quotation marks, only ours are there; what has them already stays as it is. */
export function quoted(text: string): string {
  return `“${text.replace(ALREADY, '$1').replace(MARKS, "'")}”`
}
