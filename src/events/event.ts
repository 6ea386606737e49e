// Defines what is told of an event: the same to every destination, as webhooks and the API carry it.

import type { EventType } from './catalogue.ts'
import type { Repeated } from './settings.ts'
import type { Severity } from './severity.ts'

export interface EventView {
  id: string
  type: EventType
  severity: Severity
  /** ISO 8601, UTC */
  created_at: string
  environment: string | null
  /** The API key that told it, or that asked for the approval, as it was named then; null: Countersign tells it itself. */
  key: { id: string; name: string } | null
  agent: { id: string; name: string } | null
  /** What the agent was about to do, where the event is about that. */
  tool: string | null
  /** One sentence; an agent's text. */
  summary: string
  /** What was done about it, for example `blocked`; an agent's text. */
  action: string | null
  approval_id: string | null
  /** Who has seen to it; null: nobody yet, and always of an approval. */
  acknowledged: Acknowledgement | null
  /** Absent in earnest: an admin tries a destination, which alone hears of it. */
  test?: true
  /** Only as told to a destination that hears of repeats: the alert is one of so many in so many minutes. */
  repeated?: Repeated
  /** Small facts; an agent's data. */
  data: Record<string, unknown>
  /** The full record. */
  url: string
}

/** As a list says it. */
export type BriefEvent = Omit<EventView, 'data'>

export interface Acknowledgement {
  by: string
  /** A platform, `console` or `api`. */
  source: string
  /** ISO 8601, UTC */
  at: string
}
