// Gives the messages for tests of a platform's delivery: an approval, open and closed, and an alert.

import type { EventView } from '../../src/events/event.ts'
import type { Message } from '../../src/platforms/platform.ts'
import { closed, PENDING } from './hostile-approvals.ts'

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
export const ASKED = { kind: 'approval', view: PENDING, event: EVENT } satisfies Message
export const APPROVED = { kind: 'approval', view: closed('approved'), event: EVENT } satisfies Message
export const ALERT = { kind: 'alert', event: EVENT } satisfies Message
