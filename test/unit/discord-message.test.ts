// Shows that a message in Discord tells the truth, whatever an agent or a reviewer calls itself.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ApprovalView, STATUSES } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import { cardOf } from '../../src/platforms/discord/card.ts'
import type { Message } from '../../src/platforms/platform.ts'
import { readMessage } from '../../src/sandbox/discord/message-rules.ts'
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

const linesOf = ({ embeds: [{ description }] }: Card) => description.split('\n')
const fieldsOf = ({ embeds: [{ fields }] }: Card) => fields.map(({ name, value }) => [name, value])
const colorOf = ({ embeds: [{ color }] }: Card) => `#${color.toString(16).padStart(6, '0')}`
const footerOf = ({ embeds: [{ footer }] }: Card) => footer?.text
const buttonsOf = ({ components }: Card) => components.flatMap((row) => row.components)
const refusalOf = (card: Card) => {
  const taken = readMessage(JSON.parse(JSON.stringify(card)), true)
  return 'refused' in taken ? taken.refused : undefined
}
/** What stands in the block under its label. */
function blockIn(card: Card, label: 'The agent says' | 'Arguments'): string | undefined {
  const [, text] =
    new RegExp(`\\*\\*${label}\\*\\*\n\`\`\`\\w+\n([^\`]*)\n\`\`\``).exec(card.embeds[0].description) ?? []
  return text
}
const ASKED_BY = 'Asked by `agent-123` with the key `Sales key`'
const TOLD_BY = 'Told by `agent-123` with the key `Sales key`'
const VIEW = { type: 2, style: 5, label: 'View in Console', url: PENDING.url }

describe('a pending approval', () => {
  const card = approval(PENDING)

  it('shows how risky it is, what is to be decided, who asks, its words, the arguments, and counts down', () => {
    expect(card.embeds[0].description).toBe(
      `**❗ HIGH (0.71) · Approve** \`slack.post_message\` in \`production\`?
${ASKED_BY}
**The agent says**
\`\`\`txt
Post the weekly numbers to #sales
Reasons: “PII_EGRESS”, “NEW_RECIPIENT”
Calls itself: production-langgraph
\`\`\`
**Arguments**
\`\`\`json
${JSON.stringify(PENDING.action.arguments, null, 2)}
\`\`\``,
    )
    expect(fieldsOf(card)).toEqual([
      ['Requested by', '`ana@example.com`'],
      ['Expires', '<t:1795179600:R>'],
    ])
    expect(footerOf(card)).toBe(`Digest a1b2c3d4e5f6${'0'.repeat(20)} · apr_01kaf3q2m8e7s9v4w6x8y0z1b3`)
  })

  it('decides nothing: its only button is a link', () => {
    expect(buttonsOf(card)).toEqual([VIEW])
  })

  it.each([
    ['info', '#4a90d9'],
    ['low', '#4a90d9'],
    ['medium', '#e8a317'],
    ['high', '#e8590c'],
    ['critical', '#7b3fbf'],
  ] as const)('of risk %s has its colour, never the one of what was denied', (level, color) => {
    expect(colorOf(approval({ ...PENDING, risk: { level, score: null } }))).toBe(color)
  })

  it('leaves out what the agent did not say', () => {
    const { tool, arguments: args } = PENDING.action
    const action = { tool, summary: tool, arguments: args, environment: null }
    const agent = { id: 'agent-123', name: 'agent-123' }
    const silent = approval({ ...PENDING, agent, action, requested_by: null, reasons: [] })
    expect(silent.embeds[0].description).not.toMatch(/production|The agent says/)
    expect(fieldsOf(silent).map(([name]) => name)).toEqual(['Expires'])
  })

  it('of a test says that it is one', () => {
    expect(linesOf(approval({ ...PENDING, test: true })).slice(0, 3)).toEqual([
      '**🧪 This is a test · Approve** `slack.post_message` in `production`?',
      ASKED_BY,
      'No agent waits for the answer.',
    ])
  })

  it.each([
    ['a host that Discord takes for none', 'http://localhost:3000/approvals/1', true],
    ['a script', 'javascript:alert(1)', false],
    ['an address that is too long', `https://e.example/${'a'.repeat(600)}`, false],
  ])('has no button to %s', (_, url, isWritten) => {
    const card = approval({ ...PENDING, url })
    expect(buttonsOf(card)).toEqual([])
    expect(linesOf(card).includes(`View in Console: ${url}`)).toBe(isWritten)
    expect(refusalOf(card)).toBeUndefined()
  })
})

describe('a closed approval', () => {
  it.each([
    ['approved', '**✅ Approved by** `Ana`', '#2eb67d'],
    ['denied', '**❌ Denied by** `Ana`', '#e01e5a'],
    ['expired', '**⌛ Expired**, nobody decided in time', '#868e96'],
    ['withdrawn', '**🚫 Withdrawn**, no decision is needed any more', '#868e96'],
  ] as const)(
    'says that it was %s, first and last and in colour, and still leads to the record',
    (status, words, color) => {
      const card = approval(closed(status))
      const lines = linesOf(card)
      expect(lines.slice(0, 2)).toEqual([`${words}: \`slack.post_message\` in \`production\``, ASKED_BY])
      expect(lines.at(-1)).toBe(`${words} · <t:1795176300:f>`)
      expect(fieldsOf(card)).toEqual([
        ['Risk', 'HIGH (0.71)'],
        ['Requested by', '`ana@example.com`'],
      ])
      expect(colorOf(card)).toBe(color)
      expect(buttonsOf(card)).toEqual([VIEW])
    },
  )

  it('shows the note of the reviewer, literally', () => {
    const [, , note] = linesOf(approval(closed('approved', 'Ana', 'checked **with** `<@1>`')))
    expect(note).toBe('Note by `Ana`: `“checked **with** ˋ<@1>ˋ”`')
  })

  it('without a vote names nobody', () => {
    const [first] = linesOf(approval({ ...closed('approved'), decisions: [] }))
    expect(first).toBe('**✅ Approved**: `slack.post_message` in `production`')
  })

  it.each(STATUSES.slice(1) as Closed[])('that was %s shows no time that is none', (status) => {
    expect(linesOf(approval({ ...closed(status), closed_at: null })).at(-1)).not.toMatch(/·|<t:/)
  })
})

describe('an alert', () => {
  it('shows what happened where, in whose words, who told it, and leads to the record', () => {
    const card = alert()
    expect(card.embeds[0].description).toBe(
      `**❗ HIGH · Policy violation** · \`slack.post_message\` in \`production\`
${TOLD_BY}
**The agent says**
\`\`\`txt
PII detected in a reply
Action: blocked
Calls itself: support-bot
\`\`\`
**Data**
\`\`\`json
${JSON.stringify(ALERT.data, null, 2)}
\`\`\``,
    )
    expect(fieldsOf(card)).toEqual([['Time', '<t:1795212000:f>']])
    expect(colorOf(card)).toBe('#e8590c')
    expect(footerOf(card)).toBe(`policy.violation · ${ALERT.id}`)
    expect(buttonsOf(card)).toEqual([{ ...VIEW, url: ALERT.url }])
  })

  it('that somebody acknowledged says who and when, first and last, and still all the rest', () => {
    const card = alert({
      acknowledged: { by: '**Ana** `Ruiz`', source: 'slack', at: '2026-11-20T12:01:30.000Z' },
    })
    const seen = '**👀 Acknowledged by** `**Ana** ˋRuizˋ` · <t:1795176090:f>'
    const [headline, byline, first, ...rest] = linesOf(card)
    expect([first, rest.pop()]).toEqual([seen, seen])
    expect([headline, byline, ...rest]).toEqual(linesOf(alert()))
    expect(fieldsOf(card)).toEqual(fieldsOf(alert()))
    expect(refusalOf(card)).toBeUndefined()
  })

  it('that tells of an acknowledgement says who saw to what, and puts no word of ours into the agent’s mouth', () => {
    const card = alert({
      type: 'event.acknowledged',
      key: null,
      summary: `Ana acknowledged: ${ALERT.summary}`,
      action: 'acknowledged',
      data: { acknowledged_by: 'Ana', acknowledged_at: '2026-11-20T12:01:30.000Z' },
    })
    expect(linesOf(card).slice(0, 7)).toEqual([
      '**❗ HIGH · Event acknowledged** · `slack.post_message` in `production`',
      'Told by Countersign',
      '**👀 Acknowledged by** `Ana` · <t:1795176090:f>',
      ...['**The agent says**', '```txt', ALERT.summary, 'Calls itself: support-bot'],
    ])
  })

  it('of ours says so, and leaves out what nobody said', () => {
    const bare = { key: null, agent: null, environment: null, tool: null, action: null, data: {} }
    const card = alert({ ...bare, summary: 'Gone' })
    expect(linesOf(card)).toEqual([
      ...['**❗ HIGH · Policy violation**', 'Told by Countersign'],
      ...['**Countersign says**', '```txt', 'Gone', '```'],
    ])
    expect(fieldsOf(card).map(([name]) => name)).toEqual(['Time'])
  })
})

describe('what does not fit', () => {
  it('is cut, and the message says so', () => {
    const text = 'x'.repeat(60_000)
    const card = approval(acting({ arguments: { text }, summary: 'y'.repeat(801) }))
    expect(blockIn(card, 'Arguments')).toBe(`${JSON.stringify({ text }, null, 2).slice(0, 1500)}…`)
    expect(blockIn(card, 'The agent says')).toContain(`${'y'.repeat(800)}…\n`)
    expect(footerOf(card)).toMatch(
      /^Truncated: showing the first 800 of 801 characters of the summary, the first 1,500 of 60,\d{3} characters of the arguments\. View in Console shows all of it\.\nDigest/,
    )
    expect(refusalOf(card)).toBeUndefined()
  })

  it('is not promised elsewhere when there is no link', () => {
    const card = approval({ ...acting({ summary: 'y'.repeat(801) }), url: 'x:y' })
    expect(footerOf(card)).toMatch(/of the summary\.\nDigest/)
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
  it('Discord takes the message, and nobody is notified', () => {
    fc.assert(
      fc.property(hostileMessage, (message) => {
        const card = draw(message)
        expect(refusalOf(card)).toBeUndefined()
        expect(card).toMatchObject({ content: '', allowed_mentions: { parse: [] } })
      }),
    )
  })

  it('it is shown as code, in which nothing comes alive, and nothing in it is unseen', () => {
    const ours = /\*\*|<t:\d+:[fR]>|\(\d\.\d\d\)|View in Console: http:\/\/localhost:3000\/events\/1/g
    fc.assert(
      fc.property(hostileMessage, (message) => {
        const [{ description, fields, footer }] = draw(message).embeds
        for (const text of [description, ...fields.flatMap(({ name, value }) => [name, value])]) {
          const { rest } = read(text)
          expect(rest).not.toContain(MARK)
          expect(rest.replace(ours, '')).not.toMatch(/[*_~|`<>[\]()\\#@]|\w\.\w/)
          expect(text).not.toMatch(UNSEEN)
        }
        expect(footer?.text).not.toContain(MARK)
      }),
    )
  })

  it('the arguments mean what will run, also with backticks', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.constantFrom('```', '`a`', 'x')), (args) => {
        const shown = blockIn(approval(acting({ arguments: args })), 'Arguments') as string
        if (!shown.endsWith('…')) expect(JSON.parse(shown)).toEqual({ ...args })
      }),
    )
  })

  it('an approval nested deeper than JSON.stringify can follow still makes a message', () => {
    const card = approval(acting({ arguments: { deep: nested(20_000) } }))
    expect(refusalOf(card)).toBeUndefined()
    expect(footerOf(card)).toContain('of the arguments')
  })
})
