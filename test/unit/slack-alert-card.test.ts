// Shows that an alert in Slack tells what happened, whatever an agent puts into it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVENT_TYPES, type EventType } from '../../src/events/catalogue.ts'
import type { EventView } from '../../src/events/event.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import { alertCard as drawAlert } from '../../src/platforms/slack/alert-card.ts'
import type { SlackMessage } from '../../src/platforms/slack/message.ts'
import { breaches, strings } from '../fakes/block-kit-rules.ts'
import { hostileText, MARK, nested, UNSEEN } from '../fakes/hostile-approvals.ts'
import { usually } from '../fakes/render-options.ts'

const alertCard = usually(drawAlert)

const ALERT: EventView = {
  id: 'evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
  type: 'policy.violation',
  severity: 'high',
  created_at: '2026-11-20T12:00:00.000Z',
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
  acknowledged: { by: 'Ana Ruiz', source: 'teams', at: '2026-11-20T12:01:30.000Z' },
}
const BARE: EventView = { ...ALERT, environment: null, agent: null, tool: null, action: null, data: {} }
const TYPES = Object.keys(EVENT_TYPES) as EventType[]
const MENTIONS = [
  '<!channel> <!here> <!everyone>',
  '<@U123> <!subteam^S123> @here @channel',
  '<#C123|general> #general',
  '<https://evil.example|View in Console> https://evil.example evil.com',
  '*bold* _it_ ~no~ `code` ```pre```\n> quote',
  ':white_check_mark: &lt;!channel&gt; &',
]

const blocksOf = (card: SlackMessage) => card.attachments[0].blocks
const truncation = (card: SlackMessage) => strings(card).markup.find((text) => text.startsWith('Truncated: '))

const VIEW = expect.objectContaining({
  action_id: 'view_console',
  text: expect.objectContaining({ text: 'View in Console' }),
  url: ALERT.url,
})
const buttonsOf = (card: SlackMessage) =>
  blocksOf(card).flatMap((block) => (block.type === 'actions' ? block.elements : []))

/** As the two columns read. */
function factsOf(card: SlackMessage): string[][] {
  const fields = blocksOf(card).flatMap((block) => (block.type === 'section' ? (block.fields ?? []) : []))
  return fields.flatMap(({ text }, at) => (at % 2 === 0 ? [[text, String(fields[at + 1]?.text)]] : []))
}

const hostile = fc.oneof(
  hostileText,
  fc.constantFrom(...MENTIONS).map((mention) => MARK + mention),
)
const hostileEvent: fc.Arbitrary<EventView> = fc.record({
  id: fc.constant(ALERT.id),
  type: fc.constantFrom(...TYPES),
  severity: fc.constantFrom(...SEVERITIES),
  created_at: fc.constant(ALERT.created_at),
  environment: fc.option(hostile),
  key: fc.constant({ id: 'key_1', name: 'Sales key' }),
  agent: fc.option(fc.record({ id: hostile, name: hostile })),
  tool: fc.option(hostile),
  summary: hostile,
  action: fc.option(hostile),
  approval_id: fc.option(hostile),
  acknowledged: fc.constant(null),
  data: fc.oneof(
    fc.dictionary(hostile, fc.oneof(hostile, fc.jsonValue())),
    fc.nat(6000).map((depth) => ({ deep: nested(depth) })),
  ),
  url: fc.constantFrom(ALERT.url, `https://e.example/?${'\\'.repeat(2900)}`, 'x:y'),
})

describe('an alert', () => {
  const card = alertCard(ALERT)

  it('says what happened, how serious it is, who did it, when, and what was done about it', () => {
    expect(breaches(card)).toEqual([])
    expect(factsOf(card)).toEqual([
      ['*Event*', 'policy.violation'],
      ['*Severity*', 'HIGH'],
      ['*Agent*', 'Customer Support Bot (agent-123)'],
      ['*Environment*', 'production'],
      ['*Tool*', 'slack.post_message'],
      ['*Action*', 'blocked'],
      ['*Time*', '<!date^1795176000^{date_short_pretty} at {time}|2026-11-20T12:00:00.000Z>'],
    ])
    const { literal, markup, urls } = strings(card)
    expect(markup[0]).toBe('❗ *Policy violation*')
    expect(literal).toContain('PII detected in agent response')
    expect(literal).toContain(JSON.stringify(ALERT.data, null, 2))
    expect(markup.at(-1)).toBe('`evt_01kaf3q2m8e7s9v4w6x8y0z1b3`')
    expect(urls).toEqual([ALERT.url])
    expect(card.text).toBe('Policy violation: PII detected in agent response')
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
  ] as const)('of severity %s has its colour and its sign', (severity, color, sign) => {
    const card = alertCard({ ...ALERT, severity })
    expect(card.attachments[0].color).toBe(color)
    expect(strings(card).markup[0]).toBe(`${sign} *Policy violation*`)
    expect(factsOf(card)[1]).toEqual(['*Severity*', severity.toUpperCase()])
  })

  it.each([
    ['circuit_breaker.triggered', 'Circuit breaker triggered'],
    ['pii.detected', 'PII detected'],
    ['incident', 'Incident'],
  ] as const)('of type %s is headed in words', (type, title) => {
    expect(strings(alertCard({ ...ALERT, type })).markup[0]).toBe(`❗ *${title}*`)
  })

  it('leaves out what was not said', () => {
    const card = alertCard(BARE)
    expect(breaches(card)).toEqual([])
    expect(factsOf(card).map(([label]) => label)).toEqual(['*Event*', '*Severity*', '*Time*'])
    expect(blocksOf(card).map(({ type }) => type)).toEqual([
      'section',
      'section',
      'section',
      'context',
      'actions',
    ])
  })

  it('says once what is twice the same', () => {
    const card = alertCard({ ...ALERT, agent: { id: 'agent-123', name: 'agent-123' } })
    expect(factsOf(card)[2]).toEqual(['*Agent*', 'agent-123'])
  })

  it.each(['javascript:alert(1)', 'slack://open', '/events/1', ''])('does not link to %j', (url) => {
    const card = alertCard({ ...ALERT, url })
    expect(strings(card).urls).toEqual([])
    expect(buttonsOf(card).map(({ action_id }) => action_id)).toEqual(['acknowledge_alert'])
    expect(breaches(card)).toEqual([])
    const seen = alertCard({ ...SEEN, url })
    expect(blocksOf(seen).some(({ type }) => type === 'actions')).toBe(false)
    expect(breaches(seen)).toEqual([])
  })
})

describe('an alert that somebody acknowledged', () => {
  const card = alertCard(SEEN)

  it('says who and when right below its title, and still all the rest', () => {
    expect(breaches(card)).toEqual([])
    const { markup, literal } = strings(card)
    expect(markup.slice(0, 2)).toEqual([
      '❗ *Policy violation*',
      ':eyes: *Acknowledged by Ana Ruiz* · <!date^1795176090^{date_short_pretty} at {time}|2026-11-20T12:01:30.000Z>',
    ])
    expect(factsOf(card)).toEqual(factsOf(alertCard(ALERT)))
    expect(literal).toContain(ALERT.summary)
    expect(card.attachments[0].color).toBe('#E8590C')
  })

  it('only leads to the console', () => {
    expect(buttonsOf(card)).toEqual([VIEW])
  })

  it('has blocks of other names than before, as Slack wants them of an update', () => {
    const names = blocksOf(alertCard(ALERT)).map(({ block_id }) => block_id)
    expect(blocksOf(card).filter(({ block_id }) => names.includes(block_id))).toEqual([])
  })

  it('shows whoever it was on one line in which nothing is alive', () => {
    fc.assert(
      fc.property(hostile, (by) => {
        const card = alertCard({ ...ALERT, acknowledged: { ...SEEN.acknowledged, by } })
        expect(breaches(card)).toEqual([])
        const [, line = ''] = strings(card).markup
        const [, name = ''] = /^:eyes: \*Acknowledged by (.+)\* · <!date/s.exec(line) ?? []
        expect(name.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&*~`@#:\n]|\w\.\w/)
        expect(name).not.toMatch(UNSEEN)
      }),
    )
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

  it('is said exactly when something was cut', () => {
    const words = (max: number) => fc.nat(max).map((length) => 'x'.repeat(length))
    const seen = { cut: 0, whole: 0 }
    fc.assert(
      fc.property(words(200), words(1200), words(1500), (action, summary, text) => {
        const data = { text }
        const card = alertCard({ ...ALERT, action: `a${action}`, summary, data })
        const cut = strings(card).literal.some((text) => text.endsWith('…'))
        const fits = action.length < 150 && summary.length <= 800
        expect(cut).toBe(!(fits && JSON.stringify(data, null, 2).length <= 1000))
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
})

describe('whatever an agent sends', () => {
  it('Slack takes the alert, none of it is markup or an address, and nothing unseen is left', () => {
    fc.assert(
      fc.property(hostileEvent, (event) => {
        const card = alertCard(event)
        const { markup, urls, literal } = strings(card)
        expect(breaches(card)).toEqual([])
        expect([...markup, ...urls].join('\n')).not.toContain(MARK)
        expect([...markup, ...literal].filter((text) => UNSEEN.test(text))).toEqual([])
      }),
    )
  })

  it('the line above the card is one line in which nothing is alive', () => {
    fc.assert(
      fc.property(hostileEvent, ({ summary }) => {
        const { text } = alertCard({ ...ALERT, summary })
        expect(text).toMatch(/^Policy violation: /)
        expect(text.slice('Policy violation: '.length).replace(/&(amp|lt|gt);/g, '')).not.toMatch(
          /[<>&*~`@#:\n]|\w\.\w/,
        )
        expect(text).not.toMatch(UNSEEN)
      }),
    )
  })

  it.each(MENTIONS)('nobody is called by %j', (mention) => {
    const agent = { id: mention, name: mention }
    const card = alertCard({
      ...ALERT,
      agent,
      tool: mention,
      action: mention,
      summary: mention,
      environment: mention,
    })
    expect([card.text, ...strings(card).markup].join('\n')).not.toMatch(/<[!@#](?!date)|<http|@\w/)
    expect(strings(card).literal).toContain(mention)
  })
})
