// Says of a refused press whose it was, as far as its platform established that.

import type { Refused } from '../audit/refusals.ts'
import { nameOf, sourceOf, traceOf } from '../identity/principal.ts'
import { type IdPrefix, isId } from '../kit/ids.ts'
import type { Decide } from './desk.ts'
import type { RefusalCode } from './refusals.ts'

/**
 * undefined of an API key, whose calls the API traces. Who presses at a place that is none of ours, or of whom the
 * platform did not say who it is, is nobody whom the audit trail could name. `about` may be anybody's text.
 */
export function refusedPress(
  { by, at }: Pick<Decide, 'by' | 'at'>,
  about: string,
  prefix: IdPrefix,
  reason: RefusalCode,
): Refused | undefined {
  if (by.kind === 'key') return undefined
  const isIdentified = at !== undefined && by.standing !== 'unknown'
  return {
    surface: sourceOf(by),
    reason,
    ...(isIdentified && { by: { id: by.id, trace: traceOf(by), name: nameOf(by) } }),
    about: isId(about, prefix) ? about : null,
  }
}
