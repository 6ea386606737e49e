// Gives the messages for tests of a platform: an approval, open and closed, an alert, and any that is full of tricks.

import fc from 'fast-check'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import type { Message } from '../../src/platforms/platform.ts'
import { closed, hostileView, PENDING } from './hostile-approvals.ts'
import { hostileEvent } from './hostile-events.ts'

export const EVENT: EventView = {
  id: 'evt_1',
  type: 'policy.violation',
  severity: 'high',
  created_at: PENDING.created_at,
  environment: null,
  key: PENDING.key,
  agent: PENDING.agent,
  tool: null,
  summary: 'PII in a reply',
  action: 'blocked',
  approval_id: null,
  acknowledged: null,
  data: {},
  url: 'https://countersign.example/events/evt_1',
}

export function approvalMessage(view: ApprovalView) {
  const { id, action, agent, key, risk, url } = view
  const about = {
    environment: action.environment,
    key,
    agent,
    tool: action.tool,
    summary: action.summary,
    url,
  }
  const event: EventView = {
    ...EVENT,
    ...about,
    type: 'approval.requested',
    severity: risk.level,
    action: view.status,
    approval_id: id,
  }
  return { kind: 'approval', view, event } satisfies Message
}

export function alertMessage(event: EventView) {
  return { kind: 'alert', event } satisfies Message
}

export const ASKED = approvalMessage(PENDING)
export const APPROVED = approvalMessage(closed('approved'))
export const ALERT = alertMessage(EVENT)

/** Every text of it hostile; what is ours in it is honest. */
export const hostileMessage: fc.Arbitrary<Message> = fc.oneof(
  hostileView.map(approvalMessage),
  hostileEvent.map(alertMessage),
)
