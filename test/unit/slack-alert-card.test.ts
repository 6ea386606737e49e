// Shows that an alert in Slack tells what happened, whatever an agent puts into it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventView } from '../../src/events/event.ts'
import { cardOf } from '../../src/platforms/slack/card.ts'
import type { SlackMessage } from '../../src/platforms/slack/message.ts'
import { alive, breaches, strings } from '../fakes/block-kit-rules.ts'
import { nested, TRICKS, UNSEEN } from '../fakes/hostile-approvals.ts'
import { ALERT, CALLS, hostileEvent } from '../fakes/hostile-events.ts'
import { drawing } from '../fakes/render-options.ts'

const { alertCard } = drawing((message, options) => cardOf(message, options).message)

const SEEN: EventView = {
  ...ALERT,
  acknowledged: { by: 'Ana Ruiz', source: 'teams', at: '2026-11-20T22:01:30.000Z' },
}
const BARE: EventView = { ...ALERT, environment: null, agent: null, tool: null, action: null, data: {} }
/** What Countersign itself tells. */
const OURS: EventView = { ...BARE, key: null, summary: 'Nobody was reached' }

const TITLE = '*❗ HIGH · Policy violation* · `slack.post_message` in `production`'
const TOLD_BY = 'Told by `agent-123` with the key Sales key'
const SEEN_BY =
  '*👀 Acknowledged by* Ana Ruiz · <!date^1795212090^{date_short_pretty} at {time}|2026-11-20T22:01:30.000Z>'
const VIEW = expect.objectContaining({
  action_id: 'view_console',
  text: expect.objectContaining({ text: 'View in Console' }),
  url: ALERT.url,
})

const blocksOf = (card: SlackMessage) => card.attachments[0].blocks
const kindsOf = (card: SlackMessage) => blocksOf(card).map(({ type }) => type)
const truncation = (card: SlackMessage) => strings(card).markup.find((text) => text.startsWith('Truncated: '))
const buttonsOf = (card: SlackMessage) =>
  blocksOf(card).flatMap((block) => (block.type === 'actions' ? block.elements : []))

/** As the two columns read. */
function factsOf(card: SlackMessage): string[][] {
  const fields = blocksOf(card).flatMap((block) => (block.type === 'section' ? (block.fields ?? []) : []))
  return fields.flatMap(({ text }, at) => (at % 2 === 0 ? [[text, String(fields[at + 1]?.text)]] : []))
}

describe('an alert', () => {
  const card = alertCard(ALERT)

  it('says what happened, how serious it is, where, and who told it by which key, in the line above', () => {
    expect(card.text).toBe(`${TITLE} · ${TOLD_BY}`)
  })

  it('shows what the agent says of it, when it was, and its data', () => {
    expect(breaches(card)).toEqual([])
    expect(kindsOf(card)).toEqual(['rich_text', 'section', 'rich_text', 'context', 'actions'])
    const { literal, markup, urls } = strings(card)
    expect(literal.slice(0, 4)).toEqual([
      'The agent says',
      'PII detected in a reply\nAction: blocked\nCalls itself: support-bot',
      'Data',
      JSON.stringify(ALERT.data, null, 2),
    ])
    expect(factsOf(card)).toEqual([
      ['*Time*', '<!date^1795212000^{date_short_pretty} at {time}|2026-11-20T22:00:00.000Z>'],
    ])
    expect(markup.at(-1)).toBe('`policy.violation` · `evt_01kaf3q2m8e7s9v4w6x8y0z1b3`')
    expect(urls).toEqual([ALERT.url])
    expect(truncation(card)).toBeUndefined()
  })

  it('can be acknowledged and investigated, and that is all', () => {
    expect(buttonsOf(card)).toMatchObject([
      { action_id: 'acknowledge_alert', text: { text: 'Acknowledge' }, style: 'primary', value: ALERT.id },
      { action_id: 'view_console', text: { text: 'Investigate' }, url: ALERT.url },
    ])
    expect(JSON.stringify(card)).not.toContain('"confirm"')
  })

  it('only leads to the console where nothing that is pressed reaches us', () => {
    expect(buttonsOf(alertCard(ALERT, { interactive: false }))).toEqual([VIEW])
  })

  it('of an acknowledgement asks for none', () => {
    expect(buttonsOf(alertCard({ ...ALERT, type: 'event.acknowledged' }))).toEqual([VIEW])
  })

  it('asks Slack to link and unfurl nothing by itself', () => {
    expect(card).toMatchObject({ parse: 'none', unfurl_links: false, unfurl_media: false })
  })

  it.each([
    ['info', '#4A90D9', 'ℹ️'],
    ['low', '#4A90D9', 'ℹ️'],
    ['medium', '#E8A317', '⚠️'],
    ['high', '#E8590C', '❗'],
    ['critical', '#B00020', '🚨'],
  ] as const)('of severity %s has a colour, a sign and a word for it', (severity, color, sign) => {
    const card = alertCard({ ...ALERT, severity })
    expect(card.attachments[0].color).toBe(color)
    expect(card.text.startsWith(`*${sign} ${severity.toUpperCase()} · Policy violation*`)).toBe(true)
  })

  it.each([
    ['circuit_breaker.triggered', 'Circuit breaker triggered'],
    ['pii.detected', 'PII detected'],
    ['incident', 'Incident'],
  ] as const)('of type %s is headed in words', (type, title) => {
    expect(alertCard({ ...ALERT, type }).text).toMatch(`*❗ HIGH · ${title}* · `)
  })

  it('leaves out what was not said', () => {
    const card = alertCard(BARE)
    expect(breaches(card)).toEqual([])
    expect(card.text).toBe('*❗ HIGH · Policy violation* · Told by the key Sales key')
    expect(factsOf(card).map(([label]) => label)).toEqual(['*Time*'])
    expect(kindsOf(card)).toEqual(['rich_text', 'section', 'context', 'actions'])
    expect(strings(card).literal.slice(0, 2)).toEqual(['Whoever has the key says', BARE.summary])
  })

  it('that no key told is told by Countersign', () => {
    const card = alertCard(OURS)
    expect(breaches(card)).toEqual([])
    expect(card.text).toBe('*❗ HIGH · Policy violation* · Told by Countersign')
    expect(factsOf(card).map(([label]) => label)).toEqual(['*Time*'])
    expect(strings(card).literal.slice(0, 2)).toEqual(['Countersign says', 'Nobody was reached'])
  })

  it('says once what is twice the same', () => {
    const card = alertCard({ ...ALERT, agent: { id: 'agent-123', name: 'agent-123' } })
    expect(strings(card).literal[1]).toBe('PII detected in a reply\nAction: blocked')
  })

  it.each(['javascript:alert(1)', 'slack://open', '/events/1', ''])('does not link to %j', (url) => {
    const card = alertCard({ ...ALERT, url })
    expect(strings(card).urls).toEqual([])
    expect(buttonsOf(card).map(({ action_id }) => action_id)).toEqual(['acknowledge_alert'])
    expect(breaches(card)).toEqual([])
    const seen = alertCard({ ...SEEN, url })
    expect(kindsOf(seen)).not.toContain('actions')
    expect(breaches(seen)).toEqual([])
  })
})

describe('an alert that somebody acknowledged', () => {
  const card = alertCard(SEEN)

  it('says who and when at the top and where the button was, and still all the rest', () => {
    expect(breaches(card)).toEqual([])
    const { markup, literal } = strings(card)
    expect([markup[0], markup.at(-1)]).toEqual([SEEN_BY, SEEN_BY])
    expect(kindsOf(card).slice(-2)).toEqual(['section', 'actions'])
    expect(card.text).toBe(alertCard(ALERT).text)
    expect(factsOf(card)).toEqual(factsOf(alertCard(ALERT)))
    expect(literal.slice(0, 4)).toEqual(strings(alertCard(ALERT)).literal.slice(0, 4))
    expect(card.attachments[0].color).toBe('#E8590C')
  })

  it('only leads to the console', () => {
    expect(buttonsOf(card)).toEqual([VIEW])
  })

  it('has blocks of other names than before, as Slack wants them of an update', () => {
    const names = blocksOf(alertCard(ALERT)).map(({ block_id }) => block_id)
    expect(blocksOf(card).filter(({ block_id }) => names.includes(block_id))).toEqual([])
  })

  it.each([...TRICKS, ...CALLS])(
    'shows whoever it was on one line in which nothing is alive: %j',
    (trick) => {
      const by = `Ana ${trick}`
      const card = alertCard({ ...ALERT, acknowledged: { by, source: 'teams', at: ALERT.created_at } })
      const [line = ''] = strings(card).markup
      expect(line).toMatch(/^\*👀 Acknowledged by\* `?Ana /)
      expect(alive(line)).toBe('')
      expect(line).not.toMatch(UNSEEN)
    },
  )

  const data = { acknowledged_by: 'Ana Ruiz', acknowledged_at: '2026-11-20T22:01:30.000Z' }

  it('is told to others by who it was, in the words of the alert', () => {
    const summary = `Ana Ruiz acknowledged: ${ALERT.summary}`
    const card = alertCard({ ...ALERT, type: 'event.acknowledged', action: null, summary, data })
    expect(strings(card).markup[0]).toBe(SEEN_BY)
    expect(strings(card).literal[1]).toBe(`${ALERT.summary}\nCalls itself: support-bot`)
  })

  it('is told to others as what the alert says where no agent told it: it may be ours', () => {
    const summary = `Ana Ruiz acknowledged: ${OURS.summary}`
    const card = alertCard({ ...OURS, type: 'event.acknowledged', action: null, summary, data })
    expect(strings(card).literal.slice(0, 2)).toEqual(['The alert says', OURS.summary])
  })
})

describe('what does not fit', () => {
  it('is cut, and the alert says so from the first character that is missing', () => {
    const text = 'x'.repeat(2000 - '{\n  "text": ""\n}'.length)
    const whole = { ...ALERT, summary: 'x'.repeat(800), action: 'a'.repeat(150), data: { text } }
    expect(truncation(alertCard(whole))).toBeUndefined()
    expect(truncation(alertCard({ ...whole, summary: 'x'.repeat(801) }))).toBe(
      'Truncated: showing the first 800 of 801 characters of the message. Investigate shows all of it.',
    )
    expect(truncation(alertCard({ ...whole, action: 'a'.repeat(151) }))).toContain('150 of 151 characters')
    expect(truncation(alertCard({ ...whole, data: { text: `${text}x` } }))).toContain(
      'the first 2,000 of 2,001 characters of the data',
    )
  })

  it('is said exactly when something was cut', () => {
    const words = (max: number) => fc.nat(max).map((length) => 'x'.repeat(length))
    const seen = { cut: 0, whole: 0 }
    fc.assert(
      fc.property(words(200), words(1200), words(2500), (action, summary, text) => {
        const data = { text }
        const card = alertCard({ ...ALERT, action: `a${action}`, summary, data })
        const cut = strings(card).literal.some((text) => /…$/m.test(text))
        const fits = action.length < 150 && summary.length <= 800
        expect(cut).toBe(!(fits && JSON.stringify(data, null, 2).length <= 2000))
        expect(truncation(card) !== undefined).toBe(cut)
        seen[cut ? 'cut' : 'whole']++
      }),
    )
    expect(Math.min(seen.cut, seen.whole)).toBeGreaterThan(5)
  })

  it('does not promise a console that it cannot link to', () => {
    const card = alertCard({ ...ALERT, summary: 'x'.repeat(801), url: 'x:y' })
    expect(truncation(card)).toBe('Truncated: showing the first 800 of 801 characters of the message.')
  })

  it('may be nested deeper than JSON.stringify can follow', () => {
    const card = alertCard({ ...ALERT, data: { deep: nested(20_000) } })
    expect(breaches(card)).toEqual([])
    expect(truncation(card)).toContain('of the data')
  })
})

describe('whatever an agent sends', () => {
  it('Slack takes the alert, nothing of it is alive or leads elsewhere, and nothing unseen is left', () => {
    fc.assert(
      fc.property(hostileEvent, (event) => {
        const card = alertCard(event)
        const { markup, urls, literal } = strings(card)
        expect(breaches(card)).toEqual([])
        expect([card.text, ...markup].map(alive).join('')).toBe('')
        expect(urls.filter((url) => url !== new URL(event.url).href)).toEqual([])
        expect([card.text, ...markup, ...literal].filter((text) => UNSEEN.test(text))).toEqual([])
      }),
    )
  })

  it.each(CALLS)('nobody is called by %j', (call) => {
    const said = { tool: call, action: call, summary: call, environment: call }
    const card = alertCard({ ...ALERT, ...said, agent: { id: call, name: call } })
    expect([card.text, ...strings(card).markup].join('\n')).not.toMatch(/<[!@#](?!date)|<http/)
    expect(strings(card).literal[1]).toContain(call)
  })
})
