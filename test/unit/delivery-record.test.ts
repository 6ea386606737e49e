// Shows that a record of what happened holds nothing that came later, and that a card shows the present.

import { expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { messageOf } from '../../src/delivery/message.ts'
import { USUAL_SETTINGS } from '../../src/events/settings.ts'
import type { ToldEvent } from '../../src/store/events.ts'

const ASKED = Date.parse('2026-11-20T12:00:00.000Z')
const at = (ms: number) => new Date(ASKED + ms).toISOString()

const vote = (name: string, ms: number) => ({
  verdict: 'approve' as const,
  reviewer: { id: name, name, email: null },
  source: 'slack',
  note: 'checked',
  decided_at: at(ms),
})
/** Two people had to approve it, and did. */
const VIEW: ApprovalView = {
  id: 'apr_1',
  status: 'approved',
  digest: 'sha256:0',
  url: 'https://sign.example.com/approvals/apr_1',
  key: { id: 'key_1', name: 'Sales key' },
  agent: { id: 'agent-1', name: 'agent-1' },
  action: { tool: 'x', summary: 'x', arguments: {}, environment: null },
  reasons: [],
  risk: { level: 'high', score: null },
  requested_by: null,
  metadata: {},
  created_at: at(0),
  expires_at: at(60_000),
  closed_at: at(2_000),
  decisions: [vote('Ana', 1_000), vote('Ben', 2_000)],
  policy: null,
  review: { note_required: [], details_must_be_opened: false, escalation: null, added: [] },
  answered_by: null,
  progress: [
    {
      requirement: 'reviewers',
      approved: [
        { id: 'Ana', name: 'Ana' },
        { id: 'Ben', name: 'Ben' },
      ],
      missing: 0,
    },
  ],
  review_notes: 'Approved by Ana and Ben via slack',
  grant: null,
  reached: false,
  unreached_reasons: [{ destination: null, reason: 'no_destination' }],
  test: false,
}
const row = (type: string, ms: number): ToldEvent => ({
  id: 'evt_1',
  type,
  severity: 'high',
  approval_id: 'apr_1',
  created_at: ASKED + ms,
  agent_id: null,
  agent_name: null,
  tool: null,
  environment: null,
  summary: null,
  action: null,
  data: null,
  key_id: null,
  key_name: null,
  about: null,
  is_test: null,
  is_acknowledged: null,
  acknowledged_by: null,
  acknowledged_via: null,
  acknowledged_at: null,
})
const telling = { settings: USUAL_SETTINGS, publicUrl: 'https://sign.example.com', now: ASKED + 60_000 }
const told = (audience: 'people' | 'machines', event: ToldEvent, view: ApprovalView | undefined = VIEW) =>
  messageOf({ event, view, repeated: null }, { ...telling, audience }).event

test.each([
  ['approval.requested', 0, [], 2],
  ['approval.voted', 1_000, ['Ana'], 1],
  ['approval.unreached', 1_500, ['Ana'], 1],
] as const)('%s is told to machines as it was then', (type, ms, voters, missing) => {
  const { action, data } = told('machines', row(type, ms))
  expect(action).toBe('pending')
  expect(data).toMatchObject({
    closed_at: null,
    decided_by: null,
    review_notes: null,
    decisions: voters.map((reviewer) => ({ reviewer })),
    progress: [{ approved: voters, missing }],
  })
  expect('unreached_reasons' in data).toBe(type !== 'approval.requested')
})

test('what ended an approval is told with how it ended', () => {
  const { action, data } = told('machines', row('approval.decided', 2_000))
  expect(action).toBe('approved')
  expect(data).toMatchObject({ decided_by: 'Ana and Ben', closed_at: VIEW.closed_at })
})

test('a grant is told to machines as it stood when the event happened', () => {
  const grant = {
    ...{ state: 'redeemed' as const, expires_at: at(600_000), redeemed_at: at(5_000) },
    ...{ receipt_expires_at: at(305_000), revoked_at: null, reason: null },
  }
  const view = { ...VIEW, grant }
  const grantIn = (type: string, ms: number) => told('machines', row(type, ms), view).data.grant
  expect(grantIn('approval.requested', 0)).toBeNull()
  expect(grantIn('approval.decided', 2_000)).toMatchObject({ state: 'live', redeemed_at: null })
  expect(grantIn('approval.redeemed', 5_000)).toEqual(grant)
})

test('people see how it is now, whatever it is sent for', () => {
  expect(told('people', row('approval.requested', 0)).action).toBe('approved')
})

test('who saw to an alert later is on its card, and not in its record', () => {
  const seen = { acknowledged_by: 'Ana', acknowledged_via: 'slack', acknowledged_at: ASKED }
  const alert = { ...row('incident', 0), ...seen, approval_id: null }
  const toldTo = (audience: 'people' | 'machines') =>
    messageOf({ event: alert, view: undefined, repeated: null }, { ...telling, audience }).event.acknowledged
  expect(toldTo('machines')).toBeNull()
  expect(toldTo('people')).toMatchObject({ by: 'Ana' })
})
