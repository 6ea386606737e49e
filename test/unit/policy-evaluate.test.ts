// Shows which rule of a policy counts for an action, and what it says of it.

import { describe, expect, test } from 'vitest'
import type { Asked } from '../../src/policy/evaluate.ts'
import { explain } from '../../src/policy/explain.ts'
import { policyOf, REFUND, verdictOf } from '../fakes/policies.ts'

const USUAL = {
  requirements: [{ group: 'reviewers', approvals: 1 }],
  expiresInSeconds: null,
  noteRequired: [],
  detailsMustBeOpened: false,
  escalate: null,
  destinations: null,
  require: [],
  tell: [],
  grantSeconds: null,
}

describe('where no rule matches', () => {
  test('people are asked as usual', () => {
    expect(verdictOf('rules: []')).toEqual({
      effect: 'ask',
      rule: null,
      text: null,
      because: [],
      ask: USUAL,
      grantSeconds: 600,
      riskLevel: 'medium',
      shadows: [],
    })
  })

  test('a default of deny denies, and says that no rule does', () => {
    expect(verdictOf('{default: deny, rules: []}')).toMatchObject({
      effect: 'deny',
      rule: null,
      text: 'No rule of the policy allows it or asks for it',
      ask: null,
    })
  })
})

describe('the first rule that matches counts', () => {
  const policy = `
default: deny
rules:
  - { name: reads, match: { tools: ["*.read"] }, allow: true }
  - { name: never, match: { tools: ["db.drop_*"] }, deny: Ask the database team }
  - { name: large, match: { tools: ["payments.*"], where: { amount: { above: 479.99 } } }, ask: { note_required: [deny] } }
  - { name: payments, match: { tools: ["payments.*"] }, allow: true }
`
  test.each<[Partial<Asked>, string, string | null, string | null]>([
    [{ tool: 'crm.read' }, 'allow', 'reads', null],
    [{ tool: 'db.drop_table' }, 'deny', 'never', 'Ask the database team'],
    [{}, 'ask', 'large', null],
    [{ arguments: { amount: '479.99' } }, 'allow', 'payments', null],
    [{ arguments: {} }, 'ask', 'large', null],
    [{ tool: 'crm.write' }, 'deny', null, 'No rule of the policy allows it or asks for it'],
  ])('%j: %s by %s', (different, effect, rule, text) => {
    expect(verdictOf(policy, different)).toMatchObject({ effect, rule, text })
  })

  test('an ask has what it says, and what it does not say is as usual', () => {
    expect(verdictOf(policy).ask).toEqual({ ...USUAL, noteRequired: ['deny'] })
  })
})

describe('tools, agents and environments', () => {
  test.each<[string, Partial<Asked>, boolean]>([
    ['tools: [payments.refund]', {}, true],
    ['tools: [Payments.REFUND]', {}, true],
    ['tools: [payments.refund]', { tool: 'PAYMENTS.refund' }, true],
    ['tools: [payments]', {}, false],
    ['tools: ["payments.*"]', {}, true],
    ['tools: ["*refund"]', {}, true],
    ['tools: ["p*.r*d"]', {}, true],
    ['tools: ["payments.refund*"]', {}, true],
    ['tools: [crm.read, payments.refund]', {}, true],
    ['tools: ["*"]', {}, true],
    ['agents: [AGENT-123]', {}, true],
    ['agents: ["agent-*"]', {}, true],
    ['agents: [agent]', {}, false],
    ['environments: [production]', {}, true],
    ['environments: [Prod*]', {}, true],
    ['environments: [staging]', {}, false],
    ['environments: [production]', { environment: null }, false],
    ['environments: ["*"]', { environment: null }, false],
    ['agents: [agent]', { environment: null }, false],
    ['tools: ["*"], environments: [production]', {}, true],
    ['tools: [crm.read], environments: [production]', {}, false],
    ['min_risk: medium', {}, true],
    ['min_risk: high', {}, false],
    ['max_risk: medium', {}, true],
    ['max_risk: low', {}, false],
    ['min_risk: low, max_risk: high', {}, true],
    ['min_risk: critical', { riskLevel: 'critical' }, true],
  ])('{%s} of %j: %s', (match, different, matches) => {
    const { rule } = verdictOf(`rules: [{name: it, match: {${match}}, allow: true}]`, different)
    expect(rule).toBe(matches ? 'it' : null)
  })

  test('a rule without a match is for everything', () => {
    expect(verdictOf('rules: [{name: all, deny: Not today}]')).toMatchObject({ effect: 'deny', rule: 'all' })
  })
})

describe('floors of the risk', () => {
  const floors =
    'risk_floors: [{tools: ["payments.*"], at_least: high}, {environments: [production], at_least: low}]'
  test.each<[Partial<Asked>, string]>([
    [{}, 'high'],
    [{ tool: 'Payments.Refund' }, 'high'],
    [{ riskLevel: 'critical' }, 'critical'],
    [{ tool: 'crm.read' }, 'medium'],
    [{ tool: 'crm.read', riskLevel: 'info' }, 'low'],
    [{ tool: 'crm.read', riskLevel: 'info', environment: null }, 'low'],
  ])('%j is %s', (different, riskLevel) => {
    expect(verdictOf(`{rules: [], ${floors}}`, different).riskLevel).toBe(riskLevel)
  })

  test('count before the rules are looked at', () => {
    const rules = 'rules: [{name: small, match: {max_risk: medium}, allow: true}]'
    expect(verdictOf(`{${rules}, ${floors}}`)).toMatchObject({ effect: 'ask', rule: null })
    expect(verdictOf(`{${rules}}`)).toMatchObject({ effect: 'allow', rule: 'small' })
  })
})

describe('a request that leaves its environment out', () => {
  const without = { environment: null }
  const missing = ['environment is missing']
  test.each([
    ['ask: true', 'production', 'it', missing],
    ['deny: No', 'production', 'it', missing],
    ['ask: true', '"*"', 'it', missing],
    ['allow: true', 'production', null, []],
    ['allow: true', '"*"', null, []],
  ])('a rule with "%s" for [%s]: it is %s that counts', (effect, pattern, rule, because) => {
    const policy = `rules: [{name: it, match: {environments: [${pattern}]}, ${effect}}]`
    expect(verdictOf(policy, without)).toMatchObject({ rule, because })
  })

  test('a rule that is for another tool is passed, and what is missing beside is said too', () => {
    const where = 'where: {amount: {above: 1}}'
    const policy = `rules:
  - {name: other, match: {tools: [crm.read], environments: [production]}, deny: No}
  - {name: it, match: {environments: [production], ${where}}, ask: true}`
    const verdict = verdictOf(policy, { ...without, arguments: {} })
    expect(verdict).toMatchObject({ rule: 'it', because: [...missing, 'amount is missing'] })
  })

  test('a floor raises the risk, and says so once', () => {
    const floors = '[{environments: [production], at_least: high}, {environments: [p*], at_least: critical}]'
    const verdict = verdictOf(`{rules: [], risk_floors: ${floors}}`, without)
    const because = ['environment is missing, which raises the risk']
    expect(verdict).toMatchObject({ rule: null, riskLevel: 'critical', because })
    const named = verdictOf(`{rules: [], risk_floors: ${floors}}`, { environment: 'staging' })
    expect(named).toMatchObject({ riskLevel: 'medium', because: [] })
  })

  test.each([
    ['ask: true', 'applied', 'environment is missing, so it matches'],
    ['allow: true', 'did_not_fit', 'environment is missing, so it allows nothing'],
  ])('the explanation of a rule with "%s": %s, for %s', (effect, outcome, why) => {
    const policy = policyOf(`rules: [{name: it, match: {environments: [production]}, ${effect}}]`)
    expect(explain({ ...REFUND, ...without }, policy).rules).toMatchObject([{ outcome, why }])
  })
})

describe('a shadow rule', () => {
  test('is noted, and the search goes on', () => {
    const policy = `
rules:
  - { name: let through, match: { tools: ["payments.*"] }, allow: true, shadow: true }
  - { name: not this one, match: { tools: ["crm.*"] }, allow: true, shadow: true }
  - { name: stop, match: { min_risk: low }, deny: No, shadow: true }
  - { name: look, match: { where: { amount: { above: 1 } } }, ask: true, shadow: true }
  - { name: what counts, ask: true }
  - { name: after it, allow: true, shadow: true }
`
    expect(verdictOf(policy)).toMatchObject({
      effect: 'ask',
      rule: 'what counts',
      shadows: [
        { rule: 'let through', would: 'allow' },
        { rule: 'stop', would: 'deny' },
        { rule: 'look', would: 'ask' },
      ],
    })
  })
})

test.each([
  ['ask: true', 600],
  ['ask: { grant_seconds: 60 }', 60],
  ['ask: { grant_seconds: 0 }', 0],
  ['allow: true', 600],
  ['allow: {}', 600],
  ['allow: { grant_seconds: 5 }', 5],
  ['deny: No', 0],
])('after "%s" a yes may be used for %i s', (effect, seconds) => {
  expect(verdictOf(`rules: [{ name: it, ${effect} }]`).grantSeconds).toBe(seconds)
})
