// Writes lines of ours, and others' text, as the texts of a card's template in Teams.

import { setApart } from '../../kit/identifier.ts'
import { quoted } from '../../kit/quoted.ts'
import { isolated, type Line, type Part } from '../content/line.ts'
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
  return line.map(run)
}

function run(part: Part): Run {
  const plain: Run = { text: '', weight: 'default', font: 'default', url: '' }
  if (typeof part === 'string') return { ...plain, text: part }
  if ('strong' in part) return { ...plain, text: part.strong, weight: 'bolder' }
  if ('id' in part) return { ...plain, text: literal(setApart(part.id)), font: 'monospace' }
  if ('name' in part) return { ...plain, text: literal(isolated(part.name)) }
  if ('quote' in part) return { ...plain, text: literal(quoted(isolated(part.quote))) }
  if ('deadline' in part) return { ...plain, text: localTime(part.deadline) }
  if ('time' in part) return { ...plain, text: localTime(part.time) }
  return { ...plain, text: part.words, weight: 'bolder', url: part.url }
}

/** In the reader's own zone. Teams reads no fractions of a second; what is no time is nothing. */
function localTime(iso: string): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return ''
  const seconds = `${new Date(at).toISOString().slice(0, 19)}Z`
  return `{{DATE(${seconds},SHORT)}} {{TIME(${seconds})}}`
}
