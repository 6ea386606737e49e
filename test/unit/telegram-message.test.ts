// Shows that a message in Telegram tells the truth, whatever an agent or a reviewer calls itself.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { STATUSES } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import { alertMessage as drawAlert } from '../../src/platforms/telegram/alert-message.ts'
import { approvalMessage as drawApproval } from '../../src/platforms/telegram/approval-message.ts'
import { readMessage } from '../../src/sandbox/telegram/message-rules.ts'
import {
  acting,
  type Closed,
  closed,
  hostileView,
  MARK,
  nested,
  PENDING,
  UNSEEN,
} from '../fakes/hostile-approvals.ts'
import { hostileAlert } from '../fakes/hostile-events.ts'
import { usually } from '../fakes/render-options.ts'

const alertMessage = usually(drawAlert)
const approvalMessage = usually(drawApproval)

type Message = ReturnType<typeof approvalMessage>

const ALERT: EventView = {
  id: 'evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
  type: 'pii.detected',
  severity: 'critical',
  created_at: '2026-11-20T12:00:59.000Z',
  environment: 'production',
  key: { id: 'key_1', name: 'Sales key' },
  agent: { id: 'agent-123', name: 'support-bot' },
  tool: 'slack.post_message',
  summary: 'PII in a reply\nto <a customer>',
  action: 'blocked',
  approval_id: null,
  acknowledged: null,
  data: { policy_name: 'no-pii', rule: 'email_pattern' },
  url: 'https://countersign.example/events/evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
}
const hostileEvent = hostileAlert(ALERT)
const hostileMessage = fc.oneof(
  hostileView.map((view) => approvalMessage(view)),
  hostileEvent.map((event) => alertMessage(event)),
)

/** The text as Telegram's HTML mode reads it: what stands in code, which it leaves alone, and all the rest. */
function read({ text }: Message): { code: string[]; rest: string; shown: string } {
  const code: string[] = []
  const plain = (html: string) => html.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')
  const rest = text.replace(/<(code|pre)>([^<]*)<\/\1>/g, (_, __, inner) => {
    code.push(plain(inner))
    return '…'
  })
  return { code, rest: rest.replace(/<\/?b>/g, ''), shown: plain(text.replace(/<[^>]*>/g, '')) }
}

const firstLineOf = (message: Message) => message.text.split('\n')[0]
const buttonsOf = ({ reply_markup }: Message) => reply_markup.inline_keyboard.flat()
function refusalOf(message: Message) {
  const taken = readMessage(JSON.parse(JSON.stringify(message)))
  return 'refused' in taken ? taken.refused : undefined
}
const VIEW = { text: 'View in Console', url: PENDING.url }

describe('a pending approval', () => {
  const message = approvalMessage(PENDING)

  it('shows who wants what, why, how risky it is, and until when, in the order of the other surfaces', () => {
    expect(message.text).toBe(
      `❗ <b>Approval requested</b>
Expires 2026-11-20 13:00 UTC

<b>Agent</b> <code>production-langgraph (agent-123)</code>
<b>Tool</b> <code>slack.post_message</code>
<b>Environment</b> <code>production</code>
<b>On behalf of</b> <code>ana@example.com</code>
<b>Risk</b> <code>HIGH (0.71)</code>
<b>Why</b> <code>PII_EGRESS, NEW_RECIPIENT</code>

<code>Post the weekly numbers to #sales</code>

<pre>{
  "channel": "#sales",
  "text": "Up 4 % &lt;again&gt;"
}</pre>

Digest <code>a1b2c3d4e5f6</code>  ·  <code>apr_01kaf3q2m8e7s9v4w6x8y0z1b3</code>`,
    )
  })

  it('decides nothing: its only button is a link, and nothing in it unfolds', () => {
    expect(message.reply_markup).toEqual({ inline_keyboard: [[VIEW]] })
    expect(message).toMatchObject({ parse_mode: 'HTML', link_preview_options: { is_disabled: true } })
  })

  it.each([
    ['info', 'ℹ️'],
    ['low', 'ℹ️'],
    ['medium', '⚠️'],
    ['high', '❗'],
    ['critical', '🚨'],
  ] as const)('of risk %s has its sign', (level, sign) => {
    const risky = approvalMessage({ ...PENDING, risk: { level, score: null } })
    expect(firstLineOf(risky)).toBe(`${sign} <b>Approval requested</b>`)
  })

  it('leaves out what the agent did not say', () => {
    const silent = { ...acting({ environment: null }), requested_by: null, reasons: [] }
    expect(approvalMessage(silent).text).not.toMatch(/Environment|On behalf|Why/)
  })

  it('of a test says that it is one', () => {
    expect(firstLineOf(approvalMessage({ ...PENDING, test: true }))).toBe(
      '🧪 <b>This is a test.</b> No agent waits for the answer.',
    )
  })

  it.each([
    ['a host that Telegram takes for none', 'http://localhost:3000/approvals/1', true],
    ['a script', 'javascript:alert(1)', false],
    ['an address that is too long', `https://e.example/${'a'.repeat(600)}`, false],
  ])('has no button to %s', (_, url, isWritten) => {
    const message = approvalMessage({ ...PENDING, url })
    expect(buttonsOf(message)).toEqual([])
    expect(message.text.endsWith(`\n\nView in Console: <code>${url}</code>`)).toBe(isWritten)
    expect(refusalOf(message)).toBeUndefined()
  })
})

describe('a closed approval', () => {
  it.each([
    ['approved', '✅ <b>APPROVED</b> by <code>Ana</code>'],
    ['denied', '❌ <b>DENIED</b> by <code>Ana</code>'],
    ['expired', '⌛ <b>EXPIRED</b> nobody decided in time'],
    ['withdrawn', '🚫 <b>WITHDRAWN</b> no decision is needed any more'],
  ] as const)('says that it was %s and still leads to the record', (status, line) => {
    const message = approvalMessage(closed(status))
    expect(firstLineOf(message)).toBe(line)
    expect(buttonsOf(message)).toEqual([VIEW])
  })

  it('shows when it closed and the note of the reviewer, literally', () => {
    const lines = approvalMessage(closed('approved', 'Ana', 'checked <b>with</b> @ben')).text.split('\n')
    expect(lines.slice(1, 3)).toEqual([
      'Closed 2026-11-20 12:05 UTC',
      '<code>Note: checked &lt;b&gt;with&lt;/b&gt; @ben</code>',
    ])
  })

  it('without a vote names nobody and shows the closing words instead', () => {
    const byPolicy = { ...closed('approved'), decisions: [], review_notes: 'Approved by policy x' }
    const message = approvalMessage(byPolicy)
    expect(firstLineOf(message)).toBe('✅ <b>APPROVED</b>')
    expect(message.text).toContain('<code>Approved by policy x</code>')
  })

  it.each(STATUSES.slice(1) as Closed[])('that was %s shows no time that is none', (status) => {
    expect(approvalMessage({ ...closed(status), closed_at: 'yesterday' }).text).toMatch(/\nClosed\n/)
  })
})

describe('an alert', () => {
  it('shows what happened, to whom, when, what was done about it, and leads to the record', () => {
    const message = alertMessage(ALERT)
    expect(message.text).toBe(
      `🚨 <b>PII detected</b>

<b>Event</b> <code>pii.detected</code>
<b>Severity</b> <code>CRITICAL</code>
<b>Agent</b> <code>support-bot (agent-123)</code>
<b>Environment</b> <code>production</code>
<b>Tool</b> <code>slack.post_message</code>
<b>Action</b> <code>blocked</code>
<b>Time</b> <code>2026-11-20 12:00 UTC</code>

<code>PII in a reply
to &lt;a customer&gt;</code>

<pre>{
  "policy_name": "no-pii",
  "rule": "email_pattern"
}</pre>

<code>evt_01kaf3q2m8e7s9v4w6x8y0z1b3</code>`,
    )
    expect(buttonsOf(message)).toEqual([{ ...VIEW, url: ALERT.url }])
  })

  it('that somebody acknowledged says who and when, and still all the rest', () => {
    const acknowledged = { by: '<b>Ana</b> Ruiz', source: 'slack', at: '2026-11-20T12:01:30.000Z' }
    const message = alertMessage({ ...ALERT, acknowledged })
    const [title, who, ...rest] = message.text.split('\n')
    expect(who).toBe(
      '👀 <b>Acknowledged</b> by <code>&lt;b&gt;Ana&lt;/b&gt; Ruiz</code> · 2026-11-20 12:01 UTC',
    )
    expect([title, ...rest].join('\n')).toBe(alertMessage(ALERT).text)
    expect(buttonsOf(message)).toEqual([{ ...VIEW, url: ALERT.url }])
  })

  it('leaves out what nobody said', () => {
    const bare = { ...ALERT, agent: null, environment: null, tool: null, action: null, data: {} }
    expect(alertMessage(bare).text).not.toMatch(/Agent|Environment|Tool|Action|<pre>/)
  })
})

describe('what does not fit', () => {
  it('is cut, and the message says so', () => {
    const text = 'x'.repeat(60_000)
    const message = approvalMessage(acting({ arguments: { text }, summary: 'y'.repeat(801) }))
    const full = JSON.stringify({ text }, null, 2)
    const { code, shown } = read(message)
    expect(code).toContain(`${full.slice(0, 2000)}…`)
    expect(shown).toMatch(
      /\n\nTruncated: showing the first 800 of 801 characters of the summary, the first 2,000 of 60,\d{3} characters of the arguments\. View in Console shows all of it\.$/,
    )
    expect(refusalOf(message)).toBeUndefined()
  })

  it('counts as Telegram does, without tags and escapes', () => {
    const message = approvalMessage(acting({ arguments: { text: '<&>'.repeat(660) } }))
    expect(message.text.length).toBeGreaterThan(4096)
    expect(read(message).shown).not.toContain('Truncated')
    expect(refusalOf(message)).toBeUndefined()
  })

  it('is cut further where all is long', () => {
    const long = '漢&'.repeat(20_000)
    const view = acting({ tool: long, summary: long, environment: long, arguments: { long } })
    const message = approvalMessage({
      ...view,
      ...{ reasons: [long], agent: { id: long, name: long }, status: 'denied' },
      decisions: closed('denied', long, long).decisions,
    })
    expect(refusalOf(message)).toBeUndefined()
    expect(read(message).shown.length).toBeLessThanOrEqual(4096)
    expect(read(message).shown).toContain('of the reviewer')
  })
})

describe('whatever an agent sends', () => {
  it('Telegram takes the message', () => {
    fc.assert(
      fc.property(hostileMessage, (message) => {
        expect(refusalOf(message)).toBeUndefined()
      }),
    )
  })

  it('it is shown as code, and all that Telegram reads around it is ours', () => {
    const line =
      /^(((ℹ️|⚠️|❗|🚨|🧪|✅|❌|⌛|🚫) )?[A-Z][A-Za-z ]+\.?( No agent waits for the answer\.)?( \d{4}-\d\d-\d\d \d\d:\d\d UTC)?( ?…)?( {2}· {2}…)?|…|)$/u
    const ending = /^(Truncated: showing the first .*|View in Console: …)$/
    fc.assert(
      fc.property(hostileMessage, (message) => {
        const { rest, shown } = read(message)
        expect(rest).not.toContain(MARK)
        expect(rest).not.toMatch(/[<>@]/)
        for (const one of rest.split('\n')) if (!ending.test(one)) expect(one).toMatch(line)
        expect(shown).not.toMatch(UNSEEN)
      }),
    )
  })

  it('Telegram finds nothing in it to make alive, and few enough entities to heed them all', () => {
    fc.assert(
      fc.property(hostileMessage, (message) => {
        const taken = readMessage(JSON.parse(JSON.stringify(message)))
        if ('refused' in taken) throw new Error('refused')
        const { entities, hasPreview } = taken.content
        expect(entities.length).toBeLessThan(100)
        expect(entities.filter(({ type }) => !/^(bold|code|pre)$/.test(type))).toEqual([])
        expect(hasPreview).toBe(false)
      }),
    )
  })

  it('the arguments mean what will run', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.constantFrom('</pre>', '&lt;', 'x')), (args) => {
        const { code } = read(approvalMessage(acting({ arguments: args })))
        const shown = code.at(-3) as string
        if (!shown.endsWith('…')) expect(JSON.parse(shown)).toEqual({ ...args })
      }),
    )
  })

  it('an approval nested deeper than JSON.stringify can follow still makes a message', () => {
    const message = approvalMessage(acting({ arguments: { deep: nested(20_000) } }))
    expect(refusalOf(message)).toBeUndefined()
    expect(message.text).toContain('of the arguments')
  })
})
