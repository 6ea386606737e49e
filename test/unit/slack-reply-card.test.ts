// Shows that Slack takes the answers to those who ask, and that whatever an answer quotes stays text.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Outcome, REFUSALS, refused } from '../../src/approvals/refusals.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { Reply } from '../../src/commands/commands.ts'
import { refusalCard, replyCard } from '../../src/platforms/slack/reply-card.ts'
import { alive, breaches, strings } from '../fakes/block-kit-rules.ts'

const EMPTY: Reply = { title: 'Nothing is waiting', facts: [], lines: [] }
const FULL: Reply = {
  note: 'I do not know "<!channel>".',
  title: 'Approval of slack.post_message',
  facts: [
    { label: 'Status', value: 'pending' },
    { label: 'Risk', value: 'HIGH (0.71)' },
  ],
  lines: ['Post the\n*weekly* numbers', 'asked by <@U123>'],
  quote: { label: 'The agent says', text: 'It is\n*urgent*' },
  payload: '{\n  "channel": "#sales",\n  "text": "\u202eno"\n}',
  link: { label: 'View in Console', url: 'https://countersign.example/approvals/1' },
}

/** Stands in every hostile text, to find where it went. */
const MARK = 'zqxj'
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    '\u200b',
    '<!channel>',
    '<https://evil|x>',
    '*b* _i_ `c`',
    '\n\n',
    '\ud800',
    '"\\&',
  ),
  fc.constantFrom('"', 'x', '<', '👍🏽', '\u202e', '\n').map((unit) => (MARK + unit).repeat(20_000)),
)
const hostileReply: fc.Arbitrary<Reply> = fc.record(
  {
    title: hostile.map((text) => MARK + text),
    facts: fc.oneof(
      fc.array(fc.record({ label: hostile, value: hostile }), { maxLength: 4 }),
      fc.constant(Array(3000).fill({ label: `${MARK}"`.repeat(99), value: '"'.repeat(999) })),
    ),
    lines: fc.oneof(fc.array(hostile, { maxLength: 3 }), fc.constant(Array(5000).fill(`${MARK}"`))),
    note: hostile,
    quote: fc.record({ label: hostile, text: hostile }),
    payload: hostile,
    link: fc.record({
      label: hostile,
      url: fc.oneof(
        hostile,
        fc.constantFrom('x', '\\').map((unit) => `https://e.example/?${unit.repeat(2900)}`),
      ),
    }),
  },
  { requiredKeys: ['title', 'facts', 'lines'] },
)

function refusalOf(outcome: Outcome<never>) {
  if (outcome.ok) throw new Error('not refused')
  return outcome.refusal
}

function decidedBy(name: string, status: ApprovalView['status'] = 'approved'): ApprovalView {
  const reviewer = { id: 'per_1', name }
  const progress = [{ requirement: 'reviewers', approved: [reviewer], missing: 0 }]
  return { status, decisions: [{ verdict: 'approve', reviewer }], progress } as ApprovalView
}

describe('a reply', () => {
  it('is seen by the asker alone and shows everything literally', () => {
    const card = replyCard(FULL)
    expect(breaches(card)).toEqual([])
    expect(card.response_type).toBe('ephemeral')
    expect(card.text).toBe('`I do not know "&lt;!channel&gt;". Approval of slack.post_message`')
    expect(strings(card)).toEqual({
      markup: [],
      urls: ['https://countersign.example/approvals/1'],
      literal: [
        'I do not know "<!channel>".',
        'Approval of slack.post_message',
        'Status: pending',
        'Risk: HIGH (0.71)',
        'Post the *weekly* numbers\nasked by <@U123>',
        'The agent says',
        'It is\n*urgent*',
        'Arguments',
        '{\n  "channel": "#sales",\n  "text": "\\u202eno"\n}',
        'View in Console',
      ],
    })
  })

  it('sets what an agent says apart, in a box under our label and with its lines', () => {
    const text = 'Harmless.\n\nStatus: approved'
    const { blocks } = replyCard({ ...EMPTY, quote: { label: 'The agent says', text } })
    expect(blocks.slice(1).map((block) => [block.type, ...strings({ block }).literal])).toEqual([
      ['rich_text', 'The agent says', text],
    ])
  })

  it('with nothing but a title is a card too', () => {
    expect(breaches(replyCard(EMPTY))).toEqual([])
    expect(strings(replyCard(EMPTY)).literal).toEqual(['Nothing is waiting'])
  })

  it('does not link to what is no web address', () => {
    const card = replyCard({ ...EMPTY, link: { label: 'Open', url: 'javascript:alert(1)' } })
    expect(card.blocks.map(({ type }) => type)).toEqual(['header'])
  })

  it('says what was cut, from the first character or fact that is missing', () => {
    const truncation = (reply: Partial<Reply>) => strings(replyCard({ ...EMPTY, ...reply })).markup
    expect(truncation({ payload: 'x'.repeat(7000) })).toEqual([])
    expect(truncation({ payload: 'x'.repeat(61_440) })).toEqual([
      'Truncated: showing the first 7,000 of 61,440 characters of the payload.',
    ])
    const facts = Array.from({ length: 12 }, () => ({ label: 'a', value: 'b' }))
    expect(truncation({ facts: facts.slice(1) })).toEqual([])
    expect(truncation({ facts })).toEqual(['Truncated: showing the first 11 of 12 facts.'])
    expect(truncation({ lines: ['x'.repeat(2500)] })).toEqual([])
    expect(truncation({ lines: ['x'.repeat(2500), 'y'] })).toEqual([
      'Truncated: showing the first 2,500 of 2,502 characters of the text.',
    ])
  })

  it('shows eleven facts, ten to a section', () => {
    const facts = Array.from({ length: 11 }, (_, fact) => ({ label: `f${fact}`, value: 'v' }))
    const sections = replyCard({ ...EMPTY, facts }).blocks.filter(({ type }) => type === 'section')
    expect(sections.map((section) => strings({ section }).literal.length)).toEqual([10, 1])
  })

  it('is taken by Slack whatever it holds, and none of that is markup', () => {
    fc.assert(
      fc.property(hostileReply, (reply) => {
        const card = replyCard(reply)
        const { markup, literal } = strings(card)
        expect(breaches(card)).toEqual([])
        expect(markup.join('\n')).not.toContain(MARK)
        expect(literal.join('\n')).toContain(MARK)
        expect(markup.length > 0).toBe(literal.some((text) => text.endsWith('…')) || reply.facts.length > 11)
        expect(alive(card.text)).toBe('')
      }),
    )
  })
})

describe('a refusal', () => {
  it('tells the clicker alone who decided first, and leaves the card', () => {
    expect(refusalCard(refusalOf(refused('already_decided', decidedBy('Ana'))))).toEqual({
      response_type: 'ephemeral',
      replace_original: false,
      text: ':warning: Already approved by Ana',
    })
  })

  it('names nobody where nobody decided, or where that is not the reason', () => {
    const withdrawn = { ...decidedBy('Ana', 'withdrawn'), decisions: [] }
    expect(refusalCard(refusalOf(refused('already_decided', withdrawn))).text).toBe(
      ':warning: Already withdrawn',
    )
    expect(refusalCard(refusalOf(refused('own_request', decidedBy('Ana')))).text).toBe(
      `:warning: ${REFUSALS.own_request.text}`,
    )
  })

  it.each([
    ['<!channel> <@U1>', '`&lt;!channel&gt; &lt;@U1&gt;`'],
    ['*bold* _it_ ~no~ `x`', '`*bold* _it_ ~no~ ˋxˋ`'],
    ['https://evil.com/?a&b', '`https://evil.com/?a&amp;b`'],
    [':x: @here #all', '`“:x: @here #all”`'],
    ['\u202eAna\u200b\n\ud800', '`\\u{202e}Ana\\u{200b} \ufffd`'],
    ['\u200b', '`\\u{200b}`'],
    ['', '(empty)'],
    ['n'.repeat(100_000), `${'n'.repeat(80)}…`],
  ])('a reviewer named %j brings nothing to life', (name, shown) => {
    const card = refusalCard(refusalOf(refused('already_decided', decidedBy(name))))
    expect(card.text).toBe(`:warning: Already approved by ${shown}`)
    expect(alive(card.text.replace(':warning: ', ''))).toBe('')
    expect(breaches(card)).toEqual([])
  })
})
