// Makes the data of the card of an approval or an alert in Teams.

import type { Content, Tone } from '../content/content.ts'
import { buttons, type Press } from './card-buttons.ts'
import { runs } from './card-parts.ts'
import { literal, preformatted } from './card-text.ts'

/** How the container of the headline is coloured. What waits is never in the colour of what was denied. */
export const STYLES: Record<Tone, string> = {
  info: 'accent',
  low: 'accent',
  medium: 'warning',
  high: 'attention',
  critical: 'attention',
  pending_info: 'accent',
  pending_low: 'accent',
  pending_medium: 'warning',
  pending_high: 'warning',
  pending_critical: 'warning',
  approved: 'good',
  denied: 'attention',
  expired: 'emphasis',
  withdrawn: 'emphasis',
}

/**
 * What `cards/message.json` is filled with. What is absent is an empty text: a missing key would stand on the card.
 * `more`: buttons beside those of the content.
 */
export function messageData(content: Content, more: Press[] = []) {
  const { byline, facts, headline, notes, outcome, payload, reference, remarks, says, tone } = content
  return {
    style: STYLES[tone],
    headline: runs(headline),
    remarks: [byline, ...remarks].map((line) => ({ parts: runs(line) })),
    says_label: says?.label ?? '',
    says: literal(says?.text ?? ''),
    has_facts: facts.length > 0,
    facts: facts.map(({ label, value }) => ({ label, value: runs(value) })),
    payload_label: payload?.label ?? '',
    payload: preformatted(payload?.json ?? ''),
    notes: notes.map((note) => ({ note })),
    reference: runs(reference),
    closed: outcome !== undefined,
    outcome: runs(outcome ?? []),
    ...buttons(content.actions, more),
  }
}
