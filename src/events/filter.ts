// Decides which destination hears an event: by type or category, tool and agent, from a severity upwards.

import type { EventType } from './catalogue.ts'
import { atLeast, type Severity } from './severity.ts'

export interface Filter {
  /** Types and categories by their own names, not by an alias; null hears every type. */
  events: string[] | null
  minSeverity: Severity
  /** A `*` stands for any text, as in `slack.*`; null hears all, also what is about no tool. */
  tools: string[] | null
  /** Ids; null hears all, also what is about no agent. */
  agents: string[] | null
}

/** What of an event decides who hears it. */
export interface Heard {
  type: EventType
  severity: Severity
  tool: string | null
  agentId: string | null
}

export function passes(filter: Filter, { type, severity, tool, agentId }: Heard): boolean {
  return (
    atLeast(severity, filter.minSeverity) &&
    (filter.events === null || filter.events.some((pattern) => covers(pattern, type))) &&
    (filter.tools === null || isAmong(filter.tools, tool, matches)) &&
    (filter.agents === null || isAmong(filter.agents, agentId, (id, given) => id === given))
  )
}

/** Without regard to case: who filters for `slack.*` must not miss what is called `Slack.Post`. */
function isAmong(
  patterns: string[],
  name: string | null,
  fits: (pattern: string, name: string) => boolean,
): boolean {
  const lower = name?.toLowerCase()
  return lower !== undefined && patterns.some((pattern) => fits(pattern.toLowerCase(), lower))
}

function covers(pattern: string, type: EventType): boolean {
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}

/** Not by a regular expression: the names are agents' text, and many stars would make one very slow. */
function matches(glob: string, text: string): boolean {
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
