// Shows that two policies are compared by what they mean, rule by rule, whatever their comments and layout.

import { expect, test } from 'vitest'
import { comparePolicies, type Difference } from '../../src/policy/compare.ts'

const BEFORE = `
default: ask
rules:
  - { name: a, match: { tools: [x, y], where: { amount: { above: 500 } } }, ask: true }
  - { name: b, allow: true }
  - { name: c, deny: No }
`

test.each<[what: string, after: string, differences: Difference[]]>([
  [
    'layout and comments are nothing',
    '{"default": "ask", "rules": [{"match": {"where": {"amount": {"above": 500}}, "tools": ["x", "y"]}, "name": "a", "ask": true}, {"name": "b", "allow": true}, {"name": "c", "deny": "No"}]} # c',
    [],
  ],
  ['a name in another case is the same rule', BEFORE.replace('name: b', 'name: B'), []],
  [
    'what stands beside the rules',
    BEFORE.replace('default: ask', 'default: deny'),
    [{ kind: 'policy', changes: [{ path: 'default', before: '"ask"', after: '"deny"' }] }],
  ],
  [
    'a list is one value',
    BEFORE.replace('[x, y]', '[x, z]'),
    [
      {
        kind: 'changed',
        rule: 'a',
        changes: [{ path: 'match.tools', before: '["x", "y"]', after: '["x", "z"]' }],
      },
    ],
  ],
  [
    'a condition, a field that comes and one that goes',
    BEFORE.replace('above: 500', 'above: 9007199254740993').replace(
      'allow: true',
      'allow: true, shadow: true',
    ),
    [
      {
        kind: 'changed',
        rule: 'a',
        changes: [{ path: 'match.where.amount.above', before: '500', after: '9007199254740993' }],
      },
      { kind: 'changed', rule: 'b', changes: [{ path: 'shadow', before: null, after: 'true' }] },
    ],
  ],
  [
    'a rule that is new and one that is gone',
    BEFORE.replace('name: b, allow: true', 'name: d, deny: Never'),
    [
      { kind: 'removed', rule: 'b', changes: [{ path: 'allow', before: 'true', after: null }] },
      { kind: 'added', rule: 'd', changes: [{ path: 'deny', before: null, after: '"Never"' }] },
    ],
  ],
  [
    'of rules in another order, as few as explain it',
    'default: ask\nrules:\n  - { name: c, deny: No }\n  - { name: a, match: { tools: [x, y], where: { amount: { above: 500 } } }, ask: true }\n  - { name: b, allow: true }',
    [{ kind: 'moved', rule: 'c', from: 3, to: 1 }],
  ],
])('%s', (_what, after, differences) => {
  expect(comparePolicies(BEFORE, after)).toEqual(differences)
})

test('to no rules every one is new', () => {
  expect(comparePolicies('rules: []', BEFORE).map(({ kind }) => kind)).toEqual([
    'policy',
    'added',
    'added',
    'added',
  ])
})
