// Shows that a page tells the truth, whatever an agent calls itself, and is about the right incident.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVENT_TYPES, type EventType } from '../../src/events/catalogue.ts'
import type { EventView } from '../../src/events/event.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import { dedupKeyOf } from '../../src/platforms/pagerduty/dedup-key.ts'
import { type Trigger, triggerOf } from '../../src/platforms/pagerduty/trigger.ts'
import type { Message } from '../../src/platforms/platform.ts'
import { hostileText, hostileView, MARK, nested, PENDING, UNSEEN } from '../fakes/hostile-approvals.ts'
import { mistakesIn } from '../fakes/pagerduty-rules.ts'
import { ROUTING_KEY } from '../fakes/pagerduty-server.ts'

const ALERT: EventView = {
  id: 'evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
  type: 'pii.detected',
  severity: 'critical',
  created_at: '2026-11-20T12:00:59.000Z',
  environment: 'production',
  key: { id: 'key_1', name: 'Sales key' },
  agent: { id: 'agent-123', name: 'support-bot' },
  tool: 'slack.post_message',
  summary: 'PII in a reply\nto @ana, see https://evil.example/login',
  action: 'blocked',
  approval_id: null,
  acknowledged: null,
  data: { policy_name: 'no-pii' },
  url: 'https://countersign.example/events/evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
}

const alert = (changed: Partial<EventView> = {}): Message => ({
  kind: 'alert',
  event: { ...ALERT, ...changed },
})
function approval(view = PENDING, changed: Partial<EventView> = {}): Message {
  const event: EventView = {
    ...ALERT,
    type: 'approval.requested',
    severity: view.risk.level,
    environment: view.action.environment,
    agent: view.agent,
    tool: view.action.tool,
    summary: view.action.summary,
    approval_id: view.id,
    url: view.url,
    ...changed,
  }
  return { kind: 'approval', view, event }
}

const TYPES = Object.keys(EVENT_TYPES) as EventType[]
const hostileAlert: fc.Arbitrary<Message> = fc
  .record({
    type: fc.constantFrom(...TYPES),
    severity: fc.constantFrom(...SEVERITIES),
    environment: fc.option(hostileText),
    key: fc.constant({ id: 'key_1', name: 'Sales key' }),
    agent: fc.option(fc.record({ id: hostileText, name: hostileText })),
    tool: fc.option(hostileText),
    summary: hostileText,
    action: fc.option(hostileText),
    data: fc.oneof(
      fc.dictionary(hostileText, fc.oneof(hostileText, fc.jsonValue()), { maxKeys: 3 }),
      fc.nat(3000).map((depth) => ({ deep: nested(depth) })),
    ),
    url: fc.constantFrom(ALERT.url, 'http://localhost:3000/events/1', 'x:y'),
  })
  .map(alert)
const hostileMessage = fc.oneof(
  hostileAlert,
  hostileView.map((view) => approval(view)),
)

const refusals = (trigger: Trigger, event = ALERT) =>
  mistakesIn(
    JSON.stringify({
      routing_key: ROUTING_KEY,
      event_action: 'trigger',
      dedup_key: dedupKeyOf(event),
      ...trigger,
    }),
  )

describe('a page', () => {
  it('of an alert says in one line what happened and to whom, and has the facts beside it', () => {
    expect(triggerOf(alert(), true)).toEqual({
      payload: {
        summary:
          'PII detected - slack․post_message - support-bot - PII in a reply to ＠ana, see https꞉//evil․example/login',
        severity: 'critical',
        source: 'agent-123',
        timestamp: '2026-11-20T12:00:59.000Z',
        class: 'pii.detected',
        component: 'slack.post_message',
        group: 'production',
        custom_details: {
          Severity: 'CRITICAL',
          Agent: 'support-bot (agent-123)',
          Environment: 'production',
          Tool: 'slack․post_message',
          Action: 'blocked',
          Message: 'PII in a reply\nto ＠ana, see https꞉//evil․example/login',
          Data: '{\n  "policy_name"꞉ "no-pii"\n}',
          Record: ALERT.id,
        },
      },
      client: 'Countersign',
      client_url: ALERT.url,
      links: [{ href: ALERT.url, text: 'View in Console' }],
    })
  })

  it('of an approval says what an agent wants, and until when', () => {
    const { payload, links } = triggerOf(approval(), true)
    expect(payload).toMatchObject({
      summary:
        'Approval requested - slack․post_message - production-langgraph - Post the weekly numbers to ♯sales',
      severity: 'error',
      source: 'agent-123',
      class: 'approval.requested',
      component: 'slack.post_message',
      group: 'production',
    })
    expect(payload.custom_details).toEqual({
      Agent: 'production-langgraph (agent-123)',
      Tool: 'slack․post_message',
      Environment: 'production',
      'On behalf of': 'ana＠example․com',
      Risk: 'HIGH (0․71)',
      Why: 'PII_EGRESS, NEW_RECIPIENT',
      Summary: 'Post the weekly numbers to ♯sales',
      Arguments: '{\n  "channel"꞉ "♯sales",\n  "text"꞉ "Up 4 % <again>"\n}',
      Expires: '2026-11-20T13:00:00.000Z',
      Record: PENDING.id,
    })
    expect(links).toEqual([{ href: PENDING.url, text: 'View in Console' }])
  })

  it.each([
    ['critical', 'critical'],
    ['high', 'error'],
    ['medium', 'warning'],
    ['low', 'info'],
    ['info', 'info'],
  ] as const)('of severity %s is %s to PagerDuty', (severity, expected) => {
    expect(triggerOf(alert({ severity }), true).payload.severity).toBe(expected)
  })

  it('leaves out what was not said, and names Countersign where there is no agent', () => {
    const { payload } = triggerOf(alert({ agent: null, tool: null, environment: null, data: {} }), true)
    expect(payload).toMatchObject({
      source: 'countersign',
      summary: expect.stringMatching(/^PII detected - PII/),
    })
    expect(Object.keys(payload)).not.toEqual(expect.arrayContaining(['component']))
    expect(Object.keys(payload)).not.toEqual(expect.arrayContaining(['group']))
    expect(Object.keys(payload.custom_details)).toEqual(['Severity', 'Action', 'Message', 'Record'])
    expect(triggerOf(alert({ url: 'x:y' }), true)).not.toHaveProperty('links')
  })

  it('says no tool twice where the agent gave no summary', () => {
    const message = approval({ ...PENDING, action: { ...PENDING.action, tool: 'db', summary: 'db' } })
    expect(triggerOf(message, true).payload.summary).toBe('Approval requested - db - production-langgraph')
  })

  it('that only tries a destination says so', () => {
    const { summary } = triggerOf(approval({ ...PENDING, test: true }), true).payload
    expect(summary).toMatch(/^This is a test - /)
  })

  it('says what was cut', () => {
    const { custom_details } = triggerOf(alert({ summary: 'x'.repeat(2000) }), true).payload
    expect(custom_details.Message).toHaveLength(801)
    expect(custom_details.Note).toBe(
      'Truncated: showing the first 800 of 2,000 characters of the message. View in Console shows all of it.',
    )
  })

  it('where details stay out tells only agent, tool and environment, and where the rest is', () => {
    const secret = `${MARK} secret`
    const action = { ...PENDING.action, summary: secret, arguments: { secret } }
    const view = { ...PENDING, action, reasons: [secret], requested_by: { email: secret } }
    for (const message of [alert({ summary: secret, action: secret, data: { secret } }), approval(view)]) {
      const trigger = triggerOf(message, false)
      expect(JSON.stringify(trigger)).not.toContain(MARK)
      expect(trigger.payload).toMatchObject({
        summary: expect.stringMatching(/^[^-]* - slack․post_message - [\w-]+$/),
        component: 'slack.post_message',
        custom_details: { Note: 'Details are left out here. View in Console shows them.' },
      })
    }
  })
})

describe('whatever an agent sends', () => {
  it('PagerDuty takes the page, with details and without', () => {
    fc.assert(
      fc.property(hostileMessage, fc.boolean(), (message, details) => {
        expect(refusals(triggerOf(message, details), message.event)).toEqual([])
      }),
    )
  })

  it('nothing of it comes alive where people read it, and nothing in it is unseen', () => {
    fc.assert(
      fc.property(hostileMessage, (message) => {
        const { summary, source, component, group, custom_details } = triggerOf(message, true).payload
        const { Expires, Note, Record, ...others } = custom_details
        for (const text of [summary, ...Object.values(others)]) {
          expect(text).not.toMatch(/[@#*~`:]|\.\S/)
          expect(text).not.toMatch(UNSEEN)
        }
        for (const line of [summary, source, component, group]) expect(line ?? '').not.toMatch(/[\n\r]/)
        expect(summary).toMatch(/^[A-Z][A-Za-z ]+( - |$)/)
      }),
    )
  })

  it('data nested deeper than JSON.stringify can follow still makes a page', () => {
    const { custom_details } = triggerOf(alert({ data: { deep: nested(20_000) } }), true).payload
    expect(custom_details.Note).toContain('of the data')
  })
})

describe('an incident', () => {
  const key = (changed: Partial<EventView> = {}) => dedupKeyOf({ ...ALERT, ...changed })
  const agent = (id: string) => ({ agent: { id, name: 'support-bot' } })

  it('is one for all equal alerts, and another for another type or agent', () => {
    expect(key({ id: 'evt_2', summary: 'again', severity: 'low', tool: null })).toBe(key())
    expect(key({ agent: { id: 'agent-123', name: 'renamed' } })).toBe(key())
    expect(key({ type: 'policy.violation' })).not.toBe(key())
    expect(key(agent('agent-124'))).not.toBe(key())
    expect(key({ agent: null })).not.toBe(key())
  })

  it('is never shared by two agents, whatever they are called', () => {
    const tricky = fc.oneof(
      hostileText,
      fc.constantFrom(
        'null',
        '"',
        '\\',
        'pii.detected',
        'a:b',
        'a b',
        '\ud800',
        '\udc00',
        '\ufffd',
        'é',
        'e\u0301',
      ),
    )
    fc.assert(
      fc.property(tricky, tricky, (one, other) => {
        expect(key(agent(one)) === key(agent(other))).toBe(one === other)
        expect(key(agent(one))).not.toBe(key({ agent: null }))
        expect(key(agent(one))).toMatch(/^countersign:[\w.:-]{1,200}$/)
      }),
    )
  })

  it('of a circuit breaker is over when that agent’s is reset', () => {
    expect(key({ type: 'circuit_breaker.reset' })).toBe(key({ type: 'circuit_breaker.triggered' }))
    expect(key({ type: 'circuit_breaker.reset', ...agent('b') })).not.toBe(
      key({ type: 'circuit_breaker.triggered' }),
    )
  })

  it('of an alert is that of its acknowledgement', () => {
    const acknowledgement = { id: 'evt_2', type: 'event.acknowledged', data: { type: ALERT.type } } as const
    expect(key(acknowledgement)).toBe(key())
  })

  it('is another for each destination that is gone', () => {
    const gone = (destination_id: string) =>
      key({ type: 'destination.disabled', agent: null, data: { destination_id } })
    expect(gone('dst_1')).toBe(gone('dst_1'))
    expect(gone('dst_1')).not.toBe(gone('dst_2'))
  })

  it('is one for each approval, whatever is told of it', () => {
    const about = { approval_id: PENDING.id }
    expect(key({ ...about, type: 'approval.requested' })).toBe(`countersign:${PENDING.id}`)
    expect(key({ ...about, type: 'approval.decided' })).toBe(`countersign:${PENDING.id}`)
  })
})
