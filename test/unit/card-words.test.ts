// Shows what a card says in our own words, on every platform the same.

import { expect, test } from 'vitest'
import { EVENT_TYPES } from '../../src/events/catalogue.ts'
import { fullest } from '../../src/platforms/content/budget.ts'
import { plain } from '../../src/platforms/content/line.ts'
import { contentOf } from '../../src/platforms/content/message.ts'
import type { Message } from '../../src/platforms/platform.ts'
import { REMOVED_WORDS, type RenderOptions } from '../../src/platforms/render-options.ts'
import { closed, PENDING } from '../fakes/hostile-approvals.ts'
import { alertMessage, approvalMessage, EVENT } from '../fakes/told-messages.ts'

const USUAL = { details: true, interactive: true, dialogs: true, mention: false, removed: false }

function drawn(message: Message, options: Partial<RenderOptions> = {}) {
  const draw = contentOf(message, { ...USUAL, ...options }, { payload: 1000 })
  const { headline, remarks, says, outcome = [] } = fullest(draw, () => true)
  return { headline: plain(headline), remarks: remarks.map(plain), says, outcome: plain(outcome) }
}

test.each([
  [0.6999, '0.69'],
  [0.7, '0.70'],
  [0.29, '0.29'],
  [1, '1.00'],
])('a score of %d seems to be no higher: %s', (score, shown) => {
  const view = { ...PENDING, risk: { level: 'medium' as const, score } }
  expect(drawn(approvalMessage(view)).headline).toContain(`MEDIUM (${shown})`)
})

test('what expired with votes says how many of how many', () => {
  const progress = [{ requirement: 'reviewers', approved: [{ id: 'per_1', name: 'Ana' }], missing: 1 }]
  expect(drawn(approvalMessage({ ...closed('expired'), progress })).headline).toMatch(
    /^⌛ Expired, with 1 of 2 approvals: /,
  )
})

test('each approver is named by itself, and from the fourth on they are counted', () => {
  const [vote] = closed('approved').decisions
  const named = (...names: string[]) => {
    const decisions = names.flatMap((name) =>
      vote ? [{ ...vote, reviewer: { ...vote.reviewer, id: name, name } }] : [],
    )
    const progress = [{ requirement: 'two', approved: decisions.map(({ reviewer }) => reviewer), missing: 0 }]
    return drawn(approvalMessage({ ...closed('approved'), decisions, progress })).headline.split(': ')[0]
  }
  expect(named('Ana and Ben', 'Cem')).toBe('✅ Approved by “Ana and Ben” and Cem')
  expect(named('A', 'B', 'C', 'D', 'E')).toBe('✅ Approved by A, B, C and 2 more')
})

test.each([
  ['live', null, ''],
  ['redeemed', '2026-11-20T12:09:00.000Z', ' · Run at 2026-11-20 12:09 UTC'],
  ['ended', null, ' · Not run'],
  ['revoked', null, ' · Not run, the approval was taken back'],
] as const)('where the buttons were stands whether it ran: %s', (state, redeemed_at, words) => {
  const grant = { state, redeemed_at, expires_at: '2026-11-20T12:15:00.000Z' }
  const beside = { receipt_expires_at: null, revoked_at: null, reason: 'Revoked by <Ana>' }
  const view = closed('approved')
  const without = drawn(approvalMessage(view)).outcome
  expect(drawn(approvalMessage({ ...view, grant: { ...grant, ...beside } })).outcome).toBe(without + words)
})

test('a test says that it is one, open, closed and as an alert', () => {
  const view = { ...PENDING, test: true }
  const tested = [view, { ...closed('approved'), test: true }].map(approvalMessage)
  for (const message of [...tested, alertMessage({ ...EVENT, test: true })]) {
    expect(drawn(message).headline).toMatch(/^🧪 This is a test · /)
    expect(drawn(message).says?.label).toBe('The test says')
  }
})

test('the news of an acknowledgement names what was acknowledged', () => {
  const event = { ...EVENT, type: 'event.acknowledged' as const, data: { type: 'policy.violation' } }
  expect(drawn(alertMessage(event)).headline).toBe('❗ HIGH · Acknowledged: Policy violation')
})

test('nobody is quoted who gave a type alone', () => {
  const event = { ...EVENT, agent: null, action: null, summary: EVENT_TYPES[EVENT.type].meaning }
  expect(drawn(alertMessage(event)).says).toBeUndefined()
})

test('a place that was removed says so on what is open, and on nothing else', () => {
  const seen = { by: 'Ana', source: 'slack', at: EVENT.created_at }
  const remarks = (message: Message) => drawn(message, { removed: true }).remarks
  expect(remarks(alertMessage(EVENT))).toEqual([REMOVED_WORDS])
  expect(remarks(approvalMessage(PENDING))).toEqual([REMOVED_WORDS])
  expect(remarks(alertMessage({ ...EVENT, acknowledged: seen }))).not.toContain(REMOVED_WORDS)
})

test('reasons are quoted one by one, and blank ones are dropped', () => {
  const { says } = drawn(approvalMessage({ ...PENDING, reasons: ['A', ' \n', 'B”, “C'] }))
  expect(says?.text).toContain("Reasons: “A”, “B', 'C”\n")
})
