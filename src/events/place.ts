// Says where a delivery stands in the order of sends at its destination.

import type { ApprovalRow, DeliveryRow } from '../../db/schema.ts'
import { AS_UPDATE, CLASS } from '../store/literals.ts'
import { SEVERITIES, type Severity } from './severity.ts'

export type Place = Pick<DeliveryRow, 'class' | 'lane' | 'rank'>

/** More than the milliseconds of any date that an approval expires at. */
const RISK_STEP = 1e15

/** `told`: a card of it stands at the destination, or is on its way. Of what is closed nobody waits for a card. */
export function placeOfApproval(
  { status, owner_key_id, risk_level, expires_at }: ApprovalRow,
  told: boolean,
): Place {
  if (told || status !== 'pending') return AS_UPDATE
  const risk = SEVERITIES.length - 1 - SEVERITIES.indexOf(risk_level as Severity)
  return { class: CLASS.card, lane: owner_key_id, rank: risk * RISK_STEP + expires_at }
}

/** Of what one person alone is told: after all that everybody waits for. */
export const DIRECT: Place = { class: CLASS.other, lane: '', rank: 0 }

export function placeOfAlert(severity: Severity): Place {
  return { class: severity === 'critical' ? CLASS.critical : CLASS.other, lane: '', rank: 0 }
}
