// Decides which destination hears an event: by type, category or verdict, tool and agent, from a severity upwards.

import { matchesGlob } from '../kit/glob.ts'
import { type EventType, VERDICTS } from './catalogue.ts'
import { atLeast, type Severity } from './severity.ts'

export interface Filter {
  /** Patterns by their own names, not by an alias; null hears every type. */
  events: string[] | null
  minSeverity: Severity
  /** A `*` stands for any text, as in `slack.*`, and `slack` hears that too; null hears all, also what is about no tool. */
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
  /** Of an approval: how it stands by then. */
  status?: string | null
}

export function passes(filter: Filter, event: Heard): boolean {
  const { severity, tool, agentId } = event
  return (
    atLeast(severity, filter.minSeverity) &&
    (filter.events === null || filter.events.some((pattern) => covers(pattern, event))) &&
    (filter.tools === null || isAmong(filter.tools, tool, isOfTool)) &&
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

/** `pattern`: as it is stored. */
export function covers(pattern: string, { type, status }: Pick<Heard, 'type' | 'status'>): boolean {
  const verdict = VERDICTS.get(pattern)
  if (verdict !== undefined) return type === 'approval.decided' && status === verdict
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}

/** `github` is the tool of that name, and all that it can do, such as `github.push`. */
function isOfTool(pattern: string, tool: string): boolean {
  return matchesGlob(pattern, tool) || (!pattern.includes('*') && tool.startsWith(`${pattern}.`))
}
