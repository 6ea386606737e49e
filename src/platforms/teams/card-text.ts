// Keeps others' text plain in Teams: look-alikes where markdown is read, and TextRuns, which read none.

import { oneLine, shortened } from '../content/text.ts'

/** What comes alive as formatting, emoji, mention, channel or bare link, because a zero-width break would enable it. */
const LIVE = /[[\]<>&\\|*~`:@#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|\.(?=\S)/g
const LOOKALIKES: Record<string, string> = {
  '*': '∗',
  _: 'ˍ',
  '~': '∼',
  '`': 'ˋ',
  ':': '꞉',
  '@': '＠',
  '#': '♯',
  '.': '․',
  '[': '［',
  ']': '］',
  '<': '‹',
  '>': '›',
  '&': '＆',
  '\\': '＼',
  '|': '｜',
}
/** Looser than Microsoft's renderer is: clients on telephones have a reader of their own. */
const FUNCTION = /\{(?=\{\s*(?:DATE|TIME))/gi
const SWALLOWED_SPACES = /^ +| {2,}/gm
const HARD_SPACE = '\u00a0'

/** One line of others' text where Teams renders markdown and HTML, which nothing switches off: as look-alikes. */
export function inert(text: string, max: number): string {
  return literal(shortened(oneLine(text), max)).replace(LIVE, (mark) => LOOKALIKES[mark] ?? '')
}

/** For a TextRun, whose `{{DATE(…)}}` and `{{TIME(…)}}` are all that would come alive in it. */
export function literal(text: string): string {
  return text.replace(FUNCTION, '｛')
}

/** JSON for a TextRun: it keeps its meaning, its indentation and its rows of spaces, and lines can still break. */
export function preformatted(json: string): string {
  return json.replace(FUNCTION, '\\u007b').replace(SWALLOWED_SPACES, (spaces) => {
    const pairs = `${HARD_SPACE} `.repeat(spaces.length / 2)
    return spaces.length % 2 === 0 ? pairs : HARD_SPACE + pairs
  })
}
