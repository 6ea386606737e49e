// What does every card say of an alert? The same title, sign and facts in the same order, whatever the platform.

import type { EventView } from '../events/event.ts'
import type { Severity } from '../events/severity.ts'
import type { Fact } from './shown-approval.ts'
import { type Excerpts, oneLine } from './shown-text.ts'

/** Beside a colour, or in its place. */
export const SIGNS: Record<Severity, string> = {
  info: 'ℹ️',
  low: 'ℹ️',
  medium: '⚠️',
  high: '❗',
  critical: '🚨',
}

/** `circuit_breaker.triggered` as words. */
export function titleOf({ type }: EventView): string {
  const words = type.replace(/[._]/g, ' ').replace(/^pii\b/, 'PII')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** One line each; those that were not given are left out. */
export function alertFacts(event: EventView, excerpts: Excerpts): Fact[] {
  const { type, severity, agent, environment, tool, action } = event
  const rows: [label: string, value: string | null | undefined][] = [
    ['Event', type],
    ['Severity', severity.toUpperCase()],
    ['Agent', agent && (agent.name === agent.id ? agent.id : `${agent.name} (${agent.id})`)],
    ['Environment', environment],
    ['Tool', tool],
    ['Action', action],
  ]
  return rows.flatMap(([label, value]) =>
    value == null ? [] : [{ label, value: excerpts.of(`"${label}"`, oneLine(value), 150) }],
  )
}
