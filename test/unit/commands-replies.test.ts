// Shows that answers about approvals say all that is known, in two voices, and mislead nobody.

import { describe, expect, test } from 'vitest'
import type { Standing } from '../../src/approvals/standing.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { approvalReply } from '../../src/commands/approval-reply.ts'
import { kept } from '../../src/commands/kept.ts'
import { statusReply } from '../../src/commands/status-reply.ts'
import { PENDING as ASKED } from '../fakes/hostile-approvals.ts'
import { manualClock } from '../fakes/manual-clock.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const ANA = { id: 'per_1', name: 'Ana Ruiz', email: null }
const BEN = { id: 'per_2', name: 'Ben Okafor', email: null }
const PENDING: ApprovalView = {
  ...ASKED,
  key: { id: 'key_1', name: 'billing' },
  agent: { id: 'agent-1', name: 'Refund agent' },
  action: {
    tool: 'stripe.refund',
    summary: 'Refund an order\n\nof Friday',
    arguments: { order: 42 },
    environment: 'production',
  },
  reasons: ['NEW_CUSTOMER', 'APPROVED BY THE BOARD'],
  risk: { level: 'high', score: 0.7 },
  requested_by: { email: 'kim@example.com' },
  created_at: '2026-11-20T11:48:00.000Z',
  expires_at: '2026-11-20T12:12:00.000Z',
}
const vote = (verdict: 'approve' | 'deny', reviewer: typeof ANA, note: string | null) => ({
  verdict,
  reviewer,
  source: 'slack',
  note,
  decided_at: '2026-11-20T11:58:00.000Z',
})
const BY_TWO: Partial<ApprovalView> = {
  decisions: [vote('approve', ANA, 'checked with finance'), vote('approve', BEN, null)],
  progress: [{ requirement: 'reviewers', approved: [ANA, BEN], missing: 0 }],
}

const reply = (differences: Partial<ApprovalView> = {}, details = true) =>
  approvalReply({ ...PENDING, ...differences }, details ? null : 'here', NOW)
const factsOf = (differences: Partial<ApprovalView> = {}, details = true) =>
  Object.fromEntries(reply(differences, details).facts.map(({ label, value }) => [label, value]))

describe('show', () => {
  test('says what we know in our own voice, and what the agent says under its label', () => {
    expect(reply()).toEqual({
      title: `Approval request ${PENDING.id}`,
      facts: [
        { label: 'Status', value: 'pending' },
        { label: 'Agent', value: 'agent-1' },
        { label: 'Key', value: 'billing' },
        { label: 'Tool', value: 'stripe.refund' },
        { label: 'Environment', value: 'production' },
        { label: 'Requested by', value: 'kim@example.com' },
        { label: 'Risk', value: 'HIGH (0.70)' },
        { label: 'Asked', value: '2026-11-20T11:48:00Z, 12 min ago' },
        { label: 'Expires', value: '2026-11-20T12:12:00Z, in 12 min' },
        { label: 'Digest', value: PENDING.digest },
      ],
      lines: [],
      quote: {
        label: 'The agent says',
        text: 'Refund an order\n\nof Friday\nReasons: NEW_CUSTOMER, APPROVED BY THE BOARD\nCalls itself: Refund agent',
      },
      payload: '{\n  "order": 42\n}',
      link: { label: 'View in Console', url: PENDING.url },
    })
  })

  test('does not speak of an agent that says nothing of its own', () => {
    const { tool } = PENDING.action
    const silent = { reasons: [], agent: { id: 'agent-1', name: 'agent-1' } }
    expect(reply({ ...silent, action: { ...PENDING.action, summary: tool } })).not.toHaveProperty('quote')
  })

  test('names a key without a name by its id', () => {
    expect(factsOf({ key: { id: 'key_1', name: ' ' } }).Key).toBe('key_1')
  })

  test('leaves out what the cards leave out: prose, arguments, notes and the requester', () => {
    const shown = reply({ ...BY_TWO, status: 'approved', closed_at: '2026-11-20T11:58:00.000Z' }, false)
    const text = JSON.stringify(shown)
    for (const hidden of ['Friday', 'BOARD', 'Refund agent', '42', 'kim@', 'finance'])
      expect(text).not.toContain(hidden)
    expect(shown.lines).toEqual([
      'Approved by Ana Ruiz via slack, 2026-11-20T11:58:00Z.',
      'Approved by Ben Okafor via slack, 2026-11-20T11:58:00Z.',
      'Details are left out in this conversation. View in Console shows them.',
    ])
  })

  test.each([
    ['live', null, 'once, until 2026-11-20T12:08:00Z, in 8 min'],
    ['redeemed', '2026-11-20T11:59:00.000Z', '2026-11-20T11:59:00Z, 1 min ago'],
    ['revoked', null, 'not run'],
  ] as const)('says whether what was approved ran: %s', (state, redeemed_at, words) => {
    const grant = { state, redeemed_at, expires_at: '2026-11-20T12:08:00.000Z' }
    const beside = { receipt_expires_at: null, revoked_at: null, reason: 'Revoked by Ana' }
    expect(factsOf({ status: 'approved', grant: { ...grant, ...beside } }).Run).toBe(words)
  })

  test('names who decided, how, and with which note', () => {
    const closed = { ...BY_TWO, status: 'approved' as const, closed_at: '2026-11-20T11:58:00.000Z' }
    expect(factsOf(closed)).toMatchObject({
      Status: 'approved by Ana Ruiz and Ben Okafor',
      Closed: '2026-11-20T11:58:00Z, 2 min ago',
    })
    expect(reply(closed).lines).toEqual([
      'Approved by Ana Ruiz via slack, 2026-11-20T11:58:00Z. Note: “checked with finance”',
      'Approved by Ben Okafor via slack, 2026-11-20T11:58:00Z.',
    ])
    const denied = { ...closed, status: 'denied' as const, decisions: [vote('deny', BEN, 'no')] }
    expect(factsOf(denied).Status).toBe('denied by Ben Okafor')
    expect(reply(denied).lines).toEqual(['Denied by Ben Okafor via slack, 2026-11-20T11:58:00Z. Note: “no”'])
  })

  test('tells how far a request is that needs more than one', () => {
    const progress = [{ requirement: 'reviewers', approved: [ANA], missing: 1 }]
    expect(factsOf({ progress }).Status).toBe('pending, 1 of 2 approvals')
  })

  const BY_GROUPS: Partial<ApprovalView> = {
    decisions: [vote('approve', ANA, null)],
    progress: [
      { requirement: 'payments', approved: [ANA], missing: 1 },
      { requirement: 'security', approved: [], missing: 1 },
    ],
    policy: { version: 3, rule: 'large refunds', because: ['amount is missing'] },
    review: {
      note_required: ['deny'],
      details_must_be_opened: true,
      escalation: { to: 'oncall', at: '2026-11-20T12:05:00.000Z', done: false },
      added: [{ name: 'Gil', group: 'security', at: '2026-11-20T11:59:00.000Z' }],
    },
  }

  test('says why the risk was raised where no rule applied', () => {
    const because = ['environment is missing, which raises the risk']
    const raised = { ...BY_GROUPS, policy: { version: 3, rule: null, because } }
    expect(reply(raised).lines).toContain('By the policy: “environment is missing, which raises the risk”.')
  })

  test('tells of groups who counts for which, what else is asked, and by which rule', () => {
    expect(factsOf(BY_GROUPS)).toMatchObject({
      Status: 'pending, 1 of 2 payments, 0 of 1 security',
      Policy: 'rule “large refunds” of version 3',
    })
    const lines = [
      '1 of 2 payments: Ana Ruiz.',
      '0 of 1 security.',
      'The rule applies because “amount is missing”.',
      'Deny only with a note.',
      'Whoever approves must have opened all of it.',
      'Members of oncall are asked too from 2026-11-20T12:05:00Z, in 5 min.',
      'An admin added Gil to security after this was asked, at 2026-11-20T11:59:00Z.',
      'Approved by Ana Ruiz via slack, 2026-11-20T11:58:00Z.',
    ]
    expect(reply(BY_GROUPS).lines).toEqual(lines)
    const hidden = reply(BY_GROUPS, false)
    expect(hidden.lines).toEqual([
      ...lines.filter((line) => !line.includes('amount')),
      'Details are left out in this conversation. View in Console shows them.',
    ])
    expect(hidden.facts.map(({ label }) => label)).not.toContain('Policy')
  })

  test.each([
    ['large refunds', 'rule “large refunds” of version 3'],
    [null, 'no rule of version 3'],
  ])('names the policy where it answered, by the rule %j', (rule, Policy) => {
    const answered = {
      status: 'denied' as const,
      progress: [],
      policy: { version: 3, rule, because: [] },
      answered_by: { kind: 'policy' as const, rule },
    }
    expect(factsOf(answered)).toMatchObject({ Status: 'denied by policy', Policy })
    expect(reply(answered).lines).toEqual([])
  })

  test('rounds a score down, as cards do', () => {
    expect(factsOf({ risk: { level: 'medium', score: 0.6999 } }).Risk).toBe('MEDIUM (0.69)')
  })

  test('tells when one expired, and takes why one was withdrawn for the agent’s words', () => {
    const gone = { expires_at: '2026-11-20T11:59:00.000Z', closed_at: '2026-11-20T11:59:30.000Z' }
    const expired = factsOf({ ...gone, status: 'expired', review_notes: 'Expired: nobody decided in time' })
    expect(expired).toMatchObject({ Status: 'expired', Expired: '2026-11-20T11:59:00Z, 1 min ago' })
    const withdrawn = { ...gone, status: 'withdrawn', review_notes: 'Withdrawn: done by hand' } as const
    expect(factsOf(withdrawn)).toMatchObject({
      Status: 'withdrawn',
      Closed: '2026-11-20T11:59:30Z, 30 s ago',
    })
    expect(reply(withdrawn).quote?.text).toContain('Withdrawn: done by hand')
  })
})

describe('status', () => {
  const NONE = { approved: 0, denied: 0, expired: 0, medianMs: null, fast: 0, approvals: 0, unopened: 0 }
  const QUIET: Standing = {
    pendingByRisk: new Map(),
    unreached: { count: 0, longest: undefined },
    longestWaiting: undefined,
    nextToExpire: undefined,
    decided: NONE,
    shadowed: { allow: 0, deny: 0, ask: 0 },
    failing: { retrying: 0, dead: 0 },
    off: [],
    othersOff: { count: 0, waiting: 0 },
  }
  const shown = (differences: Partial<Standing> = {}) => {
    const { facts, lines } = statusReply({ ...QUIET, ...differences }, NOW)
    const values: Record<string, string> = Object.fromEntries(facts.map(({ label, value }) => [label, value]))
    return { values, lines }
  }

  test('of a quiet day says none of anything', () => {
    const labels = ['Pending', 'Unreached', 'Decided in 24 h', 'Failing deliveries', 'Destinations off']
    const values = Object.fromEntries(labels.map((label) => [label, 'none']))
    expect(shown()).toEqual({ values, lines: [] })
  })

  test('does not say that nothing fails where destinations are off', () => {
    const off = [
      { id: 'dst_1', name: 'Security', reason: 'channel_not_found', waiting: 1_200 },
      { id: 'dst_2', name: 'Finance', reason: null, waiting: 1 },
    ]
    expect(shown({ off })).toMatchObject({
      values: {
        'Failing deliveries': 'none at the destinations that are on',
        'Destinations off': '2, 1201 deliveries wait behind them',
      },
      lines: [
        '"Security" was switched off by an error (channel_not_found); 1200 deliveries wait behind it.',
        '"Finance" was switched off by an admin; 1 delivery waits behind it.',
      ],
    })
    const failing = { retrying: 0, dead: 3 }
    expect(shown({ off, failing }).values['Failing deliveries']).toBe('0 being retried, 3 given up in 24 h')
  })

  test('names ten that are off, and how many more there are', () => {
    const off = Array.from({ length: 12 }, (_, n) => ({
      id: `dst_${n}`,
      name: `d${n}`,
      reason: null,
      waiting: 0,
    }))
    expect(shown({ off }).lines).toHaveLength(11)
    expect(shown({ off }).lines.at(-1)).toBe('… and 2 more are off.')
  })

  test('counts those that are off in no workspace, and does not name them', () => {
    const one = shown({ othersOff: { count: 1, waiting: 3 } })
    expect(one.lines).toEqual(['1 other destination is off; 3 deliveries wait behind it.'])
    expect(one.values).toMatchObject({
      'Failing deliveries': 'none at the destinations that are on',
      'Destinations off': '1, 3 deliveries wait behind them',
    })
    const off = [{ id: 'dst_1', name: 'Finance', reason: null, waiting: 1 }]
    const both = shown({ off, othersOff: { count: 2, waiting: 0 } })
    expect(both.lines.slice(1)).toEqual(['2 other destinations are off; no delivery waits behind them.'])
    expect(both.values['Destinations off']).toBe('3, 1 delivery waits behind them')
  })

  test('counts what expired beside what people decided', () => {
    const decided = { ...NONE, approved: 3, denied: 1, expired: 2, medianMs: 20_000 }
    expect(shown({ decided }).values['Decided in 24 h']).toBe(
      '3 approved, 1 denied, 2 expired; median 20 s to decide',
    )
    const none = shown({ decided: { ...NONE, expired: 2 } }).values
    expect(none['Decided in 24 h']).toBe('0 approved, 0 denied, 2 expired')
    expect(none).not.toHaveProperty('How they decided')
  })

  test.each([
    [
      { approved: 2, denied: 1, fast: 1, approvals: 4, unopened: 3 },
      '67 % approved; 1 of 3 within 3 s; 3 of 4 approving votes without opening all of it',
    ],
    [{ denied: 2 }, '0 % approved; 0 of 2 within 3 s'],
  ])('of %j says how they decided: %s', (decided, how) => {
    expect(shown({ decided: { ...NONE, ...decided } }).values['How they decided']).toBe(how)
  })

  test.each([
    [{ allow: 12, deny: 1, ask: 0 }, 'would have been allowed: 12, denied: 1'],
    [{ allow: 0, deny: 0, ask: 3 }, 'would have been asked for: 3'],
  ])('tells what shadow rules would have done, and nothing where there are none: %j', (shadowed, words) => {
    expect(shown({ shadowed }).values['Shadow rules in 24 h']).toBe(words)
    expect(shown().values).not.toHaveProperty('Shadow rules in 24 h')
  })
})

test('an answer is kept for three seconds, for each set of destinations; a failure is not', async () => {
  const clock = manualClock()
  let reads = 0
  const answer = kept(clock, async () => {
    reads += 1
    if (reads === 1) throw new Error('no database')
    return { title: `read ${reads}`, facts: [], lines: [] }
  })
  const titleOf = async (ids: string[], withUnplaced = true) =>
    (await answer({ destinationIds: ids, withUnplaced })).title
  await expect(titleOf(['a', 'b'])).rejects.toThrow('no database')
  expect(await Promise.all([titleOf(['a', 'b']), titleOf(['b', 'a'])])).toEqual(['read 2', 'read 2'])
  clock.advance(3_000)
  expect(await titleOf(['a', 'b'])).toBe('read 2')
  expect(await titleOf(['a'])).toBe('read 3')
  expect(await titleOf(['a'], false)).toBe('read 4')
  clock.advance(1)
  expect(await titleOf(['a', 'b'])).toBe('read 5')
})
