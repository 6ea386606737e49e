// Shows that every product's word for how serious an event is means a level of the one scale.

import { expect, it } from 'vitest'
import { riskOf, SEVERITY_WORDS, severityOf } from '../../src/events/severity.ts'

it.each([
  ['info', 'info'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['critical', 'critical'],
  ['warning', 'medium'],
  ['medium-high', 'medium'],
  ['HIGH', 'high'],
  ['Warning', 'medium'],
])('%s is read as %s', (word, severity) => {
  expect(severityOf(word)).toBe(severity)
})

it.each(['', 'severe', 'high ', '4', '__proto__', 'toString'])('%j is no level', (word) => {
  expect(severityOf(word)).toBeUndefined()
})

it('every word that is offered is read', () => {
  expect(SEVERITY_WORDS.filter((word) => severityOf(word) === undefined)).toEqual([])
})

it.each([
  [1, 'critical'],
  [0.9, 'critical'],
  [0.89, 'high'],
  [0.7, 'high'],
  [0.69, 'medium'],
  [0.4, 'medium'],
  [0.39, 'low'],
  [0, 'low'],
] as const)('a score of %d is %s', (score, level) => {
  expect(riskOf(undefined, score)).toBe(level)
})

it.each([
  ['info', 0.99, 'critical'],
  ['info', 0.4, 'medium'],
  ['info', 0.39, 'info'],
  ['high', 0.5, 'high'],
  ['high', 0.7, 'high'],
  ['critical', 0, 'critical'],
  ['low', null, 'low'],
  [undefined, null, 'medium'],
] as const)('of %s and a score of %s the risk is %s', (level, score, risk) => {
  expect(riskOf(level, score)).toBe(risk)
})
