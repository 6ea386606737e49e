// Shows that an approval's card in Slack tells the truth, whatever an agent or a reviewer calls itself.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ApprovalStatus, type ApprovalView, STATUSES } from '../../src/approvals/view.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import { approvalCard as drawApproval } from '../../src/platforms/slack/approval-card.ts'
import type { SlackMessage } from '../../src/platforms/slack/message.ts'
import { breaches, strings } from '../fakes/block-kit-rules.ts'
import { usually } from '../fakes/render-options.ts'

const approvalCard = usually(drawApproval)

const PENDING: ApprovalView = {
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
  review_notes: null,
  reached: true,
  unreached_reasons: [],
  test: false,
}

function closed(status: Exclude<ApprovalStatus, 'pending'>, name = 'Ana', note: string | null = null) {
  const verdict = status === 'approved' ? ('approve' as const) : ('deny' as const)
  const decided_at = '2026-11-20T12:05:00.000Z'
  const vote = { verdict, reviewer: { id: 'per_1', name, email: null }, source: 'slack', note, decided_at }
  const decisions = status === 'approved' || status === 'denied' ? [vote] : []
  const approved = status === 'approved' ? [vote.reviewer] : []
  const progress = [{ requirement: 'reviewers', approved, missing: 1 - approved.length }]
  return { ...PENDING, status, closed_at: decided_at, decisions, progress, review_notes: `${status} at last` }
}

function acting(action: Partial<ApprovalView['action']>): ApprovalView {
  return { ...PENDING, action: { ...PENDING.action, ...action } }
}

function blocksOf(card: SlackMessage) {
  return card.attachments[0].blocks
}

function buttonsOf(card: SlackMessage) {
  return blocksOf(card).flatMap((block) =>
    block.type === 'actions' ? block.elements.filter((element) => element.type === 'button') : [],
  )
}

function argumentsOf(card: SlackMessage): string {
  const { markup, literal } = strings({ shown: blocksOf(card).filter(({ type }) => type === 'rich_text') })
  expect(markup).toEqual([])
  expect(literal).toHaveLength(1)
  return literal[0] as string
}

const truncation = (card: SlackMessage) => strings(card).markup.find((text) => text.startsWith('Truncated: '))
const kindsOf = (card: SlackMessage) => blocksOf(card).map(({ type }) => type)

/** Stands in every hostile text, to find where it went. */
const MARK = 'zqxj'
const TRICKS = [
  '<!channel>',
  '<@U123>',
  '<#C123|general>',
  '<https://evil.example|Approve>',
  'https://evil.example/a_b',
  'evil.com',
  'mailto:a@evil.com',
  '*bold* _it_ ~no~ `code` ```pre```',
  ':white_check_mark: *APPROVED* by Ana',
  '@here #general',
  '&lt;!channel&gt; & > quote',
  '\n> quote\n• item\r\nRisk: LOW\u2028x',
  '\u202e\u2066\u200f\u061c',
  '\u200b\u200d\u2060\ufeff\u00ad\u3164',
  '\u0000\u0007\u001b[31m\u007f\u0085',
  '\ud800',
  '\udc00\ud83d',
  '👩‍👩‍👧 🇦🇹 👍🏽 ⚠️ é',
  '"\\"\\',
  '…',
]
const UNSEEN = /(?![\n\t])\p{Cc}|[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff]/u

const short = fc.array(fc.oneof(fc.constantFrom(...TRICKS), fc.string({ unit: 'binary' })), { maxLength: 8 })
const hostile = fc.oneof(
  { weight: 12, arbitrary: short.map((parts) => MARK + parts.join(MARK)) },
  { weight: 2, arbitrary: fc.constantFrom('', ' ', '\n', '\u200b\u202e', '\u0000') },
  { weight: 1, arbitrary: fc.constantFrom(...TRICKS).map((trick) => (MARK + trick).repeat(100_000 / 8)) },
)
const payload = fc.oneof(
  fc.dictionary(hostile, fc.oneof(hostile, fc.jsonValue())),
  fc.nat(6000).map((depth) => ({ deep: nested(depth) })),
  fc
    .nat(6000)
    .map((keys) => Object.fromEntries(Array.from({ length: keys }, (_, key) => [`${MARK}${key}`, key]))),
)
const hostileView: fc.Arbitrary<ApprovalView> = fc.record({
  id: fc.constant(PENDING.id),
  status: fc.constantFrom(...STATUSES),
  digest: fc.constant(PENDING.digest),
  url: fc.constantFrom(
    PENDING.url,
    `https://e.example/?${'\\'.repeat(2900)}`,
    `https://e.example/${'a'.repeat(2900)}`,
    'x:y',
  ),
  key: fc.constant({ id: 'key_1', name: 'Sales key' }),
  agent: fc.record({ id: hostile, name: hostile }),
  action: fc.record({ tool: hostile, summary: hostile, arguments: payload, environment: fc.option(hostile) }),
  reasons: fc.oneof(fc.array(hostile, { maxLength: 3 }), fc.constant(Array(5000).fill(MARK))),
  risk: fc.record({
    level: fc.constantFrom(...SEVERITIES),
    score: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  }),
  requested_by: fc.option(fc.record({ email: hostile })),
  metadata: fc.constant({}),
  created_at: fc.constant(PENDING.created_at),
  expires_at: fc.constant(PENDING.expires_at),
  closed_at: fc.constant('2026-11-20T12:05:00.000Z'),
  decisions: fc.array(
    fc.record({
      verdict: fc.constantFrom('approve' as const, 'deny' as const),
      reviewer: fc.record({
        id: fc.constant('per_1'),
        name: fc.constantFrom('Ana', 'x'.repeat(500), '*'.repeat(100_000)),
        email: fc.constant(null),
      }),
      source: fc.constant('slack'),
      note: fc.option(hostile),
      decided_at: fc.constant('2026-11-20T12:05:00.000Z'),
    }),
    { maxLength: 2 },
  ),
  progress: fc.constantFrom(
    [{ requirement: 'reviewers', approved: [{ id: 'per_1', name: MARK }], missing: 0 }],
    [{ requirement: 'reviewers', approved: [{ id: 'per_1', name: MARK }], missing: 1 }],
    PENDING.progress,
  ),
  review_notes: fc.option(hostile),
  reached: fc.constant(true),
  unreached_reasons: fc.constant([]),
  test: fc.boolean(),
})

function nested(depth: number): unknown {
  let value: unknown = MARK
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { [MARK]: value }
  return value
}

describe('a pending card', () => {
  const card = approvalCard(PENDING)

  it('shows who wants what, why, how risky it is, and until when', () => {
    const { literal, markup } = strings(card)
    expect(card.text).toBe('Approval requested: slack․post_message for production-langgraph')
    expect(literal).toEqual(
      expect.arrayContaining([
        'production-langgraph (agent-123)',
        'slack.post_message',
        'production',
        'ana@example.com',
        'HIGH (0.71)',
        'Why: PII_EGRESS, NEW_RECIPIENT',
        'Post the weekly numbers to #sales',
      ]),
    )
    expect(argumentsOf(card)).toBe(JSON.stringify(PENDING.action.arguments, null, 2))
    expect(markup).toContain('*Approval requested*')
    expect(markup).toContain(
      'Expires <!date^1795179600^{date_short_pretty} at {time}|2026-11-20T13:00:00.000Z>',
    )
    expect(markup).toContain('Digest `a1b2c3d4e5f6`  ·  `apr_01kaf3q2m8e7s9v4w6x8y0z1b3`')
  })

  it('asks Slack to link and unfurl nothing by itself', () => {
    expect(card).toMatchObject({ parse: 'none', unfurl_links: false, unfurl_media: false })
  })

  it('has the three buttons, and only a critical one asks again', () => {
    expect(buttonsOf(card)).toMatchObject([
      { action_id: 'approve_action', style: 'primary', value: PENDING.id },
      { action_id: 'deny_action', style: 'danger', value: PENDING.id },
      { action_id: 'view_console', url: PENDING.url },
    ])
    for (const level of SEVERITIES) {
      const [approve, ...others] = buttonsOf(approvalCard({ ...PENDING, risk: { level, score: null } }))
      expect(approve?.confirm !== undefined).toBe(level === 'critical')
      expect(others.some(({ confirm }) => confirm)).toBe(false)
    }
  })

  it('leaves out what the agent did not say', () => {
    const view = {
      ...acting({ environment: null }),
      requested_by: null,
      reasons: [],
      risk: { level: 'low', score: null },
    }
    const { literal, markup } = strings(approvalCard(view as ApprovalView))
    expect(literal).toContain('LOW')
    expect(literal.some((text) => text.startsWith('Why'))).toBe(false)
    expect(markup).not.toContain('*Environment*')
    expect(markup).not.toContain('*On behalf of*')
  })

  it('of a test says that it is one', () => {
    const { markup } = strings(approvalCard({ ...PENDING, test: true }))
    expect(markup[0]).toContain('This is a test')
    expect(strings(card).markup[0]).not.toContain('test')
  })

  it('says once what is twice the same', () => {
    const named = {
      ...acting({ summary: 'slack.post_message' }),
      key: { id: 'key_1', name: 'Sales key' },
      agent: { id: 'agent-123', name: 'agent-123' },
    }
    expect(approvalCard(named).text).toBe('Approval requested: slack․post_message for agent-123')
    expect(strings(approvalCard(named)).literal).toContain('agent-123')
    expect(approvalCard(closed('expired')).attachments[0].blocks[1]).toMatchObject({
      elements: [{ type: 'mrkdwn' }],
    })
  })

  it('keeps the lines of the summary, however they were broken', () => {
    const { literal } = strings(approvalCard(acting({ summary: 'a\r\nb\rc\u2028d\te' })))
    expect(literal).toContain('a\nb\nc\nd\te')
  })

  it.each([
    ['a script', 'javascript:alert(1)'],
    ['another program', 'slack://open'],
    ['a relative address', '/approvals/1'],
    ['nothing', ''],
    ['an address that is too long', `https://e.example/${'a'.repeat(3000)}`],
  ])('does not link to %s', (_, url) => {
    const without = approvalCard({ ...PENDING, url })
    expect(buttonsOf(without).map(({ action_id }) => action_id)).toEqual(['approve_action', 'deny_action'])
    expect(strings(without).urls).toEqual([])
    expect(kindsOf(approvalCard({ ...closed('denied'), url }))).not.toContain('actions')
  })
})

describe('a closed card', () => {
  it.each([
    ['approved', ':white_check_mark: *APPROVED* by Ana', '#2EB67D'],
    ['denied', ':x: *DENIED* by Ana', '#E01E5A'],
    ['expired', ':hourglass: *EXPIRED* nobody decided in time', '#868E96'],
    ['withdrawn', ':no_entry_sign: *WITHDRAWN* no decision is needed any more', '#868E96'],
  ] as const)('says that it was %s, in colour too', (status, line, color) => {
    const card = approvalCard(closed(status))
    expect(strings(card).markup[0]).toBe(line)
    expect(card.text).toBe(`${line}: slack․post_message for production-langgraph`)
    expect(card.attachments[0].color).toBe(color)
  })

  it.each(['approved', 'denied', 'expired', 'withdrawn'] as const)(
    'that was %s still leads to the console and decides nothing any more',
    (status) => {
      expect(buttonsOf(approvalCard(closed(status))).map(({ action_id }) => action_id)).toEqual([
        'view_console',
      ])
      expect(JSON.stringify(approvalCard(closed(status)))).not.toMatch(/approve_action|deny_action/)
    },
  )

  it('shows when it closed and the note of the reviewer, literally', () => {
    const { markup, literal } = strings(approvalCard(closed('approved', 'Ana', 'checked *with* <@U1>')))
    expect(markup).toContain(
      'Closed <!date^1795176300^{date_short_pretty} at {time}|2026-11-20T12:05:00.000Z>',
    )
    expect(literal).toContain('Note: checked *with* <@U1>')
  })

  it('without a vote names nobody and shows the closing words instead', () => {
    const byPolicy = { ...closed('approved'), decisions: [], review_notes: 'Approved by policy *x*' }
    expect(strings(approvalCard(byPolicy)).markup[0]).toBe(':white_check_mark: *APPROVED*')
    expect(strings(approvalCard(byPolicy)).literal).toContain('Approved by policy *x*')
    expect(strings(approvalCard(closed('withdrawn'))).literal).toContain('withdrawn at last')
  })

  it('that nobody decided names nobody, although somebody had voted', () => {
    const card = approvalCard({ ...closed('expired'), decisions: closed('approved').decisions })
    expect(strings(card).markup[0]).toBe(':hourglass: *EXPIRED* nobody decided in time')
    expect(JSON.stringify(card)).not.toContain('Ana')
  })

  it('keeps every kind of block in its place, under new ids in each state', () => {
    const cards = [
      approvalCard(PENDING),
      ...STATUSES.slice(1).map((status) => approvalCard(closed(status as 'denied', 'Ana', 'note'))),
    ]
    const ids = cards.flatMap((card) => blocksOf(card).map(({ block_id }) => block_id))
    for (const card of cards) expect(kindsOf(card)).toEqual(kindsOf(cards[0] as SlackMessage))
    expect(ids).not.toContain(undefined)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each(TRICKS)('a reviewer named %j brings nothing to life', (trick) => {
    const card = approvalCard(closed('approved', `Ana ${trick} B`))
    for (const shown of [strings(card).markup[0] ?? '', card.text]) {
      const prefix = ':white_check_mark: *APPROVED* by '
      const name = shown.slice(prefix.length).replace(/: slack․post_message for production-langgraph$/, '')
      expect(shown.startsWith(`${prefix}Ana `)).toBe(true)
      expect(name.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&*~`:@#\n]|\w\.\w|\b_|_\b/)
      expect(name).not.toMatch(UNSEEN)
    }
  })

  it.each(['Ana', 'Jean-Luc O’Neil', 'Dr. Müller', 'ana_b', '山田 太郎', 'Ana (Finance)'])(
    'leaves the name %s as it is',
    (name) => {
      expect(strings(approvalCard(closed('denied', name))).markup[0]).toBe(`:x: *DENIED* by ${name}`)
    },
  )
})

describe('what does not fit', () => {
  it('a 60 KB argument object still makes a card and says that it is truncated', () => {
    const args = { rows: Array.from({ length: 1500 }, (_, row) => ({ row, name: 'someone', value: 'x' })) }
    const full = JSON.stringify(args, null, 2)
    expect(full.length).toBeGreaterThan(60_000)

    const card = approvalCard(acting({ arguments: args }))
    expect(breaches(card)).toEqual([])
    expect(argumentsOf(card)).toBe(`${full.slice(0, 2000)}…`)
    expect(truncation(card)).toBe(
      `Truncated: showing the first 2,000 of ${full.length.toLocaleString('en-US')} characters of the arguments. View in Console shows all of it.`,
    )
  })

  it('is said from the first character that is missing, and not before', () => {
    const whole = approvalCard(acting({ summary: 'x'.repeat(800) }))
    expect(strings(whole).literal).toContain('x'.repeat(800))
    expect(truncation(whole)).toBeUndefined()
    expect(truncation(approvalCard(acting({ summary: 'x'.repeat(801) })))).toBe(
      'Truncated: showing the first 800 of 801 characters of the summary. View in Console shows all of it.',
    )
    const long = closed('approved', 'n'.repeat(81), 'y'.repeat(401))
    expect(truncation(approvalCard(long))).toMatch(
      /80 of 81 characters of the reviewer's name, .*of the note\./,
    )
    expect(truncation(approvalCard({ ...PENDING, reasons: Array(500).fill('R') }))).toContain(
      'of the reasons',
    )
    expect(truncation(approvalCard(acting({ tool: 't'.repeat(201) })))).toContain(
      '200 of 201 characters of "Tool"',
    )
  })

  it('does not promise a console that it cannot link to', () => {
    const card = approvalCard({ ...acting({ summary: 'x'.repeat(801) }), url: 'x:y' })
    expect(truncation(card)).toBe('Truncated: showing the first 800 of 801 characters of the summary.')
  })

  it('is never cut inside a character', () => {
    for (const character of ['😀', '👍🏽', '🇦🇹', 'e\u0301']) {
      for (const lead of ['', 'x', 'xx', 'xxx']) {
        const [shown] = strings(
          approvalCard(acting({ summary: lead + character.repeat(1000) })),
        ).literal.filter((text) => text.startsWith(lead + character))
        expect(shown).toMatch(new RegExp(`^${lead}(${character})+…$`, 'u'))
      }
    }
  })

  it('is mended where one character is longer than everything that is shown', () => {
    for (const lead of ['a', 'ab']) {
      const card = approvalCard(acting({ summary: lead + '\u{1d165}'.repeat(5000) }))
      expect(breaches(card)).toEqual([])
      expect(truncation(card)).toMatch(/first (799|800) of 10,00[12] characters of the summary/)
    }
  })
})

describe('whatever an agent sends', () => {
  it('Slack takes the card', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        expect(breaches(approvalCard(view))).toEqual([])
      }),
    )
  })

  it('none of it is markup or an address, and nothing unseen is left', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        const { markup, urls, literal } = strings(approvalCard(view))
        expect(markup.join('\n')).not.toContain(MARK)
        expect(urls.join('\n')).not.toContain(MARK)
        expect([...markup, ...literal].filter((text) => UNSEEN.test(text))).toEqual([])
      }),
    )
  })

  it('the line above the card is one line in which nothing is alive', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        const { text } = approvalCard({ ...view, decisions: [], status: 'pending' })
        expect(text).toMatch(/^Approval requested: /)
        const words = text.slice('Approval requested'.length).replace(/&(amp|lt|gt);|: /g, '')
        expect(words).not.toMatch(/[<>&*~`@#:\n]|\w\.\w/)
        expect(text).not.toMatch(UNSEEN)
      }),
    )
  })

  it('the card says that it is truncated exactly when something was cut', () => {
    const words = (max: number) => fc.nat(max).map((length) => 'x'.repeat(length))
    const args = fc.dictionary(fc.string(), fc.oneof(words(1500), fc.jsonValue()), { maxKeys: 4 })
    const seen = { cut: 0, whole: 0 }
    fc.assert(
      fc.property(words(220), words(900), args, (tool, summary, args) => {
        const card = approvalCard(acting({ tool, summary, arguments: args }))
        const shown = strings(card)
        const cut = [...shown.literal, ...shown.markup].some((text) => text.endsWith('…'))
        const whole =
          tool.length <= 200 && summary.length <= 800 && JSON.stringify(args, null, 2).length <= 2000
        expect(cut).toBe(!whole)
        expect(truncation(card) !== undefined).toBe(cut)
        if (whole) expect(JSON.stringify(JSON.parse(argumentsOf(card)))).toBe(JSON.stringify(args))
        seen[cut ? 'cut' : 'whole']++
      }),
    )
    expect(Math.min(seen.cut, seen.whole)).toBeGreaterThan(5)
  })

  it('what is unseen in the arguments is shown as an escape', () => {
    const args = {
      'a\u200bb': '\u202etxt.exe\ud800\u00ad\u0007',
      warning: '⚠️',
      hidden: '1\ufe0f0',
      tag: '\u{e0041}',
    }
    expect(argumentsOf(approvalCard(acting({ arguments: args })))).toBe(
      [
        '{',
        '  "a\\u200bb": "\\u202etxt.exe\\ud800\\u00ad\\u0007",',
        '  "warning": "⚠️",',
        '  "hidden": "1\\ufe0f0",',
        '  "tag": "\\udb40\\udc41"',
        '}',
      ].join('\n'),
    )
  })

  it('an approval nested deeper than JSON.stringify can follow still makes a card', () => {
    const card = approvalCard(acting({ arguments: { deep: nested(20_000) } }))
    expect(breaches(card)).toEqual([])
    expect(truncation(card)).toContain('of the arguments')
  })
})
