// Shows that what a destination asks to hear is understood in our words and in those of other products.

import { expect, it } from 'vitest'
import { EVENT_TYPES, type EventType } from '../../src/events/catalogue.ts'
import { passes } from '../../src/events/filter.ts'
import { patternsOf } from '../../src/events/patterns.ts'

const TYPES = Object.keys(EVENT_TYPES) as EventType[]

/** `approval.decided` as what it may be. */
const heardBy = (text: string) =>
  TYPES.flatMap((type): [string, EventType, string | null][] =>
    type === 'approval.decided'
      ? [
          ['approved', type, 'approved'],
          ['denied', type, 'denied'],
        ]
      : [[type, type, type.startsWith('approval.') ? 'pending' : 'denied']],
  )
    .filter(([, type, status]) => {
      const filter = { events: [...(patternsOf(text) ?? [])], tools: null, agents: null }
      const event = { type, severity: 'high', tool: null, agentId: null, status } as const
      return passes({ ...filter, minSeverity: 'info' }, event)
    })
    .map(([name]) => name)

it.each([
  ['policy.violation', ['policy.violation']],
  ['Policy.*', ['policy.violation', 'policy.warning']],
  ['incident', ['incident']],
  ['INCIDENT', ['incident']],
  ['HITL.pending', ['approval.requested']],
  ['approval_request', ['approval.requested']],
  ['drift_alert', ['drift.alert']],
  ['approval.decided', ['approved', 'denied']],
  ['Approval.Approved', ['approved']],
  ['approval.denied', ['denied']],
  ['hitl.approved', ['approved']],
  ['hitl.rejected', ['denied']],
  ['REQUIRE_APPROVAL', ['approval.requested', 'decision.require_approval']],
  ['DENY', ['denied', 'decision.deny']],
  ['Allow', ['approved', 'decision.allow']],
  ['SANITIZE', ['decision.sanitize']],
  ['decision.deny', ['decision.deny']],
  ['decision.require_approval', ['decision.require_approval']],
])('%s hears %j', (text, heard) => {
  expect(heardBy(text)).toEqual(heard)
})

it.each(['APPROVAL', 'hitl.*', 'approval.*'])('%s hears all that is told of approvals', (text) => {
  const all = TYPES.filter((type) => type.startsWith('approval.') && type !== 'approval.decided')
  expect(heardBy(text).toSorted()).toEqual([...all, 'approved', 'denied'].toSorted())
})

it.each([
  '',
  '.*',
  'policy',
  'policy.',
  'pol.*',
  'policy*',
  '*.detected',
  'incident.*',
  'p.*',
  '__proto__',
  'constructor',
])('%j is nothing to ask for', (text) => {
  expect(patternsOf(text)).toBeUndefined()
})

it('is every type and the category of every type, which stay what they are', () => {
  for (const type of TYPES) {
    expect(patternsOf(type)).toEqual([type])
    const category = type.replace(/\..*/, '.*')
    if (type.includes('.')) expect(patternsOf(category)).toEqual([category])
  }
})
