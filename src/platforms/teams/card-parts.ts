// Writes lines of ours, and others' text, as the texts of a card's template in Teams.

import { quoted } from '../../kit/quoted.ts'
import { type Line, type Writing, writtenPart } from '../content/line.ts'
import { literal } from './card-text.ts'

/** One TextRun: it shows its text as it is, but for the functions of a time. */
export interface Run {
  text: string
  weight: 'bolder' | 'default'
  font: 'monospace' | 'default'
  /** Where it leads; empty for nowhere. */
  url: string
}

export function runs(line: Line): Run[] {
  return line.map((part) => writtenPart(part, RUNS))
}

const PLAIN: Run = { text: '', weight: 'default', font: 'default', url: '' }

const RUNS: Writing<Run> = {
  words: (text) => ({ ...PLAIN, text }),
  strong: (text) => ({ ...PLAIN, text, weight: 'bolder' }),
  id: (text) => ({ ...PLAIN, text: literal(text), font: 'monospace' }),
  name: (text) => ({ ...PLAIN, text: literal(text) }),
  quote: (text) => ({ ...PLAIN, text: literal(quoted(text)) }),
  time: (iso) => ({ ...PLAIN, text: localTime(iso) }),
  link: (words, url) => ({ ...PLAIN, text: words, weight: 'bolder', url }),
}

/** In the reader's own zone. Teams reads no fractions of a second; what is no time is nothing. */
function localTime(iso: string): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return ''
  const seconds = `${new Date(at).toISOString().slice(0, 19)}Z`
  return `{{DATE(${seconds},SHORT)}} {{TIME(${seconds})}}`
}
