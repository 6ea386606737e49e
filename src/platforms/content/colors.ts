// Gives each tone its colour, the same on every platform that takes any: 0xRRGGBB.

import type { Tone } from './content.ts'

/** What waits is never in the colour of what was denied. */
export const COLORS: Record<Tone, number> = {
  info: 0x4a90d9,
  low: 0x4a90d9,
  medium: 0xe8a317,
  high: 0xe8590c,
  critical: 0xb00020,
  pending_info: 0x4a90d9,
  pending_low: 0x4a90d9,
  pending_medium: 0xe8a317,
  pending_high: 0xe8590c,
  pending_critical: 0x7b3fbf,
  approved: 0x2eb67d,
  denied: 0xe01e5a,
  expired: 0x868e96,
  withdrawn: 0x868e96,
}
