// Which destination hears an event? By type or category, and from a severity upwards.

import type { EventType } from './catalogue.ts'
import { atLeast, type Severity } from './severity.ts'

export interface Filter {
  /** null hears every type. */
  events: string[] | null
  minSeverity: Severity
}

export function hears(filter: Filter, type: EventType, severity: Severity): boolean {
  if (!atLeast(severity, filter.minSeverity)) return false
  return filter.events === null || filter.events.some((pattern) => matches(pattern, type))
}

function matches(pattern: string, type: EventType): boolean {
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}
