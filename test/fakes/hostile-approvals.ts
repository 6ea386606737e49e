// Makes approvals full of what an agent that means harm would write, random but repeatable, and an honest one.

import fc from 'fast-check'
import { type ApprovalStatus, type ApprovalView, STATUSES } from '../../src/approvals/view.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import { GRANT_STATES } from '../../src/grants/grant.ts'

export const PENDING: ApprovalView = {
  id: 'apr_01kaf3q2m8e7s9v4w6x8y0z1b3',
  status: 'pending',
  digest: `sha256:a1b2c3d4e5f6${'0'.repeat(52)}`,
  url: 'https://countersign.example/approvals/apr_01kaf3q2m8e7s9v4w6x8y0z1b3',
  key: { id: 'key_1', name: 'Sales key' },
  agent: { id: 'agent-123', name: 'production-langgraph' },
  action: {
    tool: 'slack.post_message',
    summary: 'Post the weekly numbers to #sales',
    arguments: { channel: '#sales', text: 'Up 4 % <again>' },
    environment: 'production',
  },
  reasons: ['PII_EGRESS', 'NEW_RECIPIENT'],
  risk: { level: 'high', score: 0.71 },
  requested_by: { email: 'ana@example.com' },
  metadata: {},
  created_at: '2026-11-20T12:00:00.000Z',
  expires_at: '2026-11-20T13:00:00.000Z',
  closed_at: null,
  decisions: [],
  progress: [{ requirement: 'reviewers', approved: [], missing: 1 }],
  policy: null,
  review: { note_required: [], details_must_be_opened: false, escalation: null, added: [] },
  answered_by: null,
  review_notes: null,
  grant: null,
  reached: true,
  unreached_reasons: [],
  test: false,
}

export type Closed = Exclude<ApprovalStatus, 'pending'>

export function closed(status: Closed, name = 'Ana', note: string | null = null): ApprovalView {
  const verdict = status === 'approved' ? 'approve' : 'deny'
  const decided_at = '2026-11-20T12:05:00.000Z'
  const vote = {
    verdict,
    reviewer: { id: 'per_1', name, email: null },
    source: 'teams',
    note,
    decided_at,
  } as const
  const decisions = status === 'approved' || status === 'denied' ? [vote] : []
  const approved = status === 'approved' ? [vote.reviewer] : []
  const progress = [{ requirement: 'reviewers', approved, missing: 1 - approved.length }]
  return { ...PENDING, status, closed_at: decided_at, decisions, progress, review_notes: `${status} at last` }
}

export function acting(action: Partial<ApprovalView['action']>): ApprovalView {
  return { ...PENDING, action: { ...PENDING.action, ...action } }
}

/** Every name and identifier as long as the API takes it, and the notes of five reviewers. */
export function overlong(sign: string): ApprovalView {
  const [vote] = closed('approved', sign.repeat(120), sign.repeat(400)).decisions
  const decisions = Array.from({ length: 5 }, (_, person) => ({
    ...(vote as ApprovalView['decisions'][number]),
    reviewer: { id: `per_${person}`, name: sign.repeat(120), email: null },
  }))
  return {
    ...closed('approved'),
    agent: { id: sign.repeat(200), name: sign.repeat(120) },
    key: { id: 'key_1', name: sign.repeat(100) },
    action: { ...PENDING.action, tool: sign.repeat(200), environment: sign.repeat(100) },
    requested_by: { email: sign.repeat(254) },
    decisions,
    progress: [{ requirement: 'reviewers', approved: decisions.map(({ reviewer }) => reviewer), missing: 0 }],
  }
}

/** Stands in every hostile text, to find where it went. */
export const MARK = 'zqxj'
export const TRICKS = [
  '[Approve](https://evil.example/login)',
  '![](https://evil.example/pixel.png)',
  '<https://evil.example> https://evil.example www.evil.example ana@evil.example',
  '<a href="https://evil.example">Approve</a><img src="https://evil.example/p.png" onerror="alert(1)">',
  '<script>alert(1)</script><iframe src="https://evil.example"></iframe><at>everyone</at>',
  '**bold** _it_ ~no~ `code` ```pre``` # title\n- item\n1. item\n> quote\n| a | b |',
  '&#91;x&#93;(https://evil.example) &lt;img src=x&gt; \\[x\\]',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the agent's attempt at the template language
  '${id} ${$root} ${json(arguments)} ${concat(url, why)} {id}',
  '{{DATE(2026-11-20T13:00:00Z,SHORT)}} {{TIME(2026-11-20T13:00:00Z)}} {{\u200bDATE(2026-11-20T13:00:00Z)}}',
  '{{{DATE(2026-11-20T13:00:00Z)}} {{ date(2026-11-20T13:00:00Z)}}',
  '✅ APPROVED by Ana\r\nRisk: LOW\u2028x',
  '\u202e\u2066\u200f\u061c',
  '\u200b\u200d\u2060\ufeff\u00ad\u3164',
  '\u0000\u0007\u001b[31m\u007f\u0085',
  '\ud800',
  '\udc00\ud83d',
  '👩‍👩‍👧 🇦🇹 👍🏽 ⚠️ é',
  '"\\"\\',
  '…',
]
/**
 * What a reader would not see, or would take for a blank; what holds an emoji together is seen in it, and our two marks
 * around what is written from right to left keep it in its place.
 */
export const UNSEEN =
  /(?![\n\t])\p{Cc}|(?![\u200d\ufe0f\u2068\u2069])\p{Default_Ignorable_Code_Point}|\u2068(?![^\u2068\u2069\n]*\u2069)|(?<!\u2068[^\u2068\u2069\n]*)\u2069|\u200d(?!\p{Extended_Pictographic})|[\u2028\u2029\u2800]|(?![ \u00a0])\p{Zs}/u

const short = fc.array(fc.oneof(fc.constantFrom(...TRICKS), fc.string({ unit: 'binary' })), { maxLength: 8 })
export const hostileText = fc.oneof(
  { weight: 12, arbitrary: short.map((parts) => MARK + parts.join(MARK)) },
  { weight: 2, arbitrary: fc.constantFrom('', ' ', '\n', '\u200b\u202e', '\u0000') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...TRICKS, '漢', '"').map((trick) => (MARK + trick).repeat(100_000 / 8)),
  },
)
const payload = fc.oneof(
  fc.dictionary(hostileText, fc.oneof(hostileText, fc.jsonValue())),
  fc.nat(6000).map((depth) => ({ deep: nested(depth) })),
  fc
    .nat(6000)
    .map((keys) => Object.fromEntries(Array.from({ length: keys }, (_, key) => [`${MARK}${key}`, key]))),
)

/** Every text of it hostile, and of every state; what is ours in it is honest. */
export const hostileView: fc.Arbitrary<ApprovalView> = fc.record({
  id: fc.constant(PENDING.id),
  status: fc.constantFrom(...STATUSES),
  digest: fc.constant(PENDING.digest),
  url: fc.constantFrom(
    PENDING.url,
    `https://e.example/?${'\\'.repeat(2900)}`,
    `https://e.example/${'a'.repeat(2900)}`,
    'x:y',
  ),
  key: fc.record({ id: fc.constant('key_1'), name: hostileText }),
  agent: fc.record({ id: hostileText, name: hostileText }),
  action: fc.record({
    tool: hostileText,
    summary: hostileText,
    arguments: payload,
    environment: fc.option(hostileText),
  }),
  reasons: fc.oneof(fc.array(hostileText, { maxLength: 3 }), fc.constant(Array(5000).fill(MARK))),
  risk: fc.record({
    level: fc.constantFrom(...SEVERITIES),
    score: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  }),
  requested_by: fc.option(fc.record({ email: hostileText })),
  metadata: fc.constant({}),
  created_at: fc.constant(PENDING.created_at),
  expires_at: fc.constant(PENDING.expires_at),
  closed_at: fc.constantFrom('2026-11-20T12:05:00.000Z', null),
  decisions: fc.array(
    fc.record({
      verdict: fc.constantFrom('approve' as const, 'deny' as const),
      reviewer: fc.record({ id: fc.constant('per_1'), name: hostileText, email: fc.constant(null) }),
      source: fc.constant('teams'),
      note: fc.option(hostileText),
      decided_at: fc.constant('2026-11-20T12:05:00.000Z'),
    }),
    { maxLength: 2 },
  ),
  progress: fc.constantFrom(
    [{ requirement: 'reviewers', approved: [{ id: 'per_1', name: MARK }], missing: 0 }],
    [{ requirement: 'reviewers', approved: [{ id: 'per_1', name: MARK }], missing: 1 }],
    PENDING.progress,
  ),
  policy: fc.option(
    fc.record({
      version: fc.constant(3),
      rule: fc.option(hostileText),
      because: fc.constantFrom([], ['amount is missing'], ['to.domain is not a text', 'amount is missing']),
    }),
  ),
  review: fc.record({
    note_required: fc.subarray(['approve' as const, 'deny' as const]),
    details_must_be_opened: fc.boolean(),
    escalation: fc.option(
      fc.record({
        to: fc.constant('oncall'),
        at: fc.constant('2026-11-20T12:10:00.000Z'),
        done: fc.boolean(),
      }),
    ),
    added: fc.array(
      fc.record({
        name: hostileText,
        group: fc.constant('payments'),
        at: fc.constant('2026-11-20T12:06:00.000Z'),
      }),
      { maxLength: 4 },
    ),
  }),
  answered_by: fc.constant(null),
  review_notes: fc.option(hostileText),
  grant: fc.option(
    fc.record({
      state: fc.constantFrom(...GRANT_STATES),
      expires_at: fc.constant('2026-11-20T12:15:00.000Z'),
      redeemed_at: fc.constantFrom('2026-11-20T12:06:00.000Z', null),
      receipt_expires_at: fc.constantFrom('2026-11-20T12:11:00.000Z', null),
      revoked_at: fc.constantFrom('2026-11-20T12:06:00.000Z', null),
      reason: fc.option(hostileText),
    }),
  ),
  reached: fc.constant(true),
  unreached_reasons: fc.constant([]),
  test: fc.boolean(),
})

export function nested(depth: number): unknown {
  let value: unknown = MARK
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { [MARK]: value }
  return value
}
