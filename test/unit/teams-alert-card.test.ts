// Shows that an alert in Teams tells what happened, whatever an agent puts into it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventView } from '../../src/events/event.ts'
import type { RenderOptions } from '../../src/platforms/render-options.ts'
import { type AdaptiveCard, cardOf } from '../../src/platforms/teams/cards.ts'
import { breaches, nodes, strings } from '../fakes/adaptive-card-rules.ts'
import { MARK, nested, UNSEEN } from '../fakes/hostile-approvals.ts'
import { ALERT, hostileEvent } from '../fakes/hostile-events.ts'
import { drawing } from '../fakes/render-options.ts'

const { alertCard: drawn } = drawing(cardOf)
const alertCard = (event: EventView, options?: Partial<RenderOptions>) => drawn(event, options).card
const alertSummary = (event: EventView) => drawn(event).summary

const SEEN: EventView = {
  ...ALERT,
  acknowledged: { by: 'Ana Ruiz', source: 'slack', at: '2026-11-20T22:01:30.500Z' },
}
const BARE: EventView = { ...ALERT, environment: null, agent: null, tool: null, action: null, data: {} }
const TITLE = ['❗ HIGH · Policy violation', ' · ', 'slack.post_message', ' in ', 'production']
const TOLD_BY = ['Told by ', 'agent-123', ' with ', 'the key ', 'Sales key']
const SEEN_BY = ['👀 Acknowledged by ', 'Ana Ruiz', ' · ', '[2026-11-20T22:01:30Z]']
const VIEW = { type: 'Action.OpenUrl', title: 'View in Console', url: ALERT.url }

const actionsOf = (card: AdaptiveCard) => nodes(card).filter(({ type }) => String(type).startsWith('Action.'))
const literal = (card: AdaptiveCard) => strings(card).literal.map((text) => text.replaceAll('\u00a0', ' '))
const truncation = (card: AdaptiveCard) => literal(card).find((text) => text.startsWith('Truncated: '))

describe('an alert', () => {
  const card = alertCard(ALERT)

  it('says what happened, how serious it is, who told it, what the agent says of it, and when it was', () => {
    expect(breaches(card)).toEqual([])
    expect(literal(card)).toEqual([
      ...TITLE,
      ...TOLD_BY,
      'The agent says',
      'PII detected in a reply\nAction: blocked\nCalls itself: support-bot',
      ...['Time', '[2026-11-20T22:00:00Z]'],
      'Data',
      JSON.stringify(ALERT.data, null, 2),
      ...['policy.violation', ' · ', 'evt_01kaf3q2m8e7s9v4w6x8y0z1b3'],
    ])
    expect(truncation(card)).toBeUndefined()
  })

  it('is told in a notification by what happened, and by whom with which key', () => {
    expect(alertSummary(ALERT)).toBe(
      `${TITLE.join('')} · ${TOLD_BY.join('')} · The agent says: “PII detected in a reply”`,
    )
    expect(alertSummary(BARE)).toBe(
      '❗ HIGH · Policy violation · Told by the key Sales key · Whoever has the key says: “PII detected in a reply”',
    )
  })

  it('can be acknowledged and investigated, also by clients that know no Execute', () => {
    const data = { action: 'acknowledge', event_id: ALERT.id }
    const press = { title: 'Acknowledge', style: 'positive', data }
    const submit = { type: 'Action.Submit', ...press }
    expect(card.actions).toEqual([
      { type: 'Action.Execute', verb: 'acknowledge', ...press, fallback: submit },
      { ...VIEW, title: 'Investigate' },
    ])
  })

  it('only leads to the console where nothing that is pressed reaches us', () => {
    expect(actionsOf(alertCard(ALERT, { interactive: false }))).toEqual([VIEW])
  })

  it('of an acknowledgement asks for none', () => {
    expect(actionsOf(alertCard({ ...ALERT, type: 'event.acknowledged' }))).toEqual([VIEW])
  })

  it.each([
    ['info', 'accent', 'ℹ️'],
    ['low', 'accent', 'ℹ️'],
    ['medium', 'warning', '⚠️'],
    ['high', 'attention', '❗'],
    ['critical', 'attention', '🚨'],
  ] as const)('of severity %s has a colour, a sign and a word for it', (severity, style, sign) => {
    const card = alertCard({ ...ALERT, severity })
    expect(card.body[0]).toMatchObject({ style })
    expect(literal(card)[0]).toBe(`${sign} ${severity.toUpperCase()} · Policy violation`)
  })

  it.each([
    ['circuit_breaker.triggered', 'Circuit breaker triggered'],
    ['pii.detected', 'PII detected'],
    ['incident', 'Incident'],
  ] as const)('of type %s is headed in words', (type, title) => {
    expect(literal(alertCard({ ...ALERT, type }))[0]).toBe(`❗ HIGH · ${title}`)
  })

  it('leaves out what was not said', () => {
    const card = alertCard(BARE)
    expect(breaches(card)).toEqual([])
    expect(literal(card)).toEqual([
      '❗ HIGH · Policy violation',
      ...['Told by ', 'the key ', 'Sales key'],
      'Whoever has the key says',
      'PII detected in a reply',
      ...['Time', '[2026-11-20T22:00:00Z]'],
      ...['policy.violation', ' · ', ALERT.id],
    ])
  })

  it('that no key told is told by Countersign', () => {
    const ours = { ...BARE, key: null, summary: 'Nobody was reached' }
    expect(breaches(alertCard(ours))).toEqual([])
    expect(alertSummary(ours)).toBe(
      '❗ HIGH · Policy violation · Told by Countersign · Countersign says: “Nobody was reached”',
    )
    expect(literal(alertCard(ours))).toContain('Countersign says')
  })

  it.each(['javascript:alert(1)', 'msteams://open', '/events/1', ''])('does not link to %j', (url) => {
    const card = alertCard({ ...ALERT, url })
    expect(actionsOf(card).map(({ type }) => type)).toEqual(['Action.Execute', 'Action.Submit'])
    expect(breaches(card)).toEqual([])
    expect(alertCard({ ...SEEN, url }).actions).toEqual([])
  })
})

describe('an alert that somebody acknowledged', () => {
  const card = alertCard(SEEN)

  it('says who and when below who told it and where the button was, and still all the rest', () => {
    expect(breaches(card)).toEqual([])
    const top = [...TITLE, ...TOLD_BY]
    const rest = literal(alertCard(ALERT)).slice(top.length)
    expect(literal(card)).toEqual([...top, ...SEEN_BY, ...rest, ...SEEN_BY])
    expect(card.body[0]).toMatchObject({ style: 'attention' })
  })

  it('only leads to the console', () => {
    expect(actionsOf(card)).toEqual([VIEW])
  })
})

describe('what does not fit', () => {
  it('is cut, and the alert says so from the first character that is missing', () => {
    const text = 'x'.repeat(6000 - '{\n  "text": ""\n}'.length)
    const whole = { ...ALERT, summary: 'x'.repeat(800), action: 'a'.repeat(150), data: { text } }
    expect(truncation(alertCard(whole))).toBeUndefined()
    expect(truncation(alertCard({ ...whole, summary: 'x'.repeat(801) }))).toBe(
      'Truncated: showing the first 800 of 801 characters of the message. Investigate shows all of it.',
    )
    expect(truncation(alertCard({ ...whole, action: 'a'.repeat(151) }))).toContain('150 of 151 characters')
    expect(truncation(alertCard({ ...whole, data: { text: `${text}x` } }))).toContain(
      'the first 6,000 of 6,001 characters of the data',
    )
  })

  it('does not promise a console that it cannot link to', () => {
    const card = alertCard({ ...ALERT, summary: 'x'.repeat(801), url: 'x:y' })
    expect(truncation(card)).toBe('Truncated: showing the first 800 of 801 characters of the message.')
  })

  it('is said exactly when something was cut', () => {
    const words = (max: number) => fc.nat(max).map((length) => 'x'.repeat(length))
    const seen = { cut: 0, whole: 0 }
    fc.assert(
      fc.property(words(200), words(1200), words(7000), (action, summary, text) => {
        const data = { text }
        const card = alertCard({ ...ALERT, action: `a${action}`, summary, data })
        const cut = literal(card).some((text) => /…$/m.test(text))
        const fits = action.length < 150 && summary.length <= 800
        expect(cut).toBe(!(fits && JSON.stringify(data, null, 2).length <= 6000))
        expect(truncation(card) !== undefined).toBe(cut)
        seen[cut ? 'cut' : 'whole']++
      }),
    )
    expect(Math.min(seen.cut, seen.whole)).toBeGreaterThan(5)
  })

  it('may be nested deeper than JSON.stringify can follow', () => {
    const card = alertCard({ ...ALERT, data: { deep: nested(20_000) } })
    expect(breaches(card)).toEqual([])
    expect(truncation(card)).toContain('of the data')
  })
})

describe('whatever an agent sends', () => {
  it('Teams takes the alert, and the text is read by people alone', () => {
    fc.assert(
      fc.property(hostileEvent, (event) => {
        const { card, summary } = drawn(event)
        const { literal, other } = strings(card)
        expect(breaches(card)).toEqual([])
        expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(27_000)
        expect(other.join('\n')).not.toContain(MARK)
        expect(other.filter((text) => text.includes('${'))).toEqual([])
        expect(literal.join('\n')).not.toMatch(/\{\{\s*(DATE|TIME)/i)
        expect(summary).toMatch(/^.+ (INFO|LOW|MEDIUM|HIGH|CRITICAL) · .+ · Told by .+ says: “[^“”]+”$/u)
        expect([summary, ...literal, ...other].filter((text) => UNSEEN.test(text))).toEqual([])
      }),
    )
  })

  it('no text of the agent is taken for a placeholder of the template', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the agent's attempt at the template language
    const attempt = '${id} ${url} ${data} ${$root}'
    const agent = { id: attempt, name: `${attempt}!` }
    const said = { agent, tool: attempt, action: attempt, summary: attempt, environment: attempt }
    const card = alertCard({ ...ALERT, ...said, data: { attempt } })
    expect(literal(card).filter((text) => text === `"${attempt}"`)).toHaveLength(3)
    expect(literal(card)).toContain(`${attempt}\nAction: ${attempt}\nCalls itself: ${attempt}!`)
    expect(literal(card)).toContain(JSON.stringify({ attempt }, null, 2))
  })
})
