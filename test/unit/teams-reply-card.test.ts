// Shows that Teams takes the bot's answers, and that what they quote stays text.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Outcome, REFUSALS, refused } from '../../src/approvals/refusals.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { Reply } from '../../src/commands/commands.ts'
import { type AdaptiveCard, refusalText, replyCard } from '../../src/platforms/teams/cards.ts'
import { breaches, strings } from '../fakes/adaptive-card-rules.ts'
import { hostileText, MARK, TRICKS, UNSEEN } from '../fakes/hostile-approvals.ts'

const EMPTY: Reply = { title: 'Nothing is waiting', facts: [], lines: [] }
const FULL: Reply = {
  note: 'I do not know "<at>all</at>".',
  title: 'Approval of slack.post_message',
  facts: [
    { label: 'Status', value: 'pending' },
    { label: 'show <id>', value: 'HIGH (0.71)' },
  ],
  lines: ['Post the\n**weekly** numbers', 'asked by [Ana](https://evil.example)'],
  quote: { label: 'The agent says', text: 'It is\n**urgent**' },
  payload: '{\n  "channel": "#sales",\n  "text": "\u202eno"\n}',
  link: { label: 'View in Console', url: 'https://countersign.example/approvals/1' },
}
const OPEN = { type: 'Action.OpenUrl', title: 'View in Console', url: FULL.link?.url }

const cardOf = (reply: Partial<Reply>) => replyCard({ ...EMPTY, ...reply })
const truncation = (card: AdaptiveCard) =>
  strings(card).other.filter((text) => text.startsWith('Truncated: '))

const hostileReply: fc.Arbitrary<Reply> = fc.record(
  {
    title: hostileText,
    facts: fc.oneof(
      fc.array(fc.record({ label: hostileText, value: hostileText }), { maxLength: 4 }),
      fc.constant(Array(3000).fill({ label: `${MARK}"`.repeat(99), value: '漢'.repeat(999) })),
    ),
    lines: fc.oneof(fc.array(hostileText, { maxLength: 3 }), fc.constant(Array(5000).fill(`${MARK}"`))),
    note: hostileText,
    quote: fc.record({ label: hostileText, text: hostileText }),
    payload: hostileText,
    link: fc.record({
      label: hostileText,
      url: fc.oneof(
        hostileText,
        fc.constantFrom('x', '\\').map((unit) => `https://e.example/?${unit.repeat(2900)}`),
      ),
    }),
  },
  { requiredKeys: ['title', 'facts', 'lines'] },
)

describe('an answer', () => {
  it('shows everything literally', () => {
    const card = cardOf(FULL)
    expect(breaches(card)).toEqual([])
    expect(strings(card).literal).toEqual([
      'I do not know "<at>all</at>".',
      'Approval of slack.post_message',
      ...['Status', 'pending', 'show <id>', 'HIGH (0.71)'],
      'Post the **weekly** numbers\nasked by [Ana](https://evil.example)',
      ...['The agent says', 'It is\n**urgent**', 'Arguments'],
      '{\n\u00a0 "channel": "#sales",\n\u00a0 "text": "\\u202eno"\n}',
    ])
    expect(card.actions).toEqual([OPEN])
  })

  it.each([undefined, '', ' \n'])('without a payload (%j) does not speak of one', (payload) => {
    const card = cardOf({ payload })
    expect(breaches(card)).toEqual([])
    expect(strings(card).literal).toEqual(['Nothing is waiting'])
  })

  it('sets what an agent says apart, in a box under our label and with its lines', () => {
    const { body } = cardOf({ quote: { label: 'The agent says', text: 'Harmless.\n\nStatus: approved' } })
    const [, says] = body as { id: string; items: object[] }[]
    const [label = {}, box = {}] = says?.items ?? []
    expect(strings(label).literal).toEqual(['The agent says'])
    expect(box).toMatchObject({ style: 'emphasis' })
    expect(strings(box).literal).toEqual(['Harmless.\n\nStatus: approved'])
  })

  it('does not link to what is no web address', () => {
    expect(cardOf({ link: { label: 'Open', url: 'javascript:alert(1)' } }).actions).toEqual([])
  })

  it('says what was cut, from the first character or fact that is missing', () => {
    expect(truncation(cardOf({ payload: 'x'.repeat(20_000) }))).toEqual([])
    expect(truncation(cardOf({ payload: 'x'.repeat(61_440) }))).toEqual([
      'Truncated: showing the first 20,000 of 61,440 characters of the payload.',
    ])
    const facts = Array.from({ length: 12 }, () => ({ label: 'a', value: 'b' }))
    expect(truncation(cardOf({ facts: facts.slice(1) }))).toEqual([])
    expect(truncation(cardOf({ facts }))).toEqual(['Truncated: showing the first 11 of 12 facts.'])
    expect(truncation(cardOf({ lines: ['x'.repeat(2500)] }))).toEqual([])
    expect(truncation(cardOf({ lines: ['x'.repeat(2500), 'y'] }))).toEqual([
      'Truncated: showing the first 2,500 of 2,502 characters of the text.',
    ])
  })

  it('is taken by Teams whatever it holds, and nothing of that is alive', () => {
    fc.assert(
      fc.property(hostileReply, (reply) => {
        const card = replyCard(reply)
        const { literal, other } = strings(card)
        const [button] = (card.actions ?? []) as { title: string; url: string }[]
        expect(breaches(card)).toEqual([])
        const ours = other.filter((text) => text !== button?.title).join('\n')
        expect(ours).not.toContain(MARK)
        expect(ours).not.toContain('${')
        expect(button?.title ?? '').not.toMatch(/[<>&*~`@#:[\]\\|\n]|\w\.\w|\{\{(DATE|TIME)/)
        expect(literal.join('\n')).not.toMatch(/\{\{\s*(DATE|TIME)/i)
        expect([...literal, ...other].filter((text) => UNSEEN.test(text))).toEqual([])
      }),
    )
  })
})

function refusalOf(outcome: Outcome<never>) {
  if (outcome.ok) throw new Error('not refused')
  return outcome.refusal
}

function decidedBy(name: string, status: ApprovalView['status'] = 'approved'): ApprovalView {
  const reviewer = { id: 'per_1', name }
  const progress = [{ requirement: 'reviewers', approved: [reviewer], missing: 0 }]
  return { status, decisions: [{ verdict: 'approve', reviewer }], progress } as ApprovalView
}

describe('a refusal', () => {
  it('tells the clicker who decided first', () => {
    expect(refusalText(refusalOf(refused('already_decided', decidedBy('Ana'))))).toBe(
      '⚠ Already approved by Ana',
    )
  })

  it('names nobody where nobody decided, or where that is not the reason', () => {
    const withdrawn = { ...decidedBy('Ana', 'withdrawn'), decisions: [] }
    expect(refusalText(refusalOf(refused('already_decided', withdrawn)))).toBe('⚠ Already withdrawn')
    expect(refusalText(refusalOf(refused('own_request', decidedBy('Ana'))))).toBe(
      `⚠ ${REFUSALS.own_request.text}`,
    )
  })

  it.each([
    ['[Ana](https://evil.example)', '［Ana］(https꞉//evil․example)'],
    ['<a href=x>Ana</a><at>all</at>', '‹a href=x›Ana‹/a›‹at›all‹/at›'],
    ['**bold** _it_ ~no~ `x` # h', '∗∗bold∗∗ ˍitˍ ∼no∼ ˋxˋ ♯ h'],
    ['&#91;x&#93; \\[ | www.evil.com a@b.c', '＆♯91;x＆♯93; ＼［ ｜ www․evil․com a＠b․c'],
    ['{{DATE(2026-11-20T13:00:00Z)}}', '｛{DATE(2026-11-20T13꞉00꞉00Z)}}'],
    ['\u202eAna\u200b\n\ud800', '＼u{202e}Ana＼u{200b} \ufffd'],
    ['\u200b', '＼u{200b}'],
    ['', '(empty)'],
    ['n'.repeat(100_000), `${'n'.repeat(80)}…`],
    ['Jean-Luc O’Neil (Finance)', 'Jean-Luc O’Neil (Finance)'],
    ['Dr. Müller, ana_b, 山田 太郎', '“Dr. Müller, ana_b, 山田 太郎”'],
  ])('a reviewer named %j brings nothing to life', (name, shown) => {
    expect(refusalText(refusalOf(refused('already_decided', decidedBy(name))))).toBe(
      `⚠ Already approved by ${shown}`,
    )
  })

  it.each(TRICKS)('whatever the name: %j', (trick) => {
    const text = refusalText(refusalOf(refused('already_decided', decidedBy(`Ana ${trick}`))))
    expect(text).not.toMatch(/[<>&*~`@#:[\]\\|\n]|\w\.\w|\{\{DATE/)
    expect(text).not.toMatch(UNSEEN)
  })
})
