// Shows that each name of an event, ours or another product's, means one type, and none that we alone may tell.

import { describe, expect, it } from 'vitest'
import {
  canonicalType,
  EVENT_TYPES,
  type EventType,
  isReserved,
  nearestType,
} from '../../src/events/catalogue.ts'
import { SEVERITIES } from '../../src/events/severity.ts'

const TYPES = Object.keys(EVENT_TYPES) as EventType[]

const DOCUMENTED: [name: string, type: EventType, severity: string | null][] = [
  ['approval.requested', 'approval.requested', null],
  ['approval.escalated', 'approval.escalated', null],
  ['approval.reviewers_added', 'approval.reviewers_added', null],
  ['approval.decided', 'approval.decided', null],
  ['approval.expired', 'approval.expired', null],
  ['approval.unreached', 'approval.unreached', null],
  ['approval.withdrawn', 'approval.withdrawn', null],
  ['approval_request', 'approval.requested', null],
  ['hitl.requested', 'approval.requested', null],
  ['hitl.pending', 'approval.requested', null],
  ['hitl.approved', 'approval.decided', null],
  ['hitl.rejected', 'approval.decided', null],
  ['approval.approved', 'approval.decided', null],
  ['approval.denied', 'approval.decided', null],
  ['policy.violation', 'policy.violation', 'high'],
  ['policy.warning', 'policy.warning', 'medium'],
  ['pii.detected', 'pii.detected', 'medium'],
  ['budget.warning', 'budget.warning', 'medium'],
  ['budget.threshold_reached', 'budget.warning', 'medium'],
  ['budget.exceeded', 'budget.exceeded', 'critical'],
  ['agent.blocked', 'agent.blocked', 'high'],
  ['agent.registered', 'agent.registered', 'info'],
  ['agent.updated', 'agent.updated', 'info'],
  ['agent.status', 'agent.status', 'info'],
  ['agent_status', 'agent.status', 'info'],
  ['circuit_breaker.triggered', 'circuit_breaker.triggered', 'critical'],
  ['circuit_breaker.reset', 'circuit_breaker.reset', 'info'],
  ['jailbreak.detected', 'jailbreak.detected', 'critical'],
  ['drift.alert', 'drift.alert', 'medium'],
  ['drift_alert', 'drift.alert', 'medium'],
  ['security.alert', 'security.alert', 'high'],
  ['incident', 'incident', 'critical'],
  ['INCIDENT', 'incident', 'critical'],
  ['content_safety.detected', 'content_safety.detected', 'high'],
  ['anomaly.detected', 'anomaly.detected', 'medium'],
  ['system.health', 'system.health', 'info'],
  ['ALLOW', 'decision.allow', 'info'],
  ['DENY', 'decision.deny', 'high'],
  ['SANITIZE', 'decision.sanitize', 'low'],
  ['REQUIRE_APPROVAL', 'decision.require_approval', 'medium'],
  ['decision.require_approval', 'decision.require_approval', 'medium'],
  ['event.acknowledged', 'event.acknowledged', null],
  ['destination.misconfigured', 'destination.misconfigured', 'high'],
  ['destination.disabled', 'destination.disabled', 'high'],
]

describe('the name of an event', () => {
  it.each(DOCUMENTED)('%s means %s, of severity %s', (name, type, severity) => {
    expect(canonicalType(name)).toBe(type)
    expect(EVENT_TYPES[type].severity).toBe(severity)
  })

  it('is read whatever its case', () => {
    expect(canonicalType('Deny')).toBe('decision.deny')
    expect(canonicalType('deny')).toBe('decision.deny')
    expect(canonicalType('Policy.Violation')).toBe('policy.violation')
  })

  it.each([
    '',
    'policy',
    'policy.*',
    'policy.violations',
    ' incident',
    '__proto__',
    'constructor',
    'toString',
  ])('%j means nothing', (name) => {
    expect(canonicalType(name)).toBeUndefined()
  })

  it('says in one sentence what it is', () => {
    for (const type of TYPES) expect(EVENT_TYPES[type].meaning).toMatch(/^[A-Z][^.]+\.$/)
  })

  it('that we alone may tell is reserved, and every other has a severity of its own', () => {
    expect(TYPES.filter(isReserved)).toEqual([
      'approval.requested',
      'approval.voted',
      'approval.escalated',
      'approval.reviewers_added',
      'approval.reminded',
      'approval.decided',
      'approval.expired',
      'approval.redeemed',
      'approval.revoked',
      'approval.grant_ended',
      'approval.unreached',
      'approval.withdrawn',
      'event.acknowledged',
      'destination.misconfigured',
      'destination.disabled',
    ])
    const told = TYPES.filter((type) => !isReserved(type))
    expect(told.filter((type) => !SEVERITIES.some((level) => level === EVENT_TYPES[type].severity))).toEqual(
      [],
    )
  })
})

describe('whoever mistypes is told of', () => {
  it.each<[string, EventType]>([
    ['policy.violations', 'policy.violation'],
    ['policy_violation', 'policy.violation'],
    ['polcy.violaton', 'policy.violation'],
    ['violation', 'policy.violation'],
    ['pii', 'pii.detected'],
    ['budget.exceded', 'budget.exceeded'],
    ['budget.treshold_reached', 'budget.warning'],
    ['hitl.approvd', 'approval.decided'],
    ['jailbreak_detected', 'jailbreak.detected'],
    ['ALOW', 'decision.allow'],
    ['DENIED', 'decision.deny'],
    ['REQUIRES_APPROVAL', 'decision.require_approval'],
    ['circuit_breaker.trigered', 'circuit_breaker.triggered'],
    ['drift', 'drift.alert'],
    ['BLOCK', 'agent.blocked'],
  ])('%s: %s', (text, type) => {
    expect(nearestType(text)).toBe(type)
  })

  it.each(['', 'x', '😀', '\ud800', 'policy.violation'.repeat(100_000)])(
    'a known type, whatever it was: %#',
    (text) => {
      expect(TYPES).toContain(nearestType(text))
    },
  )
})
