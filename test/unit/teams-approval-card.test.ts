// Shows that an approval's card in Teams tells the truth, whatever an agent or a reviewer calls itself.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { STATUSES } from '../../src/approvals/view.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import {
  type AdaptiveCard,
  approvalCard as drawApproval,
  summaryOf,
} from '../../src/platforms/teams/cards.ts'
import { breaches, nodes, strings } from '../fakes/adaptive-card-rules.ts'
import {
  acting,
  type Closed,
  closed,
  hostileView,
  MARK,
  nested,
  PENDING,
  TRICKS,
  UNSEEN,
} from '../fakes/hostile-approvals.ts'
import { usually } from '../fakes/render-options.ts'

const approvalCard = usually(drawApproval)

const HARD_SPACES = /\u00a0/g
const CLOSED = STATUSES.slice(1) as Closed[]
const CRITICAL = { ...PENDING, risk: { level: 'critical' as const, score: 0.97 } }

const literal = (card: AdaptiveCard) => strings(card).literal
const styleOf = (card: AdaptiveCard) => (card.body[0] as { style: string }).style
const actionsOf = (card: AdaptiveCard) => (card.actions ?? []) as Record<string, unknown>[]
const ofType = (value: unknown, type: string) => nodes(value).filter((node) => node.type === type)
const truncation = (card: AdaptiveCard) => strings(card).other.find((text) => text.startsWith('Truncated: '))
const headline = (card: AdaptiveCard) =>
  ofType(card.body[0], 'RichTextBlock')[0] &&
  strings(ofType(card.body[0], 'RichTextBlock')[0] as object).literal.join('')

function argumentsOf(card: AdaptiveCard): string {
  const monospace = ofType(card, 'TextRun').filter(({ fontType, isSubtle }) => fontType && !isSubtle)
  expect(monospace).toHaveLength(1)
  return String(monospace[0]?.text).replace(HARD_SPACES, ' ')
}

function decides(action: 'approve' | 'deny', style: string) {
  const [title, data] = [action === 'approve' ? 'Approve' : 'Deny', { action, approval_id: PENDING.id }]
  const fallback = { type: 'Action.Submit', title, style, data }
  return { type: 'Action.Execute', title, style, verb: action, data, fallback }
}

const APPROVE = decides('approve', 'positive')
const DENY = decides('deny', 'destructive')
const VIEW = { type: 'Action.OpenUrl', title: 'View in Console', url: PENDING.url }

describe('a pending card', () => {
  const card = approvalCard(PENDING)

  it('shows who wants what, why, how risky it is, and until when, in the order of the other surfaces', () => {
    expect(literal(card).map((text) => text.replace(HARD_SPACES, ' '))).toEqual([
      'Approval requested',
      ...['Agent', 'production-langgraph (agent-123)'],
      ...['Tool', 'slack.post_message'],
      ...['Environment', 'production'],
      ...['On behalf of', 'ana@example.com'],
      ...['Risk', 'HIGH (0.71)'],
      ...['Why: ', 'PII_EGRESS, NEW_RECIPIENT'],
      'Post the weekly numbers to #sales',
      JSON.stringify(PENDING.action.arguments, null, 2),
      ...['Digest ', 'a1b2c3d4e5f6', ' · ', 'apr_01kaf3q2m8e7s9v4w6x8y0z1b3'],
    ])
    expect(strings(card).other).toContain(
      'Expires {{DATE(2026-11-20T13:00:00Z,SHORT)}} {{TIME(2026-11-20T13:00:00Z)}}',
    )
    expect(truncation(card)).toBeUndefined()
  })

  it('has the three buttons, which older clients can press too', () => {
    expect(actionsOf(card)).toEqual([APPROVE, DENY, VIEW])
    expect(breaches(card)).toEqual([])
  })

  it('asks again before a critical one is approved, and only then', () => {
    for (const level of SEVERITIES.filter((level) => level !== 'critical')) {
      const ordinary = approvalCard({ ...PENDING, risk: { level, score: null } })
      expect(actionsOf(ordinary)).toEqual([APPROVE, DENY, VIEW])
    }
    const critical = approvalCard(CRITICAL)
    const [approve, ...others] = actionsOf(critical)
    expect(others).toEqual([DENY, VIEW])
    expect(approve).toMatchObject({ type: 'Action.ShowCard', title: 'Approve', style: 'positive' })
    expect(actionsOf(approve?.card as AdaptiveCard)).toEqual([APPROVE])
    expect(strings(approve?.card as object).other).toContain(
      'Its risk is critical. Approve it only if you have read all of its arguments.',
    )
    expect(breaches(critical)).toEqual([])
  })

  it.each([
    ['info', 'accent'],
    ['low', 'accent'],
    ['medium', 'warning'],
    ['high', 'attention'],
    ['critical', 'attention'],
  ] as const)('of risk %s is headed in the style %s', (level, style) => {
    expect(styleOf(approvalCard({ ...PENDING, risk: { level, score: null } }))).toBe(style)
  })

  it('leaves out what the agent did not say', () => {
    const silent = approvalCard({
      ...acting({ environment: null }),
      requested_by: null,
      reasons: [],
      risk: { level: 'low', score: null },
    })
    expect(literal(silent)).toContain('LOW')
    for (const label of ['Why: ', 'Environment', 'On behalf of']) expect(literal(silent)).not.toContain(label)
    expect(breaches(silent)).toEqual([])
  })

  it('of a test says that it is one', () => {
    expect(headline(approvalCard({ ...PENDING, test: true }))).toBe(
      '🧪 This is a test. The buttons work; no agent waits for the answer.',
    )
  })

  it('says once what is twice the same', () => {
    const named = { ...PENDING, agent: { id: 'agent-123', name: 'agent-123' } }
    expect(literal(approvalCard(named))).toContain('agent-123')
  })

  it.each([
    ['a script', 'javascript:alert(1)'],
    ['another program', 'msteams://open'],
    ['a relative address', '/approvals/1'],
    ['nothing', ''],
    ['an address that is too long', `https://e.example/${'a'.repeat(3000)}`],
  ])('does not link to %s', (_, url) => {
    expect(actionsOf(approvalCard({ ...PENDING, url }))).toEqual([APPROVE, DENY])
    const card = approvalCard({ ...closed('denied'), url })
    expect(actionsOf(card)).toEqual([])
    expect(breaches(card)).toEqual([])
  })
})

describe('a closed card', () => {
  it.each([
    ['approved', '✅ APPROVED by Ana', 'good'],
    ['denied', '❌ DENIED by Ana', 'attention'],
    ['expired', '⌛ EXPIRED nobody decided in time', 'emphasis'],
    ['withdrawn', '🚫 WITHDRAWN no decision is needed any more', 'emphasis'],
  ] as const)('says that it was %s, in colour too', (status, line, style) => {
    const card = approvalCard(closed(status))
    expect(headline(card)).toBe(line)
    expect(styleOf(card)).toBe(style)
    expect(summaryOf(closed(status))).toBe(`${line}: slack․post_message for production-langgraph`)
    expect(breaches(card)).toEqual([])
  })

  it.each(CLOSED)('that was %s still leads to the console and decides nothing any more', (status) => {
    const card = approvalCard({ ...CRITICAL, status, closed_at: PENDING.expires_at })
    expect(actionsOf(card)).toEqual([VIEW])
    expect(JSON.stringify(card)).not.toMatch(/Action\.(Execute|Submit|ShowCard)/)
  })

  it('shows when it closed and the note of the reviewer, literally', () => {
    const card = approvalCard(closed('approved', 'Ana', 'checked **with** [me](https://evil.example)'))
    expect(strings(card).other).toContain(
      'Closed {{DATE(2026-11-20T12:05:00Z,SHORT)}} {{TIME(2026-11-20T12:05:00Z)}}',
    )
    expect(literal(card)).toContain('Note: checked **with** [me](https://evil.example)')
  })

  it('without a vote names nobody and shows the closing words instead', () => {
    const byPolicy = { ...closed('approved'), decisions: [], review_notes: 'Approved by policy *x*' }
    expect(headline(approvalCard(byPolicy))).toBe('✅ APPROVED')
    expect(literal(approvalCard(byPolicy))).toContain('Approved by policy *x*')
    expect(literal(approvalCard(closed('withdrawn')))).toContain('withdrawn at last')
    expect(literal(approvalCard(closed('expired')))).not.toContain('expired at last')
  })

  it('that nobody decided names nobody, although somebody had voted', () => {
    const view = { ...closed('expired'), decisions: closed('approved').decisions }
    expect(JSON.stringify(approvalCard(view))).not.toContain('Ana')
    expect(summaryOf(view)).not.toContain('Ana')
  })

  it.each([null, 'yesterday', '{{DATE(x)}}'])('has no line for a time that is none: %s', (closed_at) => {
    const card = approvalCard({ ...closed('approved'), closed_at })
    expect(ofType(card, 'TextBlock')).toEqual([])
    expect(breaches(card)).toEqual([])
  })
})

describe('what does not fit', () => {
  it('a 60 KB argument object still makes a card and says that it is truncated', () => {
    const args = { rows: Array.from({ length: 1500 }, (_, row) => ({ row, name: 'someone', value: 'x' })) }
    const full = JSON.stringify(args, null, 2)
    expect(full.length).toBeGreaterThan(60_000)

    const card = approvalCard(acting({ arguments: args }))
    expect(breaches(card)).toEqual([])
    expect(argumentsOf(card)).toBe(`${full.slice(0, 6000)}…`)
    expect(truncation(card)).toBe(
      `Truncated: showing the first 6,000 of ${full.length.toLocaleString('en-US')} characters of the arguments. View in Console shows all of it.`,
    )
  })

  it('of letters that take more room is cut further', () => {
    const long = '漢'.repeat(20_000)
    const { agent, action, reasons } = {
      ...acting({ tool: long, summary: long, environment: long }),
      reasons: [long],
    }
    const card = approvalCard({
      ...closed('approved', long, long),
      agent: { ...agent, name: long },
      action: { ...action, arguments: { long } },
      reasons,
    })
    expect(breaches(card)).toEqual([])
    expect(truncation(card)).toContain('the first 4,200 of')
  })

  it('is said from the first character that is missing, and not before', () => {
    expect(truncation(approvalCard(acting({ summary: 'x'.repeat(800) })))).toBeUndefined()
    expect(truncation(approvalCard(acting({ summary: 'x'.repeat(801) })))).toBe(
      'Truncated: showing the first 800 of 801 characters of the summary. View in Console shows all of it.',
    )
    expect(truncation(approvalCard(closed('approved', 'n'.repeat(81), 'y'.repeat(395))))).toMatch(
      /80 of 81 characters of the reviewer's name, .*400 of 401 characters of the note\./,
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
})

describe('whatever an agent sends', () => {
  it('Teams takes the card', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        expect(breaches(approvalCard(view))).toEqual([])
      }),
    )
  })

  it('it is read by people alone: no markdown, address, button or function of the card', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        const { literal, other } = strings(approvalCard(view))
        expect(other.join('\n')).not.toContain(MARK)
        expect(literal.join('\n')).not.toMatch(/\{\{\s*(DATE|TIME)/i)
        expect([...literal, ...other].filter((text) => UNSEEN.test(text))).toEqual([])
      }),
    )
  })

  it('no placeholder of the template is left, and no text of the agent is taken for one', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        const { other } = strings(approvalCard(view))
        expect(other.filter((text) => text.includes('${'))).toEqual([])
      }),
    )
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the agent's attempt at the template language
    const attempt = '${id} ${url} ${arguments} ${$root}'
    const view = acting({ tool: attempt, summary: attempt, environment: attempt, arguments: { attempt } })
    const shown = literal(approvalCard({ ...view, reasons: [attempt] }))
    expect(shown.filter((text) => text === attempt)).toHaveLength(4)
    expect(argumentsOf(approvalCard(view))).toBe(JSON.stringify({ attempt }, null, 2))
  })

  it('the arguments are shown with every space, and mean what will run', () => {
    const args = fc.dictionary(
      fc.string(),
      fc.oneof(fc.jsonValue(), fc.constantFrom('a  b   c', '  x', ...TRICKS)),
      {
        maxKeys: 3,
      },
    )
    fc.assert(
      fc.property(args, (args) => {
        const [run] = ofType(approvalCard(acting({ arguments: args })), 'TextRun').filter(
          ({ fontType, isSubtle }) => fontType && !isSubtle,
        )
        const text = String(run?.text)
        expect(text).not.toMatch(/^ | {2}/m)
        if (!text.endsWith('…'))
          expect(JSON.stringify(JSON.parse(text.replace(HARD_SPACES, ' ')))).toBe(JSON.stringify(args))
      }),
    )
  })

  it('the card says that it is truncated exactly when something was cut', () => {
    const words = (max: number) => fc.nat(max).map((length) => 'x'.repeat(length))
    const seen = { cut: 0, whole: 0 }
    fc.assert(
      fc.property(words(220), words(900), words(7000), (tool, summary, text) => {
        const card = approvalCard(acting({ tool: `t${tool}`, summary, arguments: { text } }))
        const cut = literal(card).some((text) => text.endsWith('…'))
        const whole =
          tool.length < 200 && summary.length <= 800 && JSON.stringify({ text }, null, 2).length <= 6000
        expect(cut).toBe(!whole)
        expect(truncation(card) !== undefined).toBe(cut)
        seen[cut ? 'cut' : 'whole']++
      }),
    )
    expect(Math.min(seen.cut, seen.whole)).toBeGreaterThan(5)
  })

  it('what is unseen in the arguments is shown as an escape, and a function as one too', () => {
    const args = {
      'a\u200bb': '\u202etxt\ud800\u0007',
      when: '{{DATE(2026-11-20T13:00:00Z)}}',
      name: '{{name}}',
    }
    expect(argumentsOf(approvalCard(acting({ arguments: args })))).toBe(
      [
        '{',
        '  "a\\u200bb": "\\u202etxt\\ud800\\u0007",',
        '  "when": "\\u007b{DATE(2026-11-20T13:00:00Z)}}",',
        '  "name": "{{name}}"',
        '}',
      ].join('\n'),
    )
  })

  it('an approval nested deeper than JSON.stringify can follow still makes a card', () => {
    const card = approvalCard(acting({ arguments: { deep: nested(20_000) } }))
    expect(breaches(card)).toEqual([])
    expect(truncation(card)).toContain('of the arguments')
  })

  it('a notification is one line in which nothing is alive', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        const line = summaryOf(view)
        expect(line).toMatch(/^(Approval requested|✅ APPROVED|❌ DENIED|⌛ EXPIRED|🚫 WITHDRAWN)/)
        expect(line.replaceAll(': ', '')).not.toMatch(/[<>&*~`@#:[\]\\|\n]|\w\.\w|\{\{\s*(DATE|TIME)/i)
        expect(line).not.toMatch(UNSEEN)
      }),
    )
  })
})
