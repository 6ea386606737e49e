// Gives each severity the sign that stands beside its colour, or in its place.

import type { Severity } from '../../events/severity.ts'

export const SIGNS: Record<Severity, string> = {
  info: 'ℹ️',
  low: 'ℹ️',
  medium: '⚠️',
  high: '❗',
  critical: '🚨',
}
