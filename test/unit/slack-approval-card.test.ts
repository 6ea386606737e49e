// Shows that an approval's card in Slack tells the truth, whatever an agent or a reviewer calls itself.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ApprovalView, STATUSES } from '../../src/approvals/view.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import { cardOf } from '../../src/platforms/slack/card.ts'
import type { SlackMessage } from '../../src/platforms/slack/message.ts'
import { alive, breaches, strings } from '../fakes/block-kit-rules.ts'
import {
  acting,
  type Closed,
  closed,
  hostileView,
  nested,
  overlong,
  PENDING,
  TRICKS,
  UNSEEN,
} from '../fakes/hostile-approvals.ts'
import { drawing } from '../fakes/render-options.ts'

const { approvalCard } = drawing((message, options) => cardOf(message, options).message)

const CLOSED = STATUSES.slice(1) as Closed[]
const WHAT = '`slack.post_message` in `production`'
const ASKED_BY = 'Asked by `agent-123` with the key Sales key'

const blocksOf = (card: SlackMessage) => card.attachments[0].blocks
const kindsOf = (card: SlackMessage) => blocksOf(card).map(({ type }) => type)
const truncation = (card: SlackMessage) => strings(card).markup.find((text) => text.startsWith('Truncated: '))
const outcomeOf = (card: SlackMessage) => strings(card).markup.at(-1)

function elementsOf(card: SlackMessage) {
  return blocksOf(card).flatMap((block) => (block.type === 'actions' ? block.elements : []))
}
const buttonsOf = (card: SlackMessage) => elementsOf(card).filter((element) => element.type === 'button')
/** What can be chosen in the menu. */
const menuOf = (card: SlackMessage) =>
  elementsOf(card).flatMap((element) => (element.type === 'overflow' ? element.options : []))

/** As the two columns read. */
function factsOf(card: SlackMessage): Record<string, string> {
  const fields = blocksOf(card).flatMap((block) => (block.type === 'section' ? (block.fields ?? []) : []))
  return Object.fromEntries(
    fields.flatMap(({ text }, at) => (at % 2 === 0 ? [[text, String(fields[at + 1]?.text)]] : [])),
  )
}

/** What stands in the rich text under the label. */
function under(label: string, card: SlackMessage): string | undefined {
  const { literal } = strings({ shown: blocksOf(card).filter(({ type }) => type === 'rich_text') })
  return literal[literal.indexOf(label) + 1]
}
const said = (card: SlackMessage) => under('The agent says', card)
const argumentsOf = (card: SlackMessage) => String(under('Arguments', card))

describe('a pending card', () => {
  const card = approvalCard(PENDING)

  it('says how risky it is, what is to be decided and who asks by which key, in the line above', () => {
    expect(card.text).toBe(`*❗ HIGH (0.71) · Approve* ${WHAT}? · ${ASKED_BY}`)
  })

  it('shows what the agent says, for whom, until when, and what will run', () => {
    expect(kindsOf(card)).toEqual(['rich_text', 'section', 'rich_text', 'context', 'actions'])
    expect(blocksOf(card)[0]).toMatchObject({
      elements: [
        { type: 'rich_text_section', elements: [{ text: 'The agent says', style: { bold: true } }] },
        {
          type: 'rich_text_quote',
          elements: [
            {
              text: [
                'Post the weekly numbers to #sales',
                'Reasons: “PII_EGRESS”, “NEW_RECIPIENT”',
                'Calls itself: production-langgraph',
              ].join('\n'),
            },
          ],
        },
      ],
    })
    expect(factsOf(card)).toEqual({
      '*Requested by*': '`ana@example.com`',
      '*Expires*': '<!date^1795179600^{date_short_pretty} at {time}|2026-11-20T13:00:00.000Z>',
    })
    expect(argumentsOf(card)).toBe(JSON.stringify(PENDING.action.arguments, null, 2))
    expect(strings(card).markup.at(-1)).toBe(
      `Digest \`a1b2c3d4e5f6${'0'.repeat(20)}\` · \`apr_01kaf3q2m8e7s9v4w6x8y0z1b3\``,
    )
    expect(truncation(card)).toBeUndefined()
  })

  it('asks Slack to link and unfurl nothing by itself', () => {
    expect(card).toMatchObject({ parse: 'none', unfurl_links: false, unfurl_media: false })
  })

  it('has a menu to decide with a note, with the same two words', () => {
    const menu = menuOf(card).map(({ text, value }) => [text.text, value])
    expect(menu).toEqual([
      ['Approve with note…', `approve ${PENDING.id}`],
      ['Deny with note…', `deny ${PENDING.id}`],
    ])
    expect(menuOf(approvalCard(PENDING, { dialogs: false }))).toEqual([])
  })

  it.each<[ApprovalView['review']['note_required'], string[], number]>([
    [[], ['approve_action', 'deny_action'], 2],
    [['approve'], ['approve_note', 'deny_action'], 2],
    [['deny'], ['approve_action', 'deny_note'], 2],
    [['approve', 'deny'], ['approve_note', 'deny_note'], 0],
  ])('where a note is wanted with %j, that button asks for it by itself', (note_required, ids, choices) => {
    const review = { ...PENDING.review, note_required }
    const card = approvalCard({ ...PENDING, review, risk: { level: 'critical', score: null } })
    expect(breaches(card)).toEqual([])
    const buttons = buttonsOf(card)
    expect(buttons.map(({ action_id }) => action_id)).toEqual([...ids, 'view_console'])
    expect(menuOf(card)).toHaveLength(choices)
    // The dialog warns, and asks before anything counts.
    expect(buttons[0]?.confirm !== undefined).toBe(ids[0] === 'approve_action')
    expect(buttons.map(({ text }) => text.text.endsWith('with note…'))).toEqual([
      ...ids.map((id) => id.endsWith('_note')),
      false,
    ])
  })

  it('leads to all of it where something is cut or left out, or the policy wants it opened', () => {
    const opens = (view: ApprovalView, options = {}) =>
      buttonsOf(approvalCard(view, options)).some(({ action_id }) => action_id === 'view_details')
    const strict = { ...PENDING.review, details_must_be_opened: true }
    expect(opens(PENDING)).toBe(false)
    expect(opens(acting({ arguments: { long: 'x'.repeat(3000) } }))).toBe(true)
    expect(opens(PENDING, { details: false })).toBe(true)
    expect(opens({ ...PENDING, review: strict })).toBe(true)
    expect(opens({ ...closed('denied'), review: strict })).toBe(false)
    const where = approvalCard({ ...PENDING, review: strict })
    const [, , details] = buttonsOf(where)
    expect(details).toMatchObject({ text: { text: 'View details' }, value: PENDING.id })
    expect(details).not.toHaveProperty('style')
  })

  it('without dialogs has no button for what would need one', () => {
    const ids = (view: ApprovalView, options = {}) =>
      buttonsOf(approvalCard(view, { dialogs: false, ...options })).map(({ action_id }) => action_id)
    const noted = { ...PENDING.review, note_required: ['approve' as const] }
    expect(ids(PENDING)).toEqual(['approve_action', 'deny_action', 'view_console'])
    expect(ids({ ...PENDING, review: noted })).toEqual(['deny_action', 'view_console'])
    expect(ids(PENDING, { details: false })).toEqual(['deny_action', 'view_console'])
  })

  it('has the three buttons, none of them in the colour of danger, and only a critical one asks again', () => {
    const [approve, deny, view, ...more] = buttonsOf(card)
    expect(approve).toMatchObject({ action_id: 'approve_action', style: 'primary', value: PENDING.id })
    expect(deny).toEqual({
      type: 'button',
      action_id: 'deny_action',
      text: { type: 'plain_text', text: 'Deny', emoji: false },
      value: PENDING.id,
    })
    expect(view).toMatchObject({ action_id: 'view_console', url: PENDING.url })
    expect(more).toEqual([])
    for (const level of SEVERITIES) {
      const [approve, ...others] = buttonsOf(approvalCard({ ...PENDING, risk: { level, score: null } }))
      expect(approve?.confirm !== undefined).toBe(level === 'critical')
      expect(others.some(({ confirm }) => confirm)).toBe(false)
    }
  })

  it('that is critical is approved only after one has read what it asks', () => {
    const critical = approvalCard({ ...PENDING, risk: { level: 'critical', score: 0.97 } })
    expect(buttonsOf(critical)[0]?.confirm).toMatchObject({
      title: { text: 'Approve a critical action?' },
      text: { text: 'Its risk is critical. Approve it only if you have read all of its arguments.' },
      confirm: { text: 'Yes, approve' },
      deny: { text: 'Go back' },
    })
    expect(breaches(critical)).toEqual([])
  })

  it.each([
    ['info', '#4A90D9', 'ℹ️'],
    ['low', '#4A90D9', 'ℹ️'],
    ['medium', '#E8A317', '⚠️'],
    ['high', '#E8590C', '❗'],
    ['critical', '#7B3FBF', '🚨'],
  ] as const)('of risk %s has a colour, a sign and a word for it', (level, color, sign) => {
    const card = approvalCard({ ...PENDING, risk: { level, score: null } })
    expect(card.attachments[0].color).toBe(color)
    expect(card.text).toMatch(`*${sign} ${level.toUpperCase()} · Approve* `)
  })

  it('leaves out what the agent did not say', () => {
    const silent = approvalCard({
      ...acting({ environment: null, summary: 'slack.post_message' }),
      agent: { id: 'agent-123', name: 'agent-123' },
      requested_by: null,
      reasons: [],
    })
    expect(silent.text).toBe(`*❗ HIGH (0.71) · Approve* \`slack.post_message\`? · ${ASKED_BY}`)
    expect(kindsOf(silent)).toEqual(['section', 'rich_text', 'context', 'actions'])
    expect(Object.keys(factsOf(silent))).toEqual(['*Expires*'])
    expect(breaches(silent)).toEqual([])
  })

  it('of a test says that it is one', () => {
    const trial = approvalCard({ ...PENDING, test: true })
    expect(trial.text).toMatch(`*🧪 This is a test · Approve* ${WHAT}?`)
    expect(strings(trial).markup[0]).toBe('The buttons work; no agent waits for the answer.')
    expect(JSON.stringify(card)).not.toContain('test')
  })

  it('says who has approved so far where one approval is not enough', () => {
    const ana = { id: 'per_1', name: 'Ana' }
    const progress = [
      { requirement: 'finance', approved: [ana], missing: 1 },
      { requirement: 'legal', approved: [], missing: 2 },
    ]
    const { markup } = strings(approvalCard({ ...PENDING, progress }))
    expect(markup[0]).toBe('1 of 2 finance: Ana · 0 of 2 legal')
    expect(JSON.stringify(card)).not.toContain('of 1 approvals')
  })

  it('keeps the lines of the summary, however they were broken', () => {
    const card = approvalCard(acting({ summary: 'a\r\nb\rc\u2028d\te' }))
    expect(said(card)).toMatch(/^a\nb\nc\nd e\nReasons: /)
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
  const AT = '<!date^1795176300^{date_short_pretty} at {time}|2026-11-20T12:05:00.000Z>'

  it.each([
    ['approved', '*✅ Approved by* Ana', '#2EB67D'],
    ['denied', '*❌ Denied by* Ana', '#E01E5A'],
    ['expired', '*⌛ Expired*, nobody decided in time', '#868E96'],
    ['withdrawn', '*🚫 Withdrawn*, no decision is needed any more', '#868E96'],
  ] as const)(
    'says at the top and where the buttons were that it was %s, in colour too',
    (status, line, color) => {
      const card = approvalCard(closed(status))
      expect(card.text).toBe(`${line}: ${WHAT} · ${ASKED_BY}`)
      expect(kindsOf(card).slice(-2)).toEqual(['section', 'actions'])
      expect(outcomeOf(card)).toBe(`${line} · ${AT}`)
      expect(card.attachments[0].color).toBe(color)
      expect(factsOf(card)).toEqual({ '*Risk*': 'HIGH (0.71)', '*Requested by*': '`ana@example.com`' })
    },
  )

  it.each(CLOSED)('that was %s still leads to the console and decides nothing any more', (status) => {
    const card = approvalCard({ ...closed(status), risk: { level: 'critical', score: 1 } })
    expect(buttonsOf(card).map(({ action_id }) => action_id)).toEqual(['view_console'])
    expect(JSON.stringify(card)).not.toMatch(/approve_action|deny_action|"confirm"/)
  })

  it('shows the note of the reviewer, literally', () => {
    const card = approvalCard(closed('approved', 'Ana', 'checked *with* <@U1>'))
    expect(strings(card).markup[0]).toBe('Note by Ana: `“checked *with* &lt;@U1&gt;”`')
  })

  it('shows the notes of five reviewers, and says how many there are', () => {
    const [vote] = closed('approved').decisions
    const people = Array.from({ length: 12 }, (_, person) => ({
      id: `per_${person}`,
      name: `P${person}`,
      email: null,
    }))
    const decisions = people.flatMap((reviewer) => (vote ? [{ ...vote, reviewer, note: 'seen' }] : []))
    const progress = [{ requirement: 'reviewers', approved: people, missing: 0 }]
    const card = approvalCard({ ...closed('approved'), decisions, progress })
    expect(breaches(card)).toEqual([])
    expect(strings(card).markup.filter((text) => text.startsWith('Note by '))).toHaveLength(5)
    expect(truncation(card)).toContain('the first 5 of 12 notes')
  })

  it('without a vote names nobody and shows the closing words instead', () => {
    const byPolicy = { ...closed('approved'), decisions: [], review_notes: 'Approved by policy *x*' }
    expect(outcomeOf(approvalCard(byPolicy))).toBe(`*✅ Approved* · ${AT}`)
    expect(strings(approvalCard(byPolicy)).markup[0]).toBe(
      'Whoever closed it says: `“Approved by policy *x*”`',
    )
    expect(strings(approvalCard(closed('withdrawn'))).markup[0]).toBe(
      'Whoever closed it says: `“withdrawn at last”`',
    )
    expect(JSON.stringify(approvalCard(closed('expired')))).not.toContain('expired at last')
  })

  it('that nobody decided names nobody, although somebody had voted', () => {
    const card = approvalCard({ ...closed('expired'), decisions: closed('approved').decisions })
    expect(outcomeOf(card)).toBe(`*⌛ Expired*, nobody decided in time · ${AT}`)
    expect(JSON.stringify(card)).not.toContain('Ana')
  })

  it('has no time where none is known', () => {
    const card = approvalCard({ ...closed('approved'), closed_at: null })
    expect(outcomeOf(card)).toBe('*✅ Approved by* Ana')
  })

  it('has blocks of other names than before, and of one kind under each name, as Slack wants of an update', () => {
    const ana = { id: 'per_1', name: 'Ana' }
    const open = [PENDING, { ...PENDING, progress: [{ requirement: 'two', approved: [ana], missing: 1 }] }]
    const kinds = (views: ApprovalView[]) =>
      new Set(views.flatMap((view) => blocksOf(approvalCard(view)).map((it) => `${it.block_id} ${it.type}`)))
    const before = kinds(open)
    const after = kinds(CLOSED.map((status) => closed(status, 'Ana', 'note')))
    const names = [...before, ...after].map((kind) => kind.split(' ')[0])
    expect(names).not.toContain('undefined')
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(TRICKS)('a reviewer named %j brings nothing to life', (trick) => {
    const card = approvalCard(closed('approved', `Ana ${trick} B`))
    for (const shown of [outcomeOf(card) ?? '', card.text]) {
      expect(shown).toMatch(/^\*✅ Approved by\* `?“?Ana /)
      expect(alive(shown)).toBe('')
      expect(shown).not.toMatch(UNSEEN)
    }
  })

  it.each(['Ana', 'Jean-Luc O’Neil', 'Dr. Müller', '山田 太郎', 'Ana (Finance)'])(
    'leaves the name %s as it is',
    (name) => {
      expect(outcomeOf(approvalCard(closed('denied', name)))).toBe(`*❌ Denied by* ${name} · ${AT}`)
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
    expect(said(whole)).toMatch(/^x{800}\n/)
    expect(truncation(whole)).toBeUndefined()
    expect(truncation(approvalCard(acting({ summary: 'x'.repeat(801) })))).toBe(
      'Truncated: showing the first 800 of 801 characters of the summary. View in Console shows all of it.',
    )
    expect(truncation(approvalCard(closed('approved', 'Ana', 'y'.repeat(401))))).toContain(
      '400 of 401 characters of the note.',
    )
    expect(truncation(approvalCard({ ...PENDING, reasons: Array(500).fill('R') }))).toContain(
      'of the reasons',
    )
    const agent = { id: 'a', name: 'n'.repeat(121) }
    expect(truncation(approvalCard({ ...PENDING, agent }))).toContain(
      "120 of 121 characters of the agent's name.",
    )
  })

  it('never is an identifier, which is shown whole however much else there is', () => {
    const [agent, tool, environment] = ['&a', '&t', '&e'].map((unit) => unit.repeat(100)) as [
      string,
      string,
      string,
    ]
    const much = '"'.repeat(100_000)
    const view = {
      ...acting({ tool, environment: environment.slice(0, 100), summary: much, arguments: { much } }),
      key: { id: 'key_1', name: '&'.repeat(100) },
      agent: { id: agent, name: much },
      reasons: Array(50).fill(much.slice(0, 200)),
    }
    const card = approvalCard(view)
    expect(breaches(card)).toEqual([])
    const coded = (text: string) => `\`${text.replaceAll('&', '&amp;')}\``
    expect(card.text).toContain(
      `Approve* ${coded(tool)} in ${coded(environment.slice(0, 100))}? · Asked by ${coded(agent)} with `,
    )
  })

  it('is a name or an identifier only where these alone are too long', () => {
    const view = overlong('&')
    const card = approvalCard(view)
    expect(breaches(card)).toEqual([])
    expect(card.text).toMatch(
      /^\*✅ Approved by\* (&amp;){40}…, .*`"(&amp;)+…\(sha256 [0-9a-f]{16}\)…(&amp;)+"`/,
    )
    const waiting = {
      ...view,
      status: 'pending',
      progress: Array(5).fill({ ...view.progress[0], missing: 1 }),
    } as const
    expect(breaches(approvalCard(waiting))).toEqual([])
  })

  it('does not promise a console that it cannot link to', () => {
    const card = approvalCard({ ...acting({ summary: 'x'.repeat(801) }), url: 'x:y' })
    expect(truncation(card)).toBe('Truncated: showing the first 800 of 801 characters of the summary.')
  })

  it('is never cut inside a character', () => {
    for (const character of ['😀', '👍🏽', '🇦🇹', 'e\u0301']) {
      for (const lead of ['', 'x', 'xx', 'xxx']) {
        const [shown] =
          said(approvalCard(acting({ summary: lead + character.repeat(1000) })))?.split('\n') ?? []
        expect(shown).toMatch(new RegExp(`^${lead}(${character})+…$`, 'u'))
      }
    }
  })

  it('is mended where one character is longer than everything that is shown', () => {
    for (const lead of ['a', 'ab']) {
      const card = approvalCard(acting({ summary: `${lead}${'👩\u200d'.repeat(5000)}👩` }))
      expect(breaches(card)).toEqual([])
      expect(truncation(card)).toMatch(/first (799|800) of 15,00\d characters of the summary/)
    }
  })
})

describe('whatever an agent sends', () => {
  it('Slack takes the card, only what waits can be pressed, nothing is alive or leads elsewhere, or is unseen', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        const card = approvalCard(view)
        const { markup, urls, literal } = strings(card)
        expect(breaches(card)).toEqual([])
        const presses = buttonsOf(card).flatMap(({ action_id, value }) =>
          value ? [`${action_id} ${value}`] : [],
        )
        const id = (verdict: 'approve' | 'deny') =>
          `${verdict}_${view.review.note_required.includes(verdict) ? 'note' : 'action'} ${view.id}`
        const both = [id('approve'), id('deny')]
        const [approve, deny, ...others] = presses
        expect([approve, deny].filter(Boolean)).toEqual(view.status === 'pending' ? both : [])
        expect(others.filter((press) => press !== `view_details ${view.id}`)).toEqual([])
        expect([card.text, ...markup].map(alive).join('')).toBe('')
        expect(urls.filter((url) => url !== view.url)).toEqual([])
        expect([card.text, ...markup, ...literal].filter((text) => UNSEEN.test(text))).toEqual([])
      }),
    )
  })

  it('the card says that it is truncated exactly when something was cut', () => {
    const words = (max: number) => fc.nat(max).map((length) => 'x'.repeat(length))
    const args = fc.dictionary(fc.string(), fc.oneof(words(1500), fc.jsonValue()), { maxKeys: 4 })
    const seen = { cut: 0, whole: 0 }
    fc.assert(
      fc.property(words(200), words(900), args, (name, summary, args) => {
        const view = { ...acting({ summary, arguments: args }), agent: { id: 'agent-123', name: `n${name}` } }
        const card = approvalCard(view)
        const blocks = blocksOf(card).filter(({ type }) => type !== 'actions')
        const shown = strings({ blocks }).literal.flatMap((text) => text.split('\n'))
        const cut = shown.some((text) => text.endsWith('…'))
        const whole =
          name.length < 120 && summary.length <= 800 && JSON.stringify(args, null, 2).length <= 2000
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
        '  "warning": "⚠\\ufe0f",',
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
