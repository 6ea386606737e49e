// Shows that a message in Telegram tells the truth, whatever an agent or a reviewer calls itself.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ApprovalView, STATUSES } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import type { Message } from '../../src/platforms/platform.ts'
import { cardOf } from '../../src/platforms/telegram/card.ts'
import { readMessage } from '../../src/sandbox/telegram/message-rules.ts'
import {
  acting,
  type Closed,
  closed,
  MARK,
  nested,
  overlong,
  PENDING,
  UNSEEN,
} from '../fakes/hostile-approvals.ts'
import { ALERT } from '../fakes/hostile-events.ts'
import { alertMessage, approvalMessage, hostileMessage } from '../fakes/told-messages.ts'

const draw = (message: Message) =>
  cardOf(message, { details: true, interactive: false, dialogs: false, mention: false, removed: false })
const approval = (view: ApprovalView) => draw(approvalMessage(view))
const alert = (changed: Partial<EventView> = {}) => draw(alertMessage({ ...ALERT, ...changed }))

type Card = ReturnType<typeof draw>

/** The text as Telegram's HTML mode reads it: what stands in code, which it leaves alone, and all the rest. */
function read({ text }: Card): { code: string[]; rest: string; shown: string } {
  const code: string[] = []
  const plain = (html: string) => html.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')
  const rest = text.replace(/<(code|pre)>([^<]*)<\/\1>/g, (_, __, inner) => {
    code.push(plain(inner))
    return '…'
  })
  return { code, rest: rest.replace(/<\/?b>/g, ''), shown: plain(text.replace(/<[^>]*>/g, '')) }
}

const linesOf = (card: Card) => card.text.split('\n')
const buttonsOf = ({ reply_markup }: Card) => reply_markup.inline_keyboard.flat()
const takenOf = (card: Card) => readMessage(JSON.parse(JSON.stringify(card)))
function refusalOf(card: Card) {
  const taken = takenOf(card)
  return 'refused' in taken ? taken.refused : undefined
}
const ASKED_BY = 'Asked by <code>agent-123</code> with the key <code>Sales key</code>'
const VIEW = { text: 'View in Console', url: PENDING.url }

describe('a pending approval', () => {
  const card = approval(PENDING)

  it('shows how risky it is, what is to be decided, who asks, its words, until when, and the arguments', () => {
    expect(card.text).toBe(
      `<b>❗ HIGH (0.71) · Approve </b><code>slack.post_message</code> in <code>production</code>?
${ASKED_BY}

<b>The agent says</b>
<pre>Post the weekly numbers to #sales
Reasons: “PII_EGRESS”, “NEW_RECIPIENT”
Calls itself: production-langgraph</pre>

<b>Requested by</b> <code>ana@example.com</code>
<b>Expires</b> 2026-11-20 13:00 UTC

<b>Arguments</b>
<pre>{
  "channel": "#sales",
  "text": "Up 4 % &lt;again&gt;"
}</pre>

Digest <code>a1b2c3d4e5f6${'0'.repeat(20)}</code> · <code>apr_01kaf3q2m8e7s9v4w6x8y0z1b3</code>`,
    )
  })

  it('decides nothing: its only button is a link, and nothing in it unfolds', () => {
    expect(card.reply_markup).toEqual({ inline_keyboard: [[VIEW]] })
    expect(card).toMatchObject({ parse_mode: 'HTML', link_preview_options: { is_disabled: true } })
  })

  it.each([
    ['info', 'ℹ️'],
    ['low', 'ℹ️'],
    ['medium', '⚠️'],
    ['high', '❗'],
    ['critical', '🚨'],
  ] as const)('of risk %s has its sign', (level, sign) => {
    const [first] = linesOf(approval({ ...PENDING, risk: { level, score: null } }))
    expect(first).toMatch(`<b>${sign} ${level.toUpperCase()} · Approve </b>`)
  })

  it('leaves out what the agent did not say', () => {
    const action = { ...PENDING.action, summary: PENDING.action.tool, environment: null }
    const agent = { id: 'agent-123', name: 'agent-123' }
    const silent = approval({ ...PENDING, agent, action, requested_by: null, reasons: [] })
    expect(silent.text).not.toMatch(/ in |The agent says|Requested by/)
  })

  it('of a test says that it is one', () => {
    expect(linesOf(approval({ ...PENDING, test: true })).slice(0, 3)).toEqual([
      '<b>🧪 This is a test · Approve </b><code>slack.post_message</code> in <code>production</code>?',
      ASKED_BY,
      'No agent waits for the answer.',
    ])
  })

  it.each([
    ['a host that Telegram takes for none', 'http://localhost:3000/approvals/1', true],
    ['a script', 'javascript:alert(1)', false],
    ['an address that is too long', `https://e.example/${'a'.repeat(600)}`, false],
  ])('has no button to %s', (_, url, isWritten) => {
    const card = approval({ ...PENDING, url })
    expect(buttonsOf(card)).toEqual([])
    expect(card.text.endsWith(`\n\nView in Console: <code>${url}</code>`)).toBe(isWritten)
    expect(refusalOf(card)).toBeUndefined()
  })
})

describe('a closed approval', () => {
  it.each([
    ['approved', '<b>✅ Approved by </b><code>Ana</code>'],
    ['denied', '<b>❌ Denied by </b><code>Ana</code>'],
    ['expired', '<b>⌛ Expired</b>, nobody decided in time'],
    ['withdrawn', '<b>🚫 Withdrawn</b>, no decision is needed any more'],
  ] as const)('says that it was %s, first and last, and still leads to the record', (status, words) => {
    const card = approval(closed(status))
    const headline = `${words}: <code>slack.post_message</code> in <code>production</code>`
    expect(linesOf(card).slice(0, 2)).toEqual([headline, ASKED_BY])
    expect(linesOf(card)).toContain('<b>Risk</b> HIGH (0.71)')
    expect(linesOf(card).at(-1)).toBe(`${words} · 2026-11-20 12:05 UTC`)
    expect(buttonsOf(card)).toEqual([VIEW])
  })

  it('shows the note of the reviewer, literally', () => {
    const [, , note] = linesOf(approval(closed('approved', 'Ana', 'checked <b>with</b> @ben')))
    expect(note).toBe('Note by <code>Ana</code>: <code>“checked &lt;b&gt;with&lt;/b&gt; @ben”</code>')
  })

  it('without a vote names nobody', () => {
    const [first] = linesOf(approval({ ...closed('approved'), decisions: [] }))
    expect(first).toBe('<b>✅ Approved</b>: <code>slack.post_message</code> in <code>production</code>')
  })

  it.each(STATUSES.slice(1) as Closed[])('that was %s shows no time that is none', (status) => {
    expect(linesOf(approval({ ...closed(status), closed_at: null })).at(-1)).not.toMatch(/·|UTC/)
  })
})

describe('an alert', () => {
  it('shows what happened where, in whose words, who told it, and leads to the record', () => {
    const card = alert({ summary: 'PII in a reply\nto <a customer>' })
    expect(card.text).toBe(
      `<b>❗ HIGH · Policy violation</b> · <code>slack.post_message</code> in <code>production</code>
Told by <code>agent-123</code> with the key <code>Sales key</code>

<b>The agent says</b>
<pre>PII in a reply
to &lt;a customer&gt;
Action: blocked
Calls itself: support-bot</pre>

<b>Time</b> 2026-11-20 22:00 UTC

<b>Data</b>
<pre>{
  "policy_name": "no-pii",
  "rule": "email_pattern"
}</pre>

<code>policy.violation</code> · <code>evt_01kaf3q2m8e7s9v4w6x8y0z1b3</code>`,
    )
    expect(buttonsOf(card)).toEqual([{ ...VIEW, url: ALERT.url }])
  })

  it('that somebody acknowledged says who and when, first and last, and still all the rest', () => {
    const card = alert({
      acknowledged: { by: '<b>Ana</b> Ruiz', source: 'slack', at: '2026-11-20T12:01:30.000Z' },
    })
    const seen = '<b>👀 Acknowledged by </b><code>&lt;b&gt;Ana&lt;/b&gt; Ruiz</code> · 2026-11-20 12:01 UTC'
    const [headline, byline, first, ...rest] = linesOf(card)
    expect([first, ...rest.splice(-2)]).toEqual([seen, '', seen])
    expect([headline, byline, ...rest]).toEqual(linesOf(alert()))
    expect(refusalOf(card)).toBeUndefined()
  })

  it('of ours says so, and leaves out what nobody said', () => {
    const bare = { key: null, agent: null, environment: null, tool: null, action: null, data: {} }
    const { text } = alert({ ...bare, summary: 'Gone' })
    expect(text).toContain('</b>\nTold by Countersign\n\n<b>Countersign says</b>\n<pre>Gone</pre>')
    expect(text).not.toMatch(/agent|key| in |action|data/i)
  })
})

describe('what does not fit', () => {
  it('is cut, and the message says so', () => {
    const text = 'x'.repeat(60_000)
    const card = approval(acting({ arguments: { text }, summary: 'y'.repeat(801) }))
    const { code, shown } = read(card)
    expect(code).toContain(`${JSON.stringify({ text }, null, 2).slice(0, 2000)}…`)
    expect(shown).toMatch(
      /\n\nTruncated: showing the first 800 of 801 characters of the summary, the first 2,000 of 60,\d{3} characters of the arguments\. View in Console shows all of it\.\nDigest/,
    )
    expect(refusalOf(card)).toBeUndefined()
  })

  it('counts as Telegram does, without tags and escapes', () => {
    const card = approval(acting({ arguments: { text: '<&>'.repeat(660) } }))
    expect(card.text.length).toBeGreaterThan(4096)
    expect(read(card).shown).not.toContain('Truncated')
    expect(refusalOf(card)).toBeUndefined()
  })

  it('is cut further where all is long', () => {
    const long = '漢&'.repeat(20_000)
    const view = acting({ tool: long, summary: long, environment: long, arguments: { long } })
    const card = approval({
      ...view,
      ...{ reasons: [long], agent: { id: long, name: long }, status: 'denied' },
      decisions: closed('denied', long, long).decisions,
    })
    expect(refusalOf(card)).toBeUndefined()
    expect(read(card).shown.length).toBeLessThanOrEqual(4096)
    expect(read(card).shown).toContain('of the note')
  })

  it('is a name or an identifier only where these alone are too long', () => {
    const view = overlong('&')
    for (const status of ['approved', 'pending'] as const) {
      const progress = Array(5).fill({ ...view.progress[0], missing: 1 })
      expect(refusalOf(approval({ ...view, status, progress }))).toBeUndefined()
    }
  })
})

describe('whatever an agent sends', () => {
  it('Telegram takes the message, finds nothing to make alive, and heeds all of its few entities', () => {
    fc.assert(
      fc.property(hostileMessage, (message) => {
        const taken = takenOf(draw(message))
        if ('refused' in taken) throw new Error(JSON.stringify(taken.refused))
        const { entities, hasPreview } = taken.content
        expect(entities.length).toBeLessThan(100)
        expect(entities.filter(({ type }) => !/^(bold|code|pre)$/.test(type))).toEqual([])
        expect(hasPreview).toBe(false)
      }),
    )
  })

  it('it is shown as code, and nothing in it is unseen', () => {
    fc.assert(
      fc.property(hostileMessage, (message) => {
        const { rest, shown } = read(draw(message))
        expect(rest).not.toContain(MARK)
        expect(rest).not.toMatch(/[<>@]/)
        expect(shown).not.toMatch(UNSEEN)
      }),
    )
  })

  it('the arguments mean what will run', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.constantFrom('</pre>', '&lt;', 'x')), (args) => {
        const shown = read(approval(acting({ arguments: args }))).code.at(-3) as string
        if (!shown.endsWith('…')) expect(JSON.parse(shown)).toEqual({ ...args })
      }),
    )
  })

  it('an approval nested deeper than JSON.stringify can follow still makes a message', () => {
    const card = approval(acting({ arguments: { deep: nested(20_000) } }))
    expect(refusalOf(card)).toBeUndefined()
    expect(card.text).toContain('of the arguments')
  })
})
