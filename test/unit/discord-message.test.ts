// Shows that a message in Discord tells the truth, whatever an agent or a reviewer calls itself.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { STATUSES } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import { alertMessage as drawAlert } from '../../src/platforms/discord/alert-message.ts'
import { approvalMessage as drawApproval } from '../../src/platforms/discord/approval-message.ts'
import { readMessage } from '../../src/sandbox/discord/message-rules.ts'
import {
  acting,
  type Closed,
  closed,
  hostileText,
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
  type: 'policy.violation',
  severity: 'high',
  created_at: '2026-11-20T12:00:00.000Z',
  environment: 'production',
  key: { id: 'key_1', name: 'Sales key' },
  agent: { id: 'agent-123', name: 'support-bot' },
  tool: 'slack.post_message',
  summary: 'PII in a reply\nto a customer',
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

/** As Discord's clients read markdown: code first, in which nothing is alive, and what is left around it. */
function read(markdown: string): { code: string[]; rest: string } {
  const code: string[] = []
  const taken = (text: string) => {
    code.push(text)
    return ''
  }
  const rest = markdown
    .replace(/```(?:[a-z0-9_+\-.#]+?\n)?\n*([^\n](?:.|\n)*?)\n*```/gi, (_, text) => taken(text))
    .replace(/(`+)((?:.|\n)*?[^`])\1(?!`)/g, (_, __, text) => taken(text))
  return { code, rest }
}

const fieldsOf = ({ embeds: [embed] }: Message) =>
  Object.fromEntries(embed.fields.map(({ name, value }) => [name, read(value).code[0] ?? value]))
const colorOf = ({ embeds: [{ color }] }: Message) => `#${color.toString(16).padStart(6, '0')}`
const footerOf = ({ embeds: [{ footer }] }: Message) => footer?.text
const buttonsOf = ({ components }: Message) => components.flatMap((row) => row.components)
const refusalOf = (message: Message) => {
  const taken = readMessage(JSON.parse(JSON.stringify(message)), true)
  return 'refused' in taken ? taken.refused : undefined
}
const VIEW = { type: 2, style: 5, label: 'View in Console', url: PENDING.url }

describe('a pending approval', () => {
  const message = approvalMessage(PENDING)

  it('shows who wants what, why, how risky it is, and until when, in the order of the other surfaces', () => {
    const [embed] = message.embeds
    expect(embed.title).toBe('Approval requested')
    expect(embed.description).toBe('Expires <t:1795179600:f> <t:1795179600:R>')
    expect(Object.entries(fieldsOf(message))).toEqual([
      ['Agent', 'production-langgraph (agent-123)'],
      ['Tool', 'slack.post_message'],
      ['Environment', 'production'],
      ['On behalf of', 'ana@example.com'],
      ['Risk', 'HIGH (0.71)'],
      ['Why', 'PII_EGRESS, NEW_RECIPIENT'],
      ['Summary', 'Post the weekly numbers to #sales'],
      ['Arguments', JSON.stringify(PENDING.action.arguments, null, 2)],
    ])
    expect(footerOf(message)).toBe('Digest a1b2c3d4e5f6  ·  apr_01kaf3q2m8e7s9v4w6x8y0z1b3')
  })

  it('decides nothing: its only button is a link', () => {
    expect(buttonsOf(message)).toEqual([VIEW])
  })

  it.each([
    ['info', '#4a90d9'],
    ['low', '#4a90d9'],
    ['medium', '#e8a317'],
    ['high', '#e8590c'],
    ['critical', '#b00020'],
  ] as const)('of risk %s has its colour', (level, color) => {
    expect(colorOf(approvalMessage({ ...PENDING, risk: { level, score: null } }))).toBe(color)
  })

  it('leaves out what the agent did not say', () => {
    const silent = { ...acting({ environment: null }), requested_by: null, reasons: [] }
    expect(Object.keys(fieldsOf(approvalMessage(silent)))).toEqual([
      ...['Agent', 'Tool', 'Risk', 'Summary', 'Arguments'],
    ])
  })

  it('of a test says that it is one', () => {
    expect(approvalMessage({ ...PENDING, test: true }).embeds[0].title).toBe(
      '🧪 This is a test. No agent waits for the answer.',
    )
  })

  it.each([
    ['a host that Discord takes for none', 'http://localhost:3000/approvals/1', true],
    ['a script', 'javascript:alert(1)', false],
    ['an address that is too long', `https://e.example/${'a'.repeat(600)}`, false],
  ])('has no button to %s', (_, url, isWritten) => {
    const message = approvalMessage({ ...PENDING, url })
    expect(buttonsOf(message)).toEqual([])
    expect(message.embeds[0].description?.includes(`\nView in Console: ${url}`)).toBe(isWritten)
    expect(refusalOf(message)).toBeUndefined()
  })
})

describe('a closed approval', () => {
  it.each([
    ['approved', '✅ APPROVED by Ana', '#2eb67d'],
    ['denied', '❌ DENIED by Ana', '#e01e5a'],
    ['expired', '⌛ EXPIRED nobody decided in time', '#868e96'],
    ['withdrawn', '🚫 WITHDRAWN no decision is needed any more', '#868e96'],
  ] as const)('says that it was %s, in colour too, and still leads to the record', (status, title, color) => {
    const message = approvalMessage(closed(status))
    expect(message.embeds[0].title).toBe(title)
    expect(colorOf(message)).toBe(color)
    expect(buttonsOf(message)).toEqual([VIEW])
  })

  it('shows when it closed and the note of the reviewer, literally', () => {
    const { description } = approvalMessage(closed('approved', 'Ana', 'checked **with** <@1>')).embeds[0]
    expect(description).toBe('Closed <t:1795176300:f>\n`Note: checked **with** <@1>`')
  })

  it('without a vote names nobody and shows the closing words instead', () => {
    const byPolicy = { ...closed('approved'), decisions: [], review_notes: 'Approved by policy *x*' }
    const [embed] = approvalMessage(byPolicy).embeds
    expect(embed.title).toBe('✅ APPROVED')
    expect(embed.description).toContain('`Approved by policy *x*`')
  })

  it.each(STATUSES.slice(1) as Closed[])('that was %s has no line for a time that is none', (status) => {
    const message = approvalMessage({ ...closed(status), closed_at: null })
    expect(message.embeds[0].description).toMatch(/^Closed(\n`.*`)?$/)
  })
})

describe('an alert', () => {
  it('shows what happened, to whom, when, what was done about it, and leads to the record', () => {
    const message = alertMessage(ALERT)
    expect(message.embeds[0].title).toBe('❗ Policy violation')
    expect(colorOf(message)).toBe('#e8590c')
    expect(Object.entries(fieldsOf(message))).toEqual([
      ['Event', 'policy.violation'],
      ['Severity', 'HIGH'],
      ['Agent', 'support-bot (agent-123)'],
      ['Environment', 'production'],
      ['Tool', 'slack.post_message'],
      ['Action', 'blocked'],
      ['Time', '<t:1795176000:f>'],
      ['Message', 'PII in a reply\nto a customer'],
      ['Data', JSON.stringify(ALERT.data, null, 2)],
    ])
    expect(footerOf(message)).toBe(ALERT.id)
    expect(buttonsOf(message)).toEqual([{ ...VIEW, url: ALERT.url }])
  })

  it('that somebody acknowledged says who and when, and still all the rest', () => {
    const acknowledged = { by: '**Ana** `Ruiz`', source: 'slack', at: '2026-11-20T12:01:30.000Z' }
    const message = alertMessage({ ...ALERT, acknowledged })
    expect(message.embeds[0].description).toBe('👀 Acknowledged by `**Ana** ˋRuizˋ` · <t:1795176090:f>')
    expect(fieldsOf(message)).toEqual(fieldsOf(alertMessage(ALERT)))
    expect(buttonsOf(message)).toEqual([{ ...VIEW, url: ALERT.url }])
    expect(refusalOf(message)).toBeUndefined()
  })

  it('leaves out what nobody said', () => {
    const bare = { ...ALERT, agent: null, environment: null, tool: null, action: null, data: {} }
    expect(Object.keys(fieldsOf(alertMessage(bare)))).toEqual(['Event', 'Severity', 'Time', 'Message'])
  })
})

describe('what does not fit', () => {
  it('is cut, and the message says so', () => {
    const text = 'x'.repeat(60_000)
    const message = approvalMessage(acting({ arguments: { text }, summary: 'y'.repeat(801) }))
    const full = JSON.stringify({ text }, null, 2)
    expect(fieldsOf(message).Arguments).toBe(`${full.slice(0, 1000)}…`)
    expect(footerOf(message)).toMatch(
      /^Truncated: showing the first 800 of 801 characters of the summary, the first 1,000 of 60,\d{3} characters of the arguments\. View in Console shows all of it\.\nDigest/,
    )
    expect(refusalOf(message)).toBeUndefined()
  })

  it('is not promised elsewhere when there is no link', () => {
    const message = approvalMessage({ ...acting({ summary: 'y'.repeat(801) }), url: 'x:y' })
    expect(footerOf(message)).toMatch(/of the summary\.\nDigest/)
  })
})

describe('whatever an agent sends', () => {
  it('Discord takes the message', () => {
    fc.assert(
      fc.property(hostileMessage, (message) => {
        expect(refusalOf(message)).toBeUndefined()
      }),
    )
  })

  it('nobody is notified', () => {
    fc.assert(
      fc.property(hostileMessage, (message) => {
        expect(message.allowed_mentions).toEqual({ parse: [] })
        expect(message.content).toBe('')
      }),
    )
  })

  it('it is shown as code, and all that a client reads around it is ours', () => {
    const ours =
      /^(Expires|Closed)?( <t:\d+:[fR]>)*\n?(\n?View in Console: http:\/\/localhost:3000\/events\/1)?$/
    fc.assert(
      fc.property(hostileMessage, (message) => {
        const [{ title, description = '', fields, footer }] = message.embeds
        expect(read(description).rest).toMatch(ours)
        for (const { name, value } of fields) {
          expect(name).not.toContain(MARK)
          expect(read(value).rest).toMatch(name === 'Time' ? /^<t:\d+:f>$/ : /^$/)
        }
        expect(footer?.text).not.toContain(MARK)
        expect([title, description, ...fields.map(({ value }) => value)].join()).not.toMatch(UNSEEN)
      }),
    )
  })

  it('a reviewer’s name, which no code can hold in a title, brings nothing to life', () => {
    fc.assert(
      fc.property(hostileText, (name) => {
        const { title } = approvalMessage(closed('approved', name)).embeds[0]
        const [, shown = ''] = /^✅ APPROVED by (.*)$/.exec(title) ?? []
        expect(shown).not.toBe('')
        expect(shown).not.toMatch(/[*~`|<>[\]()\\#@:\n]|\w\.\w|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/)
      }),
    )
    expect(approvalMessage(closed('denied', 'Jean-Luc O’Neil')).embeds[0].title).toBe(
      '❌ DENIED by Jean-Luc O’Neil',
    )
  })

  it('the arguments mean what will run, also with backticks', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.constantFrom('```', '`a`', 'x')), (args) => {
        const { Arguments: shown } = fieldsOf(approvalMessage(acting({ arguments: args })))
        if (!shown?.endsWith('…')) expect(JSON.parse(shown as string)).toEqual({ ...args })
      }),
    )
  })

  it('an approval nested deeper than JSON.stringify can follow still makes a message', () => {
    const message = approvalMessage(acting({ arguments: { deep: nested(20_000) } }))
    expect(refusalOf(message)).toBeUndefined()
    expect(footerOf(message)).toContain('of the arguments')
  })
})
