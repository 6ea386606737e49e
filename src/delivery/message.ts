// What is a platform given to show? The approval as it stands now, or the alert, with why it is sent.

import type { EventRow } from '../../db/schema.ts'
import type { ApprovalView } from '../approvals/view.ts'
import { alertView, whatAndWhen } from '../events/alert-view.ts'
import type { EventView } from '../events/event.ts'
import type { Message } from '../platforms/platform.ts'

/** `view`: of the approval, for an event of one. */
export function messageOf(row: EventRow, view: ApprovalView | undefined, publicUrl: string): Message {
  return view
    ? { kind: 'approval', view, event: approvalEvent(row, view) }
    : { kind: 'alert', event: alertView(row, publicUrl) }
}

function approvalEvent(row: EventRow, view: ApprovalView): EventView {
  const { action, agent, decisions, digest, risk, status } = view
  return {
    ...whatAndWhen(row),
    environment: action.environment,
    agent,
    tool: action.tool,
    summary: action.summary,
    action: status,
    approval_id: view.id,
    data: {
      digest,
      risk,
      reasons: view.reasons,
      expires_at: view.expires_at,
      closed_at: view.closed_at,
      decisions: decisions.map(({ verdict, reviewer, source, note }) => ({
        verdict,
        reviewer: reviewer.name,
        source,
        note,
      })),
      review_notes: view.review_notes,
      ...(view.test && { test: true }),
    },
    url: view.url,
  }
}
