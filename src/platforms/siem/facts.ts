// Finds in an event's data what a SIEM has a place for: of an agent's own only reasons, source and target.

import type { EventView } from '../../events/event.ts'
import { type EndpointFact, endpointIn } from './endpoint.ts'

export interface EventFacts {
  /** What the event is news of: an approval, an alert, or itself. */
  subjectId: string
  /** Where this Countersign is reached. */
  host: string | null
  reasons: string[]
  /** Who decided an approval, or voted last on one that is pending, or saw to an alert. */
  reviewer: string | null
  /** How it ended, in words. */
  ending: string | null
  /** Of the action that an approval is for. */
  digest: string | null
  /** Where the action of an alert came from, and where it led. */
  src: EndpointFact | undefined
  dst: EndpointFact | undefined
}

interface ApprovalData {
  decided_by?: string | null
  decisions?: { reviewer: string }[]
  review_notes?: string | null
  digest?: string
}

interface AcknowledgementData {
  event_id?: string
  acknowledged_by?: string
}

export function factsOf({ id, type, approval_id, acknowledged, data, url }: EventView): EventFacts {
  // The data of other events is an agent's, who may call it by the same names.
  const { decided_by, decisions, review_notes, digest }: ApprovalData = approval_id === null ? {} : data
  const { event_id, acknowledged_by }: AcknowledgementData = type === 'event.acknowledged' ? data : {}
  return {
    subjectId: approval_id ?? event_id ?? id,
    host: URL.parse(url)?.hostname || null,
    reasons: texts(data.reasons),
    reviewer:
      decided_by ??
      (type === 'approval.voted' ? decisions?.at(-1)?.reviewer : undefined) ??
      acknowledged_by ??
      acknowledged?.by ??
      null,
    ending: review_notes ?? null,
    digest: digest ?? null,
    src: approval_id === null ? endpointIn(data.src) : undefined,
    dst: approval_id === null ? endpointIn(data.dst) : undefined,
  }
}

function texts(given: unknown): string[] {
  return Array.isArray(given) ? given.filter((one) => typeof one === 'string') : []
}
