// Declares what a card says, independent of any platform: a platform renders it, and knows nothing else of its subject.

import type { ApprovalStatus } from '../../approvals/view.ts'
import type { Severity } from '../../events/severity.ts'
import { type Line, plain } from './line.ts'

export type Closed = Exclude<ApprovalStatus, 'pending'>

/** What colours a card: how serious an alert or a waiting approval is, or how an approval ended. */
export type Tone = Severity | `pending_${Severity}` | Closed

/** In two voices: `says` and `payload` are others' words, everything else is ours. In the order of the card. */
export interface Content {
  tone: Tone
  /** The beginning of what is said, on one line, for a notification without a card. Absent where details are left out. */
  preview?: string
  /** What is to be decided, how it ended, or what happened. */
  headline: Line
  /** Who asks or tells, as far as we know ourselves. */
  byline: Line
  /** What these two say, each by itself: for machines. */
  details: Fact[]
  /** What else there is to know at once: that it is a test, who has approved so far, what reviewers noted. */
  remarks: Line[]
  /** Absent where details are left out. */
  says?: Saying
  facts: Fact[]
  /** Absent where details are left out, and where there is none. */
  payload?: Payload
  /** What is left out, and what was cut. */
  notes: string[]
  /** For who looks it up. */
  reference: Line
  /** Where the buttons were: who pressed one, and when. */
  outcome?: Line
  /** Nothing is left out, and nothing was cut. */
  whole: boolean
  actions: Action[]
}

/** What somebody wrote: to be shown as their words, under a label of ours. */
export interface Saying {
  label: string
  text: string
}

export interface Fact {
  label: string
  value: Line
}

/** Pretty-printed JSON, under a label of ours. */
export interface Payload {
  label: string
  json: string
}

/** `needsNote`: only with a note does it count, so that a press asks for one. */
export type Action =
  | { kind: 'approve'; approvalId: string; needsNote: boolean; confirm?: Confirm }
  | { kind: 'deny'; approvalId: string; needsNote: boolean }
  /** Everything that is to be decided, page by page, for whoever may decide it. */
  | { kind: 'details'; approvalId: string }
  | { kind: 'acknowledge'; eventId: string }
  | { kind: 'link'; label: string; url: string }

/** Asked once more before it is done. */
export interface Confirm {
  title: string
  question: string
  yes: string
  no: string
}

/** How much of others' text a platform has room for, in UTF-16 units. */
export interface Room {
  payload: number
}

/** One line for where nothing else is seen. */
export function notification({ headline, byline }: Content): Line {
  return [...headline, ' · ', ...byline]
}

/** The same in plain words, for where no card stands under it. */
export function announcement(content: Content): string {
  const { preview, says } = content
  const words: Line = preview === undefined ? [] : [` · ${says?.label}: `, { quote: preview }]
  return plain([...notification(content), ...words])
}

/** Its words on a button. */
export const LABELS = {
  approve: 'Approve',
  deny: 'Deny',
  approveWithNote: 'Approve with note…',
  denyWithNote: 'Deny with note…',
  details: 'View details',
  acknowledge: 'Acknowledge',
} as const
