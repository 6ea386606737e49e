// Shows that an approval's card in Teams tells the truth, whatever an agent or a reviewer calls itself.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ApprovalView, STATUSES, type Verdict } from '../../src/approvals/view.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import type { RenderOptions } from '../../src/platforms/render-options.ts'
import { type AdaptiveCard, cardOf } from '../../src/platforms/teams/cards.ts'
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
import { drawing } from '../fakes/render-options.ts'

const { approvalCard: drawn } = drawing(cardOf)
const approvalCard = (view: ApprovalView, options?: Partial<RenderOptions>) => drawn(view, options).card
const summaryOf = (view: ApprovalView) => drawn(view).summary

const HARD_SPACES = /\u00a0/g
const CLOSED = STATUSES.slice(1) as Closed[]
const CRITICAL = { ...PENDING, risk: { level: 'critical' as const, score: 0.97 } }
const ASKED_BY = 'Asked by agent-123 with the key Sales key'
const ASKED = `${ASKED_BY} · The agent says: “Post the weekly numbers to #sales”`

const literal = (card: object) => strings(card).literal.map((text) => text.replace(HARD_SPACES, ' '))
const styleOf = (card: AdaptiveCard) => (card.body[0] as { style: string }).style
const actionsOf = (card: AdaptiveCard) => (card.actions ?? []) as Record<string, unknown>[]
const truncation = (card: AdaptiveCard) => literal(card).find((text) => text.startsWith('Truncated: '))
/** What stands in colour: what is to be decided or how it ended, who asks, and remarks. */
const top = (card: AdaptiveCard) =>
  nodes(card.body[0])
    .filter(({ type }) => type === 'RichTextBlock')
    .map((line) => literal(line).join(''))
const withId = (card: AdaptiveCard, id: string) => nodes(card).find((node) => node.id === id)
const under = (card: AdaptiveCard, id: string) => literal(withId(card, id) ?? {}).join('')
const argumentsOf = (card: AdaptiveCard) => under(card, 'agent_payload')
const outcomeOf = (card: AdaptiveCard) => {
  const line = nodes(card).find(({ separator }) => separator)
  return line && literal(line).join('')
}

function sends(action: string, title: string, style = 'default', more = {}) {
  const press = { title, style, data: { action, approval_id: PENDING.id, ...more } }
  return { type: 'Action.Execute', verb: action, ...press, fallback: { type: 'Action.Submit', ...press } }
}

const APPROVE = sends('approve', 'Approve', 'positive')
const DENY = sends('deny', 'Deny')
const DETAILS = sends('details', 'View details', 'default', { page: 1 })
/** Unfolds the note. */
const noting = (title: string, style = 'default') =>
  expect.objectContaining({ type: 'Action.ShowCard', title, style })
const NOTE = noting('With note…')
const VIEW = { type: 'Action.OpenUrl', title: 'View in Console', url: PENDING.url }

describe('a pending card', () => {
  const card = approvalCard(PENDING)

  it('shows how risky it is, what is to be decided, who asks, what the agent says, until when, and what will run', () => {
    expect(literal(card)).toEqual([
      ...['❗ HIGH (0.71) · Approve ', 'slack.post_message', ' in ', 'production', '?'],
      ...['Asked by ', 'agent-123', ' with ', 'the key ', 'Sales key'],
      'The agent says',
      [
        'Post the weekly numbers to #sales',
        'Reasons: “PII_EGRESS”, “NEW_RECIPIENT”',
        'Calls itself: production-langgraph',
      ].join('\n'),
      ...['Requested by', 'ana@example.com'],
      ...['Expires', '[2026-11-20T13:00:00Z]'],
      'Arguments',
      JSON.stringify(PENDING.action.arguments, null, 2),
      ...['Digest ', `a1b2c3d4e5f6${'0'.repeat(20)}`, ' · ', 'apr_01kaf3q2m8e7s9v4w6x8y0z1b3'],
    ])
    expect(truncation(card)).toBeUndefined()
  })

  it('is told in a notification by what is asked, and by whom with which key', () => {
    expect(summaryOf(PENDING)).toBe(`❗ HIGH (0.71) · Approve slack.post_message in production? · ${ASKED}`)
  })

  it('has its buttons, which older clients can press too, none of them in the colour of danger', () => {
    expect(actionsOf(card)).toEqual([APPROVE, DENY, NOTE, VIEW])
    expect(breaches(card)).toEqual([])
  })

  it('asks again before a critical one is approved, and only then', () => {
    for (const level of SEVERITIES.filter((level) => level !== 'critical')) {
      const ordinary = approvalCard({ ...PENDING, risk: { level, score: null } })
      expect(actionsOf(ordinary)).toEqual([APPROVE, DENY, NOTE, VIEW])
      expect(withId(ordinary, 'ask_again')).toBeUndefined()
    }
    const critical = approvalCard(CRITICAL)
    const toggle = { type: 'Action.ToggleVisibility', targetElements: ['ask_again'] }
    expect(actionsOf(critical)).toEqual([
      { ...toggle, title: 'Approve…', style: 'positive' },
      DENY,
      NOTE,
      VIEW,
    ])
    const confirm = withId(critical, 'ask_again') as Record<string, unknown>
    expect(confirm).toMatchObject({ isVisible: false, style: 'warning' })
    expect(critical.body.at(-1)).toBe(confirm)
    expect(strings(confirm).other).toContain(
      'Its risk is critical. Approve it only if you have read all of its arguments.',
    )
    expect(nodes(confirm).find(({ type }) => type === 'ActionSet')?.actions).toEqual([
      sends('approve', 'Yes, approve', 'positive'),
      { ...toggle, title: 'Go back' },
    ])
    expect(breaches(critical)).toEqual([])
  })

  it.each([
    ['info', 'accent', 'ℹ️'],
    ['low', 'accent', 'ℹ️'],
    ['medium', 'warning', '⚠️'],
    ['high', 'warning', '❗'],
    ['critical', 'warning', '🚨'],
  ] as const)('of risk %s has a colour, a sign and a word for it', (level, style, sign) => {
    const card = approvalCard({ ...PENDING, risk: { level, score: null } })
    expect(styleOf(card)).toBe(style)
    expect(top(card)[0]).toBe(`${sign} ${level.toUpperCase()} · Approve slack.post_message in production?`)
  })

  it('leaves out what the agent did not say', () => {
    const silent = approvalCard({
      ...acting({ environment: null, summary: 'slack.post_message' }),
      agent: { id: 'agent-123', name: 'agent-123' },
      requested_by: null,
      reasons: [],
      risk: { level: 'low', score: null },
    })
    expect(top(silent)).toEqual(['ℹ️ LOW · Approve slack.post_message?', ASKED_BY])
    for (const label of ['The agent says', 'Requested by']) expect(literal(silent)).not.toContain(label)
    expect(breaches(silent)).toEqual([])
  })

  it('of a test says that it is one', () => {
    expect(top(approvalCard({ ...PENDING, test: true }))).toEqual([
      '🧪 This is a test · Approve slack.post_message in production?',
      ASKED_BY,
      'The buttons work; no agent waits for the answer.',
    ])
  })

  it('says of each requirement who has approved so far, which rule asks, and why', () => {
    const approved = [{ id: 'per_1', name: 'Ana' }]
    const card = approvalCard({
      ...PENDING,
      progress: [
        { requirement: 'payments', approved, missing: 1 },
        { requirement: 'security', approved: [], missing: 1 },
      ],
      policy: { version: 3, rule: 'large refunds', because: ['to.domain is missing'] },
    })
    expect(top(card).slice(2)).toEqual([
      '1 of 2 payments: Ana · 0 of 1 security',
      'The rule applies because “to.domain is missing”',
    ])
    expect(literal(card).join(' ')).toContain('Rule large refunds')
    expect(breaches(card)).toEqual([])
  })

  it.each([
    ['a script', 'javascript:alert(1)'],
    ['another program', 'msteams://open'],
    ['a relative address', '/approvals/1'],
    ['nothing', ''],
    ['an address that is too long', `https://e.example/${'a'.repeat(3000)}`],
  ])('does not link to %s', (_, url) => {
    expect(actionsOf(approvalCard({ ...PENDING, url }))).toEqual([APPROVE, DENY, NOTE])
    const card = approvalCard({ ...closed('denied'), url })
    expect(actionsOf(card)).toEqual([])
    expect(breaches(card)).toEqual([])
  })
})

describe('a note', () => {
  const needing = (verdicts: Verdict[], view = PENDING) =>
    approvalCard({ ...view, review: { ...PENDING.review, note_required: verdicts } })
  const unfolded = (card: AdaptiveCard) => {
    const { card: inner } = actionsOf(card).find(({ type }) => type === 'Action.ShowCard') as { card: object }
    const [input] = nodes(inner).filter(({ type }) => type === 'Input.Text')
    return { inner, input, actions: (inner as { actions: unknown[] }).actions }
  }
  const BOTH = [sends('approve', 'Approve with note', 'positive'), sends('deny', 'Deny with note')]

  it('is written in a part that unfolds, where it is needed and goes with either decision', () => {
    const { input, actions } = unfolded(approvalCard(PENDING))
    expect(input).toMatchObject({ id: 'note', isMultiline: true, maxLength: 2000, isRequired: true })
    expect(actions).toEqual(BOTH)
  })

  it.each<[Verdict[], unknown[]]>([
    [[], [APPROVE, DENY, NOTE, VIEW]],
    [['approve'], [noting('Approve with note…', 'positive'), DENY, VIEW]],
    [['deny'], [APPROVE, noting('Deny with note…'), VIEW]],
    [
      ['approve', 'deny'],
      [noting('Approve or deny with note…'), VIEW],
    ],
  ])('that the policy asks for to %j leaves no button that would be refused', (verdicts, expected) => {
    const card = needing(verdicts)
    expect(actionsOf(card)).toEqual(expected)
    expect(unfolded(card).actions).toEqual(BOTH)
    expect(unfolded(card).input?.label).toMatch(verdicts.length > 0 ? /the policy asks/ : /^Your note/)
    expect(breaches(card)).toEqual([])
  })

  it.each<[Verdict[]]>([[[]], [['approve']], [['deny']], [['approve', 'deny']]])(
    'on a critical one, needed to %j, is approved with no single press either',
    (verdicts) => {
      const card = needing(verdicts, CRITICAL)
      const atOnce = actionsOf(card).filter(({ type }) => type === 'Action.Execute')
      expect(atOnce).toEqual(verdicts.includes('deny') ? [] : [DENY])
      expect(withId(card, 'ask_again') === undefined).toBe(verdicts.includes('approve'))
      const { inner, actions } = unfolded(card)
      expect(strings(inner).other).toContain(
        'Its risk is critical. Approve it only if you have read all of its arguments.',
      )
      expect(actions).toEqual([sends('approve', 'Yes, approve with note', 'positive'), BOTH[1]])
      expect(breaches(card)).toEqual([])
    },
  )
})

describe('the details', () => {
  const cut = acting({ arguments: { text: 'x'.repeat(7000) } })
  const told = { ...PENDING, review: { ...PENDING.review, details_must_be_opened: true } }

  it.each<[string, ApprovalView, Partial<RenderOptions>, boolean]>([
    ['of what was cut', cut, {}, false],
    ['of what the place leaves out', PENDING, { details: false }, false],
    ['where the policy asks', told, {}, true],
  ])('%s are one press away', (_, view, options, whole) => {
    const drawing = drawn(view, options)
    expect(actionsOf(drawing.card)).toEqual([APPROVE, DENY, NOTE, DETAILS, VIEW])
    expect(drawing.whole).toBe(whole)
    expect(breaches(drawing.card)).toEqual([])
  })

  it('of what stands there as a whole, and of a test, need no press', () => {
    expect(drawn(PENDING).whole).toBe(true)
    for (const view of [PENDING, { ...cut, test: true }]) {
      expect(actionsOf(approvalCard(view))).toEqual([APPROVE, DENY, NOTE, VIEW])
    }
  })

  it('have their button beside everything else that a card can have', () => {
    const { action } = cut
    const review = { ...told.review, note_required: ['deny' as const] }
    const card = approvalCard({ ...CRITICAL, action, review })
    expect(actionsOf(card).map(({ title }) => title)).toEqual([
      ...['Approve…', 'Deny with note…', 'View details', 'View in Console'],
    ])
    expect(breaches(card)).toEqual([])
  })
})

describe('a closed card', () => {
  it.each([
    ['approved', '✅ Approved by Ana', 'good'],
    ['denied', '❌ Denied by Ana', 'attention'],
    ['expired', '⌛ Expired, nobody decided in time', 'emphasis'],
    ['withdrawn', '🚫 Withdrawn, no decision is needed any more', 'emphasis'],
  ] as const)(
    'says at the top and where the buttons were that it was %s, in colour too',
    (status, line, style) => {
      const card = approvalCard(closed(status))
      expect(top(card).slice(0, 2)).toEqual([`${line}: slack.post_message in production`, ASKED_BY])
      expect(outcomeOf(card)).toBe(`${line} · [2026-11-20T12:05:00Z]`)
      expect(literal(card.body.at(-1) as object).join('')).toBe(outcomeOf(card))
      expect(styleOf(card)).toBe(style)
      expect(summaryOf(closed(status))).toBe(`${line}: slack.post_message in production · ${ASKED}`)
      expect(literal(card)).not.toContain('Expires')
      expect(literal(card).join('\n')).toContain('Risk\nHIGH (0.71)\n')
      expect(breaches(card)).toEqual([])
    },
  )

  it.each(CLOSED)('that was %s still leads to the console and decides nothing any more', (status) => {
    const card = approvalCard({ ...CRITICAL, status, closed_at: PENDING.expires_at })
    expect(actionsOf(card)).toEqual([VIEW])
    expect(JSON.stringify(card)).not.toMatch(/Action\.(Execute|Submit|ToggleVisibility)/)
  })

  it('shows the note of the reviewer, literally', () => {
    const card = approvalCard(closed('approved', 'Ana', 'checked **with** [me](https://evil.example)'))
    expect(top(card)[2]).toBe('Note by Ana: “checked **with** [me](https://evil.example)”')
  })

  it('without a vote names nobody and shows the closing words instead', () => {
    const byPolicy = { ...closed('approved'), decisions: [], review_notes: 'Approved by policy *x*' }
    expect(top(approvalCard(byPolicy))).toEqual([
      '✅ Approved: slack.post_message in production',
      ASKED_BY,
      'Whoever closed it says: “Approved by policy *x*”',
    ])
    expect(top(approvalCard(closed('withdrawn')))[2]).toBe('Whoever closed it says: “withdrawn at last”')
    expect(JSON.stringify(approvalCard(closed('expired')))).not.toContain('expired at last')
  })

  it('that nobody decided names nobody, although somebody had voted', () => {
    const view = { ...closed('expired'), decisions: closed('approved').decisions }
    expect(JSON.stringify(approvalCard(view))).not.toContain('Ana')
    expect(summaryOf(view)).not.toContain('Ana')
  })

  it('has no time where none is known', () => {
    const card = approvalCard({ ...closed('approved'), closed_at: null })
    expect(outcomeOf(card)).toBe('✅ Approved by Ana')
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

  it('of letters that take more room is cut further, and an identifier never', () => {
    const long = '漢'.repeat(20_000)
    const [id, tool, environment] = ['@', '\\', '{'].map((unit) => unit.repeat(200)) as [
      string,
      string,
      string,
    ]
    const { action } = acting({ tool, environment, summary: long, arguments: { long } })
    const card = approvalCard({
      ...closed('approved', long, long),
      key: { id: 'key_1', name: long },
      agent: { id, name: long },
      action,
      reasons: [long],
    })
    expect(breaches(card)).toEqual([])
    expect(truncation(card)).toContain('the first 4,200 of')
    for (const shown of [id, tool, environment]) expect(literal(card)).toContain(shown)
  })

  it('is said from the first character that is missing, and not before', () => {
    expect(truncation(approvalCard(acting({ summary: 'x'.repeat(800) })))).toBeUndefined()
    expect(truncation(approvalCard(acting({ summary: 'x'.repeat(801) })))).toBe(
      'Truncated: showing the first 800 of 801 characters of the summary. View in Console shows all of it.',
    )
    expect(truncation(approvalCard(closed('approved', 'Ana', 'y'.repeat(401))))).toContain(
      '400 of 401 characters of the note.',
    )
    expect(truncation(approvalCard({ ...PENDING, reasons: Array(500).fill('R') }))).toContain(
      'of the reasons',
    )
  })

  it('does not promise a console that it cannot link to', () => {
    const card = approvalCard({ ...acting({ summary: 'x'.repeat(801) }), url: 'x:y' })
    expect(truncation(card)).toBe('Truncated: showing the first 800 of 801 characters of the summary.')
  })
})

describe('whatever an agent sends', () => {
  it('Teams takes the card, only what waits can be pressed, and the text is read by people alone', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        const { card, summary } = drawn(view)
        const { literal, other } = strings(card)
        const presses = nodes(card).filter(({ type }) => type === 'Action.Execute')
        expect(breaches(card)).toEqual([])
        expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(27_000)
        const verbs = new Set(presses.map(({ verb }) => verb))
        verbs.delete('details')
        expect([...verbs].sort()).toEqual(view.status === 'pending' ? ['approve', 'deny'] : [])
        expect(other.join('\n')).not.toContain(MARK)
        expect(other.filter((text) => text.includes('${'))).toEqual([])
        expect(literal.join('\n')).not.toMatch(/\{\{\s*(DATE|TIME)/i)
        expect(summary).toMatch(
          /^(🧪 This is a test · )?(.+ · Approve |✅ Approved|❌ Denied|⌛ Expired|🚫 Withdrawn).+ · Asked by .+$/u,
        )
        expect([summary, ...literal, ...other].filter((text) => UNSEEN.test(text))).toEqual([])
      }),
    )
  })

  it('no text of the agent is taken for a placeholder of the template', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the agent's attempt at the template language
    const attempt = '${id} ${url} ${arguments} ${$root}'
    const card = approvalCard({
      ...acting({ tool: attempt, summary: `${attempt}?`, environment: attempt, arguments: { attempt } }),
      agent: { id: attempt, name: `${attempt}!` },
      reasons: [attempt],
    })
    expect(literal(card).filter((text) => text === `"${attempt}"`)).toHaveLength(3)
    expect(under(card, 'agent_said')).toBe(`${attempt}?\nReasons: “${attempt}”\nCalls itself: ${attempt}!`)
    expect(argumentsOf(card)).toBe(JSON.stringify({ attempt }, null, 2))
  })

  it('the arguments are shown with every space, and mean what will run', () => {
    const args = fc.dictionary(
      fc.string(),
      fc.oneof(fc.jsonValue(), fc.constantFrom('a  b   c', '  x', ...TRICKS)),
      { maxKeys: 3 },
    )
    fc.assert(
      fc.property(args, (args) => {
        const card = approvalCard(acting({ arguments: args }))
        const text = strings(withId(card, 'agent_payload') ?? {}).literal.join('')
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
      fc.property(words(200), words(900), words(7000), (name, summary, text) => {
        const view = {
          ...acting({ summary, arguments: { text } }),
          agent: { id: 'agent-123', name: `n${name}` },
        }
        const card = approvalCard(view)
        const cut = literal(card).some((text) => /…$/m.test(text))
        const whole =
          name.length < 120 && summary.length <= 800 && JSON.stringify({ text }, null, 2).length <= 6000
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
})
