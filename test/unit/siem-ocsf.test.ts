// Shows that a SIEM that speaks OCSF gets each event as a Detection Finding, which follows its approval or alert.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EVENT_TYPES, type EventType } from '../../src/events/catalogue.ts'
import type { EventView } from '../../src/events/event.ts'
import { SEVERITIES, type Severity } from '../../src/events/severity.ts'
import { withoutDetails } from '../../src/platforms/compact-event.ts'
import { ocsfFinding } from '../../src/platforms/siem/ocsf.ts'
import { ocsfBreaches } from '../fakes/ocsf-rules.ts'
import { EVENT, hostileEvent, TYPES, usualEvent } from '../fakes/told-events.ts'

interface Finding {
  [attribute: string]: unknown
  finding_info: Record<string, unknown>
  metadata: Record<string, unknown>
  unmapped: Record<string, unknown>
}

const read = (event: EventView): Finding => JSON.parse(JSON.stringify(ocsfFinding(event)))
const ALERT = usualEvent('policy.violation')

describe('the rules that judge here', () => {
  const finding = read(EVENT)
  test.each<[string, object]>([
    ['a missing class', { class_uid: undefined }],
    ['an attribute that the class does not have', { tool: 'x' }],
    ['a caption of another number', { severity: 'Low' }],
    ['a type of another activity', { type_uid: 200402, type_name: 'Detection Finding: Update' }],
    ['the profile without its name', { metadata: { ...finding.metadata, profiles: undefined } }],
    ['an observable that points nowhere', { evidences: undefined }],
    ['an alert that is one in words', { is_alert: 'true' }],
    ['a time in seconds', { time: 1_795_176_000 }],
    ['no id of the finding', { finding_info: { title: 'x' } }],
  ])('refuse %s', (_what, change) => {
    expect(ocsfBreaches(finding)).toEqual([])
    expect(ocsfBreaches(JSON.parse(JSON.stringify({ ...finding, ...change })))).not.toEqual([])
  })
})

test.each(TYPES)('%s is a finding with its title, its time and the event that it comes from', (type) => {
  const event = usualEvent(type)
  for (const told of [event, withoutDetails(event)]) {
    const finding = read(told)
    expect(ocsfBreaches(finding)).toEqual([])
    expect(finding).toMatchObject({
      time: Date.parse(event.created_at),
      metadata: { uid: event.id, event_code: type, original_time: event.created_at },
      finding_info: { types: [type], src_url: event.url },
    })
    const title = told === event ? new RegExp(event.summary) : /^[A-Z][A-Za-z ]+$/
    expect(finding.finding_info.title).toMatch(title)
  }
})

test.each(SEVERITIES.map((severity, i) => [severity, i + 1] as const))(
  '%s is severity %i',
  (severity, id) => {
    expect(read({ ...EVENT, severity })).toMatchObject({ severity_id: id })
  },
)

describe('an approval is one finding', () => {
  test.each([
    ['approval.requested', 'pending', { activity_id: 1, status_id: 1, action_id: 0, disposition_id: 14 }],
    ['approval.unreached', 'pending', { activity_id: 2, status_id: 1, action_id: 0, disposition_id: 14 }],
    ['approval.decided', 'approved', { activity_id: 3, status_id: 4, action_id: 1, disposition_id: 8 }],
    ['approval.decided', 'denied', { activity_id: 3, status_id: 4, action_id: 2, disposition_id: 25 }],
    ['approval.expired', 'expired', { activity_id: 3, status_id: 4, action_id: 2, disposition_id: 2 }],
    ['approval.withdrawn', 'withdrawn', { activity_id: 3, status_id: 4, action_id: 0, disposition_id: 16 }],
    // Told late, of an approval that was decided meanwhile.
    ['approval.requested', 'approved', { activity_id: 1, status_id: 4, action_id: 1, disposition_id: 8 }],
  ] as const)('%s of one that is %s', (type, action, told) => {
    const finding = read({ ...EVENT, type, action })
    expect(finding).toMatchObject({ ...told, finding_info: { uid: EVENT.approval_id } })
  })
})

describe('an alert is one finding', () => {
  const acknowledged = { by: 'Ana', source: 'slack', at: ALERT.created_at }

  test('of its own id, which stays when somebody sees to it', () => {
    expect(read(ALERT)).toMatchObject({ activity_id: 1, status_id: 1, finding_info: { uid: ALERT.id } })
    expect(read({ ...ALERT, acknowledged })).toMatchObject({ status_id: 2, finding_info: { uid: ALERT.id } })
    const news = usualEvent('event.acknowledged')
    expect(read(news)).toMatchObject({
      activity_id: 2,
      status_id: 2,
      finding_info: { uid: news.data.event_id },
    })
  })

  test('and no agent can make it the news of another one', () => {
    const data = { event_id: 'evt_of_another', acknowledged_by: 'Ana' }
    expect(read({ ...ALERT, data }).finding_info.uid).toBe(ALERT.id)
  })

  test.each([
    ['decision.allow', { action_id: 1, disposition_id: 1 }],
    ['decision.deny', { action_id: 2, disposition_id: 2 }],
    ['decision.sanitize', { action_id: 4, disposition_id: 11 }],
    ['decision.require_approval', { action_id: 0, disposition_id: 14 }],
    ['agent.blocked', { action_id: 2, disposition_id: 2 }],
  ] as const)('%s says what was done', (type, told) => {
    expect(read(usualEvent(type))).toMatchObject(told)
  })
})

describe('whether it calls for attention', () => {
  const ALERTS: Record<EventType, boolean> = {
    'approval.requested': false,
    'approval.voted': false,
    'approval.redeemed': false,
    'approval.revoked': false,
    'approval.grant_ended': false,
    'approval.escalated': false,
    'approval.reviewers_added': false,
    'approval.reminded': false,
    'approval.decided': false,
    'approval.expired': false,
    'approval.unreached': false,
    'approval.withdrawn': false,
    'policy.violation': true,
    'policy.warning': true,
    'decision.allow': false,
    'decision.deny': true,
    'decision.sanitize': false,
    'decision.require_approval': false,
    'pii.detected': true,
    'content_safety.detected': true,
    'jailbreak.detected': true,
    'anomaly.detected': true,
    'drift.alert': true,
    'security.alert': true,
    incident: true,
    'budget.warning': true,
    'budget.exceeded': true,
    'circuit_breaker.triggered': true,
    'circuit_breaker.reset': false,
    'agent.blocked': true,
    'agent.registered': false,
    'agent.updated': false,
    'agent.status': false,
    'system.health': false,
    'event.acknowledged': false,
    'destination.misconfigured': true,
    'destination.disabled': true,
  }
  const told = (type: EventType, severity: Severity) => read({ ...usualEvent(type), severity }).is_alert

  test.each(TYPES)('%s, as it usually is', (type) => {
    expect(told(type, EVENT_TYPES[type].severity ?? 'info')).toBe(ALERTS[type])
  })

  test('what is sent as medium or worse does, whatever its type usually is', () => {
    expect([told('agent.status', 'low'), told('agent.status', 'medium')]).toEqual([false, true])
    expect([told('system.health', 'info'), told('system.health', 'critical')]).toEqual([false, true])
  })

  test('a violation does, however low it is sent', () => {
    expect(told('policy.violation', 'info')).toBe(true)
  })

  test.each([
    'approval.requested',
    'approval.unreached',
    'decision.require_approval',
    'event.acknowledged',
  ] as const)('%s does not, even of critical risk', (type) => {
    expect(told(type, 'critical')).toBe(false)
  })
})

test.each([
  ['slack.post_message', 'slack', 'post_message'],
  ['github.repos.delete', 'github.repos', 'delete'],
  ['deploy', 'deploy', 'deploy'],
  ['.hidden', '.hidden', '.hidden'],
  ['trailing.', 'trailing.', 'trailing.'],
])('the tool %s is observed as %s and its operation %s', (tool, service, operation) => {
  const { observables, unmapped } = read({ ...EVENT, tool })
  expect(observables).toMatchObject([
    { type: 'Tool', value: service },
    { type: 'Operation', value: operation },
  ])
  expect(unmapped).toMatchObject({ tool })
})

test('what OCSF has no place for stands beside it, and without details only what the event is about', () => {
  const { environment, tool, action, data } = ALERT
  expect(read(ALERT)).toMatchObject({ message: ALERT.summary, unmapped: { environment, tool, action, data } })
  const told = { ...ALERT, summary: 'zqxj', action: 'zqxj', data: { zqxj: 'zqxj' } }
  const bare = read(withoutDetails(told))
  expect(JSON.stringify(bare)).not.toContain('zqxj')
  expect(bare).toMatchObject({ unmapped: { environment, tool } })
})

test('what is cut is said', () => {
  expect(read(EVENT).metadata).not.toHaveProperty('is_truncated')
  expect(read({ ...EVENT, summary: 'x'.repeat(3000) }).metadata).toMatchObject({ is_truncated: true })
  const data = { ...EVENT.data, essay: 'x'.repeat(9000) }
  const cut = read({ ...EVENT, data })
  expect(cut.metadata).toMatchObject({ is_truncated: true })
  expect(cut.unmapped.data).toMatchObject({ reasons: ['PII_EGRESS', 'NEW_RECIPIENT'] })
})

test.each(['x', '"', '\u0000', '漢', '👍', '\ud800'])(
  '4,000 bytes are the most, also of %j only',
  (character) => {
    const text = character.repeat(2000)
    const [environment, tool, summary, action] = [text, text, text, text]
    const url = `${EVENT.url}/${'a'.repeat(700)}`
    const acknowledged = { by: text, source: 'slack', at: EVENT.created_at }
    const whole = {
      ...ALERT,
      environment,
      tool,
      summary,
      action,
      url,
      acknowledged,
      agent: { id: text, name: text },
    }
    const finding = ocsfFinding({ ...whole, data: { text } })
    expect(Buffer.byteLength(JSON.stringify(finding))).toBeLessThanOrEqual(4000)
    expect(ocsfBreaches(finding)).toEqual([])
  },
)

test('whatever an agent sends, it is a finding below 4 KB', () => {
  fc.assert(
    fc.property(hostileEvent, (event) => {
      const text = JSON.stringify(ocsfFinding(event))
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4000)
      const finding = JSON.parse(text) as Finding
      // An empty name is no name of OCSF's, and none that the API takes.
      if (event.tool !== '' && event.agent?.id !== '' && event.agent?.name !== '') {
        expect(ocsfBreaches(finding)).toEqual([])
      }
      expect(finding.finding_info.src_url).toBe(event.url)
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    }),
  )
})
