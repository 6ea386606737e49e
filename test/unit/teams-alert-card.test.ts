// Shows that an alert in Teams tells what happened, whatever an agent puts into it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVENT_TYPES, type EventType } from '../../src/events/catalogue.ts'
import type { EventView } from '../../src/events/event.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import {
  type AdaptiveCard,
  alertCard as drawAlert,
  alertSummary as summarize,
} from '../../src/platforms/teams/cards.ts'
import { breaches, nodes, strings } from '../fakes/adaptive-card-rules.ts'
import { hostileText, MARK, nested, TRICKS, UNSEEN } from '../fakes/hostile-approvals.ts'
import { usually } from '../fakes/render-options.ts'

const alertCard = usually(drawAlert)
const alertSummary = usually(summarize)

const ALERT: EventView = {
  id: 'evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
  type: 'policy.violation',
  severity: 'high',
  created_at: '2026-11-20T12:00:00.250Z',
  environment: 'production',
  key: { id: 'key_1', name: 'Sales key' },
  agent: { id: 'agent-123', name: 'Customer Support Bot' },
  tool: 'slack.post_message',
  summary: 'PII detected in agent response',
  action: 'blocked',
  approval_id: null,
  acknowledged: null,
  data: { policy_name: 'no-pii-in-responses', matched_rules: ['email_pattern'] },
  url: 'https://countersign.example/events/evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
}
const SEEN = {
  ...ALERT,
  acknowledged: { by: 'Ana Ruiz', source: 'slack', at: '2026-11-20T12:01:30.500Z' },
}
const BARE: EventView = { ...ALERT, environment: null, agent: null, tool: null, action: null, data: {} }
const VIEW = { type: 'Action.OpenUrl', title: 'View in Console', url: ALERT.url }
const actionsOf = (card: AdaptiveCard) => nodes(card).filter(({ type }) => String(type).startsWith('Action.'))
const TYPES = Object.keys(EVENT_TYPES) as EventType[]

const literal = (card: AdaptiveCard) => strings(card).literal.map((text) => text.replaceAll('\u00a0', ' '))
const truncation = (card: AdaptiveCard) => strings(card).other.find((text) => text.startsWith('Truncated: '))

const hostileEvent: fc.Arbitrary<EventView> = fc.record({
  id: fc.constant(ALERT.id),
  type: fc.constantFrom(...TYPES),
  severity: fc.constantFrom(...SEVERITIES),
  created_at: fc.constant(ALERT.created_at),
  environment: fc.option(hostileText),
  key: fc.constant({ id: 'key_1', name: 'Sales key' }),
  agent: fc.option(fc.record({ id: hostileText, name: hostileText })),
  tool: fc.option(hostileText),
  summary: hostileText,
  action: fc.option(hostileText),
  approval_id: fc.option(hostileText),
  acknowledged: fc.option(hostileText.map((by) => ({ ...SEEN.acknowledged, by }))),
  data: fc.oneof(
    fc.dictionary(hostileText, fc.oneof(hostileText, fc.jsonValue())),
    fc.nat(6000).map((depth) => ({ deep: nested(depth) })),
  ),
  url: fc.constantFrom(ALERT.url, `https://e.example/?${'\\'.repeat(2900)}`, 'x:y'),
})

describe('an alert', () => {
  const card = alertCard(ALERT)

  it('says what happened, when, how serious it is, who did it, and what was done about it', () => {
    expect(breaches(card)).toEqual([])
    expect(literal(card)).toEqual([
      '❗ Policy violation',
      ...['Event', 'policy.violation'],
      ...['Severity', 'HIGH'],
      ...['Agent', 'Customer Support Bot (agent-123)'],
      ...['Environment', 'production'],
      ...['Tool', 'slack.post_message'],
      ...['Action', 'blocked'],
      'PII detected in agent response',
      JSON.stringify(ALERT.data, null, 2),
      'evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
    ])
    expect(strings(card).other).toContain(
      '{{DATE(2026-11-20T12:00:00Z,SHORT)}} {{TIME(2026-11-20T12:00:00Z)}}',
    )
    expect(alertSummary(ALERT)).toBe('Policy violation: PII detected in agent response')
    expect(truncation(card)).toBeUndefined()
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
  ] as const)('of severity %s has its colour and its sign', (severity, style, sign) => {
    const card = alertCard({ ...ALERT, severity })
    expect(card.body[0]).toMatchObject({ style })
    expect(literal(card)[0]).toBe(`${sign} Policy violation`)
    expect(literal(card)).toContain(severity.toUpperCase())
  })

  it.each([
    ['circuit_breaker.triggered', 'Circuit breaker triggered'],
    ['pii.detected', 'PII detected'],
    ['incident', 'Incident'],
  ] as const)('of type %s is headed in words', (type, title) => {
    expect(literal(alertCard({ ...ALERT, type }))[0]).toBe(`❗ ${title}`)
  })

  it('leaves out what was not said', () => {
    const card = alertCard(BARE)
    expect(breaches(card)).toEqual([])
    expect(literal(card)).toEqual([
      '❗ Policy violation',
      ...['Event', 'policy.violation'],
      ...['Severity', 'HIGH'],
      'PII detected in agent response',
      ALERT.id,
    ])
  })

  it('says once what is twice the same', () => {
    expect(literal(alertCard({ ...ALERT, agent: { id: 'agent-123', name: 'agent-123' } }))).toContain(
      'agent-123',
    )
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

  it('says who and when right below its title, and still all the rest', () => {
    expect(breaches(card)).toEqual([])
    const [title, who, ...rest] = literal(card)
    expect([title, who]).toEqual(['❗ Policy violation', '👀 Acknowledged by Ana Ruiz'])
    expect(rest).toEqual(literal(alertCard(ALERT)).slice(1))
    expect(strings(card).other).toContain(
      '{{DATE(2026-11-20T12:01:30Z,SHORT)}} {{TIME(2026-11-20T12:01:30Z)}}',
    )
    expect(card.body[0]).toMatchObject({ style: 'attention' })
  })

  it('only leads to the console', () => {
    expect(actionsOf(card)).toEqual([VIEW])
  })
})

describe('what does not fit', () => {
  it('is cut, and the alert says so from the first character that is missing', () => {
    const text = 'x'.repeat(1000 - '{\n  "text": ""\n}'.length)
    const whole = { ...ALERT, summary: 'x'.repeat(800), tool: 't'.repeat(150), data: { text } }
    expect(truncation(alertCard(whole))).toBeUndefined()
    expect(truncation(alertCard({ ...whole, summary: 'x'.repeat(801) }))).toBe(
      'Truncated: showing the first 800 of 801 characters of the message. Investigate shows all of it.',
    )
    expect(truncation(alertCard({ ...whole, tool: 't'.repeat(151) }))).toContain('characters of "Tool"')
    expect(truncation(alertCard({ ...whole, data: { text: `${text}x` } }))).toContain(
      'the first 1,000 of 1,001 characters of the data',
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
      fc.property(words(200), words(1200), words(1500), (action, summary, text) => {
        const data = { text }
        const card = alertCard({ ...ALERT, action: `a${action}`, summary, data })
        const cut = literal(card).some((text) => text.endsWith('…'))
        const fits = action.length < 150 && summary.length <= 800
        expect(cut).toBe(!(fits && JSON.stringify(data, null, 2).length <= 1000))
        expect(truncation(card) !== undefined).toBe(cut)
        seen[cut ? 'cut' : 'whole']++
      }),
    )
    expect(Math.min(seen.cut, seen.whole)).toBeGreaterThan(5)
  })
})

describe('whatever an agent sends', () => {
  it('Teams takes the alert, and the text is read by people alone', () => {
    fc.assert(
      fc.property(hostileEvent, (event) => {
        const card = alertCard(event)
        const { literal, other } = strings(card)
        expect(breaches(card)).toEqual([])
        expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(27_000)
        expect(other.join('\n')).not.toContain(MARK)
        expect(other.filter((text) => text.includes('${'))).toEqual([])
        expect(literal.join('\n')).not.toMatch(/\{\{\s*(DATE|TIME)/i)
        expect([...literal, ...other].filter((text) => UNSEEN.test(text))).toEqual([])
      }),
    )
  })

  it('no text of the agent is taken for a placeholder of the template', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the agent's attempt at the template language
    const attempt = '${id} ${url} ${data} ${$root}'
    const agent = { id: attempt, name: attempt }
    const said = { agent, tool: attempt, action: attempt, summary: attempt, environment: attempt }
    const card = alertCard({ ...ALERT, ...said, data: { attempt } })
    expect(literal(card).filter((text) => text === attempt)).toHaveLength(5)
    expect(literal(card)).toContain(JSON.stringify({ attempt }, null, 2))
  })

  it('a notification is one line in which nothing is alive', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.constantFrom(...TRICKS)), (summary) => {
        const line = alertSummary({ ...ALERT, summary })
        expect(line).toMatch(/^Policy violation: ./)
        expect(line.replace('Policy violation: ', '')).not.toMatch(
          /[<>&*~`@#:[\]\\|\n]|\w\.\w|\{\{\s*(DATE|TIME)/i,
        )
        expect(line).not.toMatch(UNSEEN)
      }),
    )
  })
})
