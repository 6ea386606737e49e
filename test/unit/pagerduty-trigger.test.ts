// Shows that a page tells the truth, whatever an agent calls itself, and is about the right incident.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventView } from '../../src/events/event.ts'
import { identifier } from '../../src/kit/identifier.ts'
import { dedupKeyOf } from '../../src/platforms/pagerduty/dedup-key.ts'
import { triggerOf } from '../../src/platforms/pagerduty/trigger.ts'
import type { Message } from '../../src/platforms/platform.ts'
import { acting, hostileText, MARK, nested, PENDING, UNSEEN } from '../fakes/hostile-approvals.ts'
import { ALERT } from '../fakes/hostile-events.ts'
import { mistakesIn } from '../fakes/pagerduty-rules.ts'
import { ROUTING_KEY } from '../fakes/pagerduty-server.ts'
import { alertMessage, approvalMessage, hostileMessage } from '../fakes/told-messages.ts'

const alert = (changed: Partial<EventView> = {}) => alertMessage({ ...ALERT, ...changed })
const pageOf = (message: Message) => triggerOf(message, true).payload

const refusals = (message: Message, details: boolean) =>
  mistakesIn(
    JSON.stringify({
      routing_key: ROUTING_KEY,
      event_action: 'trigger',
      dedup_key: dedupKeyOf(message.event),
      ...triggerOf(message, details),
    }),
  )

describe('a page', () => {
  it('of an alert says in one line what happened and who tells it, and has the facts beside it', () => {
    const summary = 'PII in a reply\nto @ana, see https://evil.example/login'
    expect(triggerOf(alert({ summary }), true)).toEqual({
      payload: {
        summary:
          '❗ HIGH · Policy violation · slack.post_message in production · Told by agent-123 with the key Sales key · The agent says: “PII in a reply to @ana, see https://evil.example/login”',
        severity: 'error',
        source: 'agent-123',
        timestamp: ALERT.created_at,
        class: 'policy.violation',
        component: 'slack.post_message',
        group: 'production',
        custom_details: {
          Agent: 'agent-123',
          Key: 'Sales key',
          Tool: 'slack.post_message',
          Environment: 'production',
          Severity: 'HIGH',
          Time: ALERT.created_at,
          'The agent says': `${summary}\nAction: blocked\nCalls itself: support-bot`,
          Data: JSON.stringify(ALERT.data, null, 2),
          Record: `policy.violation · ${ALERT.id}`,
        },
      },
      client: 'Countersign',
      client_url: ALERT.url,
      links: [{ href: ALERT.url, text: 'View in Console' }],
    })
  })

  it('of an approval says what is to be decided, who asks, and until when', () => {
    const { payload, links } = triggerOf(approvalMessage(PENDING), true)
    expect(payload).toMatchObject({
      summary:
        '❗ HIGH (0.71) · Approve slack.post_message in production? · Asked by agent-123 with the key Sales key · The agent says: “Post the weekly numbers to #sales”',
      severity: 'error',
      source: 'agent-123',
      class: 'approval.requested',
      component: 'slack.post_message',
      group: 'production',
    })
    expect(payload.custom_details).toEqual({
      Agent: 'agent-123',
      Key: 'Sales key',
      Tool: 'slack.post_message',
      Environment: 'production',
      Risk: 'HIGH (0.71)',
      'Requested by': 'ana@example.com',
      Expires: '2026-11-20T13:00:00.000Z',
      'The agent says':
        'Post the weekly numbers to #sales\nReasons: “PII_EGRESS”, “NEW_RECIPIENT”\nCalls itself: production-langgraph',
      Arguments: JSON.stringify(PENDING.action.arguments, null, 2),
      Record: `Digest a1b2c3d4e5f6${'0'.repeat(20)} · ${PENDING.id}`,
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
    expect(pageOf(alert({ severity })).severity).toBe(expected)
  })

  it('leaves out what was not said, and names Countersign where there is no agent', () => {
    const payload = pageOf(alert({ key: null, agent: null, tool: null, environment: null, data: {} }))
    expect(payload).toMatchObject({
      source: 'countersign',
      summary:
        '❗ HIGH · Policy violation · Told by Countersign · Countersign says: “PII detected in a reply”',
    })
    expect(payload).not.toHaveProperty('component')
    expect(payload).not.toHaveProperty('group')
    expect(Object.keys(payload.custom_details)).toEqual(['Severity', 'Time', 'Countersign says', 'Record'])
    expect(triggerOf(alert({ url: 'x:y' }), true)).not.toHaveProperty('links')
  })

  it('says no tool twice where the agent gave no summary', () => {
    const { summary } = pageOf(approvalMessage(acting({ tool: 'db', summary: 'db' })))
    expect(summary).toBe(
      '❗ HIGH (0.71) · Approve db in production? · Asked by agent-123 with the key Sales key',
    )
  })

  it('that only tries a destination says so', () => {
    const { summary, custom_details } = pageOf(approvalMessage({ ...PENDING, test: true }))
    expect(summary).toMatch(/^🧪 This is a test · Approve /)
    expect(custom_details['Remark 1']).toBe('No agent waits for the answer.')
  })

  it('says what was cut', () => {
    const { custom_details } = pageOf(alert({ summary: 'x'.repeat(2000) }))
    expect(custom_details['The agent says']).toMatch(/^x{800}…\n/)
    expect(custom_details.Note).toBe(
      'Truncated: showing the first 800 of 2,000 characters of the message. View in Console shows all of it.',
    )
  })

  it('where details stay out tells only who asks for what and where, and where the rest is', () => {
    const secret = `${MARK} secret`
    const view = {
      ...acting({ summary: secret, arguments: { secret } }),
      ...{ reasons: [secret], requested_by: { email: secret } },
    }
    for (const message of [
      alert({ summary: secret, action: secret, data: { secret } }),
      approvalMessage(view),
    ]) {
      const trigger = triggerOf(message, false)
      expect(JSON.stringify(trigger)).not.toContain(MARK)
      expect(trigger.payload).toMatchObject({
        summary: expect.stringMatching(
          /slack\.post_message in production\??.*agent-123 with the key Sales key$/,
        ),
        source: 'agent-123',
        component: 'slack.post_message',
        group: 'production',
        custom_details: { Note: 'Details are left out here. View in Console shows them.' },
      })
    }
  })
})

describe('whatever an agent sends', () => {
  it('PagerDuty takes the page, with details and without', () => {
    fc.assert(
      fc.property(hostileMessage, fc.boolean(), (message, details) => {
        expect(refusals(message, details)).toEqual([])
      }),
    )
  })

  it('nothing in it is unseen, and what is one line stays one', () => {
    fc.assert(
      fc.property(hostileMessage, (message) => {
        const { summary, source, component = '', group = '', custom_details } = pageOf(message)
        const { 'The agent says': _, Data, Arguments, ...short } = custom_details
        for (const text of [summary, ...Object.values(custom_details)]) expect(text).not.toMatch(UNSEEN)
        for (const line of [summary, source, component, group]) expect(line).not.toContain('\n')
        for (const [label, text] of Object.entries(short)) {
          if (!label.endsWith('says')) expect(text).not.toContain('\n')
        }
      }),
    )
  })

  it('rules of PagerDuty compare the very agent, tool and environment', () => {
    fc.assert(
      fc.property(hostileMessage, (message) => {
        const { agent, tool, environment } = message.event
        const { source, component, group, custom_details } = pageOf(message)
        expect(source).toBe(agent === null ? 'countersign' : identifier(agent.id))
        expect(custom_details.Agent).toBe(agent === null ? undefined : source)
        expect([custom_details.Tool, custom_details.Environment]).toEqual([component, group])
        expect(component).toBe(tool === null ? undefined : identifier(tool))
        expect(group).toBe(environment === null ? undefined : identifier(environment))
      }),
    )
    const plain = 'db:prod/eu.west_1 #7 @x'
    const event = { ...ALERT, tool: plain, environment: plain, agent: { id: plain, name: plain } }
    const { source, component, group } = pageOf(alertMessage(event))
    expect([source, component, group]).toEqual([plain, plain, plain])
  })

  it('arguments that fit parse to exactly what was sent', () => {
    const text = fc.oneof(hostileText, fc.string({ unit: 'binary' }))
    const args = fc.dictionary(text, fc.oneof(text, fc.jsonValue()), { maxKeys: 3 })
    let fitting = 0
    fc.assert(
      fc.property(args, (sent) => {
        const { Arguments: shown = '', Note = '' } = pageOf(
          approvalMessage(acting({ arguments: sent })),
        ).custom_details
        if (Note.includes('of the arguments')) return
        fitting++
        expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(sent)))
      }),
    )
    expect(fitting).toBeGreaterThan(10)
  })

  it('data nested deeper than JSON.stringify can follow still makes a page', () => {
    const { custom_details } = pageOf(alert({ data: { deep: nested(20_000) } }))
    expect(custom_details.Note).toContain('of the data')
  })
})

describe('an incident', () => {
  const key = (changed: Partial<EventView> = {}) => dedupKeyOf({ ...ALERT, ...changed })
  const agent = (id: string) => ({ agent: { id, name: 'support-bot' } })

  it('is one for all equal alerts, and another for another type or agent', () => {
    expect(key({ id: 'evt_2', summary: 'again', severity: 'low', tool: null })).toBe(key())
    expect(key({ agent: { id: 'agent-123', name: 'renamed' } })).toBe(key())
    expect(key({ type: 'pii.detected' })).not.toBe(key())
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

  it.each(['destination.disabled', 'destination.misconfigured'] as const)(
    'is another for each destination of which %s tells',
    (type) => {
      const told = (destination_id: string) => key({ type, agent: null, data: { destination_id } })
      expect(told('dst_1')).toBe(told('dst_1'))
      expect(told('dst_1')).not.toBe(told('dst_2'))
    },
  )

  it('is one for each approval, whatever is told of it', () => {
    const about = { approval_id: PENDING.id }
    expect(key({ ...about, type: 'approval.requested' })).toBe(`countersign:${PENDING.id}`)
    expect(key({ ...about, type: 'approval.decided' })).toBe(`countersign:${PENDING.id}`)
  })
})
