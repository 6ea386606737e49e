// Says what every card tells of an alert: the same title, sign and facts, in one order on every platform.

import type { Acknowledgement, EventView } from '../../events/event.ts'
import type { Severity } from '../../events/severity.ts'
import type { RenderOptions } from '../render-options.ts'
import type { Fact } from './approval.ts'
import { type Excerpts, oneLine } from './text.ts'

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

/** Whether nobody has seen to it yet; that somebody did is itself nothing to see to. */
export function isOpen({ type, approval_id, acknowledged }: EventView): boolean {
  return acknowledged === null && approval_id === null && type !== 'event.acknowledged'
}

/** What leads to the record: on an open alert that can be acknowledged there it stands beside Acknowledge. */
export function linkLabel(event: EventView, { interactive }: Pick<RenderOptions, 'interactive'>): string {
  return interactive && isOpen(event) ? 'Investigate' : 'View in Console'
}

/** Who sees to it, on one line. */
export function nameOf({ by }: Acknowledgement, excerpts: Excerpts): string {
  return excerpts.of('the name', oneLine(by), 80)
}

/** One line each; those that were not given are left out, and without details what was done, which can be prose. */
export function alertFacts(
  event: EventView,
  { details }: Pick<RenderOptions, 'details'>,
  excerpts: Excerpts,
): Fact[] {
  const { type, severity, agent, environment, tool, action } = event
  const rows: [label: string, value: string | null | undefined][] = [
    ['Event', type],
    ['Severity', severity.toUpperCase()],
    ['Agent', agent && (agent.name === agent.id ? agent.id : `${agent.name} (${agent.id})`)],
    ['Environment', environment],
    ['Tool', tool],
    ['Action', details ? action : null],
  ]
  return rows.flatMap(([label, value]) =>
    value == null ? [] : [{ label, value: excerpts.of(`"${label}"`, oneLine(value), 150) }],
  )
}
