// Shows how a policy is written, and that a mistake in it is told with its rule, its line and what was meant.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPolicy } from '../../src/policy/read-policy.ts'
import { mistakesIn, policyOf } from '../fakes/policies.ts'

const WHOLE = `# Who may decide
default: ask
rules:
  - name: large refunds
    match: { tools: ["payments.*"], environments: [production], min_risk: medium,
             where: { amount: { above: 500 }, currency: { in: [EUR, USD] }, "to.domain": { not: example.com } } }
    ask:
      requirements: [{ group: Payments, approvals: 2 }, { group: security }]
      expires_in_seconds: 1800
      note_required: [deny]
      details_must_be_opened: true
      escalate: { after_seconds: 600, to: oncall }
      destinations: [dst_01]
      require: [reasons, summary, requested_by]
      tell: [reviewers, requester]
      grant_seconds: 60
  - name: reads
    match: { tools: ["*.read", "*.list"], max_risk: low }
    allow: true
    shadow: true
  - name: never
    match: { tools: ["db.drop_*"] }
    deny: >
      Ask the
      database team
risk_floors: [{ tools: ["payments.*"], at_least: high }]
`

test('every field is read', () => {
  const policy = policyOf(WHOLE)
  expect(policy).toMatchObject({ default: 'ask', riskFloors: [{ tools: ['payments.*'], atLeast: 'high' }] })
  expect(policy.rules.map(({ name, shadow, effect }) => [name, shadow, effect])).toEqual([
    [
      'large refunds',
      false,
      {
        kind: 'ask',
        ask: {
          requirements: [
            { group: 'payments', approvals: 2 },
            { group: 'security', approvals: 1 },
          ],
          expiresInSeconds: 1800,
          noteRequired: ['deny'],
          detailsMustBeOpened: true,
          escalate: { afterSeconds: 600, to: 'oncall' },
          destinations: ['dst_01'],
          require: ['reasons', 'summary', 'requested_by'],
          tell: ['reviewers', 'requester'],
          grantSeconds: 60,
        },
      },
    ],
    ['reads', true, { kind: 'allow', grantSeconds: null }],
    ['never', false, { kind: 'deny', text: 'Ask the database team' }],
  ])
})

test('JSON is read the same way, also with tabs', () => {
  const json = {
    rules: [{ name: 'reads', match: { tools: ['*.read'], where: { n: { above: 1.5 } } }, allow: true }],
  }
  const yaml = 'rules: [{name: reads, match: {tools: ["*.read"], where: {n: {above: 1.5}}}, allow: true}]'
  expect(policyOf(JSON.stringify(json))).toEqual(policyOf(yaml))
  expect(policyOf(JSON.stringify(json, null, '\t'))).toEqual(policyOf(yaml))
  expect(policyOf(`\ufeff${JSON.stringify(json)}`)).toEqual(policyOf(yaml))
})

const ruleWith = (lines: string) => `rules:\n  - name: it\n    ${lines.replaceAll('\n', '\n    ')}\n`

describe('a mistake is told with its rule, place and line', () => {
  test.each<[text: string, rule: string | null, line: number | null, path: string, message: string | RegExp]>(
    [
      ['', null, null, '', 'the policy is empty'],
      ['# nothing', null, null, '', 'the policy is empty'],
      ['- a', null, 1, '', 'a policy is an object such as {default: ask, rules: []}'],
      ['default: ask', null, 1, '', 'a policy must have rules; without any it is rules: []'],
      ['rules: []\ndefault: maybe', null, 2, 'default', 'default must be ask or deny'],
      ['rules: []\ndefualt: deny', null, 2, 'defualt', 'defualt is an unknown field (did you mean default?)'],
      ['rules: []\nrules: []', null, 2, '', '"rules" is there twice'],
      ['rules: []\n---\nrules: []', null, 2, '', 'the policy must be one document'],
      ['rules: [', null, 1, '', /^this is not valid YAML: /],
      ['%YAML 1.1\n---\nrules: []', null, 1, '', 'a directive such as %YAML is not possible here'],
      ['rules: &all []', null, 1, '', 'an anchor (&) is not possible here: write it out'],
      ['rules: !!seq []', null, 1, '', 'a tag such as !!str is not possible here: put a text in quotes'],
      [
        ruleWith('match: {tools: [*.read]}\nallow: true'),
        null,
        3,
        '',
        /^an alias \(\*\) .* put a pattern .* in quotes$/,
      ],
      [ruleWith('<<: {allow: true}\nask: true'), 'it', 3, 'rules[0].<<', '<< is an unknown field'],
      ['rules: [x]', null, 1, 'rules[0]', /^rules\[0\] must be an object such as \{name: reads/],
      ['rules: {name: x}', null, 1, 'rules', /^rules must be a list such as \[\{name: reads/],
      [
        'rules:\n  - allow: true',
        null,
        2,
        'rules[0]',
        'a rule must have a name, such as name: large refunds',
      ],
      ['rules:\n  - {name: "", allow: true}', null, 2, 'rules[0].name', 'name must not be empty'],
      [
        'rules:\n  - {name: "a\\u200bb", allow: true}',
        null,
        2,
        'rules[0].name',
        /^name must be one line of visible/,
      ],
      [
        'rules:\n  - {name: 5, allow: true}',
        null,
        2,
        'rules[0].name',
        'name must be a text such as large refunds',
      ],
      [
        'rules:\n  - {name: a, allow: true}\n  - {name: A, allow: true}',
        'A',
        3,
        'rules[1].name',
        'name is the name of an earlier rule too',
      ],
      [
        `rules: [{name: ${'x'.repeat(81)}, allow: true}]`,
        'x'.repeat(80),
        1,
        'rules[0].name',
        /at most 80 characters$/,
      ],
      [
        ruleWith('match: {}'),
        'it',
        2,
        'rules[0]',
        'a rule must have exactly one of ask, allow and deny; this one has none',
      ],
      [ruleWith('allow: true\ndeny: No'), 'it', 2, 'rules[0]', /this one has allow and deny$/],
      [
        ruleWith('allow: false'),
        'it',
        3,
        'rules[0].allow',
        /^allow must be true; a rule that does not allow has/,
      ],
      [
        ruleWith('deny: true'),
        'it',
        3,
        'rules[0].deny',
        /^deny must be a text such as "Ask the database team"/,
      ],
      [ruleWith('ask: false'), 'it', 3, 'rules[0].ask', /^ask must be an object such as \{requirements:/],
      [ruleWith('ask:'), 'it', 3, 'rules[0].ask', /^ask must be an object/],
      [ruleWith('allow: true\nshadow: yes'), 'it', 4, 'rules[0].shadow', 'shadow must be true or false'],
      [
        ruleWith('tools: [a]\nallow: true'),
        'it',
        3,
        'rules[0].tools',
        'tools is an unknown field (it belongs in match)',
      ],
      [ruleWith('allow: true\nrequire: [reasons]'), 'it', 4, 'rules[0].require', /it belongs in ask/],
      [
        ruleWith('allow: true\nmacth: {}'),
        'it',
        4,
        'rules[0].macth',
        'macth is an unknown field (did you mean match?)',
      ],
      [
        ruleWith('allow: true\nwhen: {}'),
        'it',
        4,
        'rules[0].when',
        'when is an unknown field (did you mean match?)',
      ],
      [ruleWith('ask: {step_up: true}'), 'it', 3, 'rules[0].ask.step_up', 'ask.step_up is an unknown field'],
      [
        ruleWith('ask: {grant_seconds: 604801}'),
        'it',
        3,
        'rules[0].ask.grant_seconds',
        'ask.grant_seconds must be a whole number from 0 to 604800',
      ],
      [
        ruleWith('allow: {grant_seconds: -1}'),
        'it',
        3,
        'rules[0].allow.grant_seconds',
        'allow.grant_seconds must be a whole number from 0 to 604800',
      ],
      [
        ruleWith('allow: {seconds: 1}'),
        'it',
        3,
        'rules[0].allow.seconds',
        'allow.seconds is an unknown field',
      ],
      [
        ruleWith('ask: true\ngrant_seconds: 60'),
        'it',
        4,
        'rules[0].grant_seconds',
        'grant_seconds is an unknown field (it belongs in ask, or in allow)',
      ],
      [
        ruleWith('ask: {approvals: 2}'),
        'it',
        3,
        'rules[0].ask.approvals',
        /it belongs in requirements: \[\{group/,
      ],
    ],
  )('%j', (text, rule, line, path, message) => {
    expect(mistakesIn(text)).toContainEqual({
      rule,
      line,
      path,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
  })

  test('a rule that is given as approve is told how to say it', () => {
    expect(mistakesIn(ruleWith('approve: true')).map(({ message }) => message)).toEqual([
      'approve is an unknown field (a rule has allow: true, or ask where people are to approve)',
    ])
  })
})

describe('a match', () => {
  test.each<[string, string]>([
    ['tools: payments.*', 'match.tools must be a list such as ["payments.*"]'],
    ['tools: []', 'match.tools must not be empty: leave it out, or give ["payments.*"]'],
    ['tools: [5]', 'match.tools[0] must be a text such as "payments.*"'],
    [
      'tools: [paÿments]',
      'match.tools[0] can match nothing: the names of tools, agents and environments are visible ASCII',
    ],
    ['tool: [a]', 'match.tool is an unknown field (did you mean tools?)'],
    ['enviroments: [a]', 'match.enviroments is an unknown field (did you mean environments?)'],
    ['risk: high', 'match.risk is an unknown field (did you mean min_risk or max_risk?)'],
    ['min_risk: severe', 'match.min_risk must be info, low, medium, high or critical'],
    ['min_risk: high, max_risk: low', 'match matches nothing: min_risk high is above max_risk low'],
    ['where: [amount]', 'match.where must be an object such as {amount: {above: 500}}'],
    [
      'where: {amount: 500}',
      'match.where.amount must say how it is compared, such as {equals: …} or {above: 500}',
    ],
    ['where: {amount: [500]}', 'match.where.amount must say how it is compared, such as {in: […]}'],
    ['where: {amount: {}}', 'match.where.amount must say how it is compared, such as {above: 500}'],
    ['where: {amount: {gt: 500}}', 'match.where.amount.gt is an unknown field (did you mean above?)'],
    [
      'where: {amount: {gte: 500}}',
      'match.where.amount.gte is an unknown field (above 499 is at least 500 of whole numbers)',
    ],
    [
      'where: {amount: {above: much}}',
      'match.where.amount.above must be a number in decimal digits, such as 500 or 479.99',
    ],
    [
      'where: {amount: {above: .inf}}',
      'match.where.amount.above must be a number in decimal digits, such as 500 or 479.99',
    ],
    [
      'where: {amount: {above: 0x10}}',
      'match.where.amount.above must be a number in decimal digits, such as 500 or 479.99',
    ],
    [
      'where: {amount: {above: 1e999}}',
      'match.where.amount.above must be a number in decimal digits, such as 500 or 479.99',
    ],
    [
      'where: {id: {equals: 007}}',
      'match.where.id.equals must not begin with a zero: put it in quotes if it is a text',
    ],
    ['where: {id: {equals: [1]}}', 'match.where.id.equals must be one value; several are compared with in'],
    ['where: {id: {equals: null}}', /^match.where.id.equals must be a text, a number, true or false/],
    ['where: {id: {in: 1}}', 'match.where.id.in must be a list such as [EUR, USD]'],
    ['where: {id: {like: 5}}', 'match.where.id.like must be a text such as "*@example.com"'],
    ['where: {id: {present: 1}}', 'match.where.id.present must be true or false'],
    [
      'where: {id: {present: false, above: 1}}',
      'match.where.id cannot be compared where it must not be present',
    ],
    ['where: {a..b: {equals: 1}}', 'match.where["a..b"] must be names with dots between, such as to.domain'],
    ['where: {"a\\u200b": {equals: 1}}', 'match.where["a\u200b"] must be visible characters'],
  ] as [string, string][])('{%s}: %s', (match, message) => {
    expect(mistakesIn(ruleWith(`match: {${match}}\nallow: true`))).toEqual([
      {
        rule: 'it',
        line: 3,
        path: expect.stringMatching(/^rules\[0\]\.match/),
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      },
    ])
  })

  test('a number keeps every digit', () => {
    const above = (written: string) =>
      policyOf(ruleWith(`match: {where: {a: {above: ${written}}}}\nallow: true`)).rules[0]
    expect(above('9007199254740993')).not.toEqual(above('9007199254740992'))
    expect(above('0.1')).not.toEqual(above('0.10000000000000001'))
    expect(above('1e3')).toEqual(above('1e3'))
  })
})

describe('an ask', () => {
  test.each<[string, string]>([
    [
      'requirements: []',
      'ask.requirements must not be empty: leave it out, or give [{group: payments, approvals: 2}]',
    ],
    ['requirements: payments', 'ask.requirements must be a list such as [{group: payments, approvals: 2}]'],
    [
      'requirements: [payments]',
      'ask.requirements[0] must be an object such as {group: payments, approvals: 2}',
    ],
    [
      'requirements: [{approvals: 2}]',
      'ask.requirements[0] must name a group, such as {group: payments, approvals: 2}',
    ],
    [
      'requirements: [{group: a, approvals: 0}]',
      'ask.requirements[0].approvals must be a whole number from 1 to 20',
    ],
    [
      'requirements: [{group: a, approvals: 21}]',
      'ask.requirements[0].approvals must be a whole number from 1 to 20',
    ],
    [
      'requirements: [{group: a, approvals: "2"}]',
      'ask.requirements[0].approvals must be a whole number from 1 to 20',
    ],
    [
      'requirements: [{group: a, approvals: 1.5}]',
      'ask.requirements[0].approvals must be a whole number from 1 to 20',
    ],
    [
      'requirements: [{group: a}, {group: A}]',
      'ask.requirements[1] names a again: name it once, with as many approvals as it takes',
    ],
    ['expires_in_seconds: 5', 'ask.expires_in_seconds must be a whole number from 10 to 604800'],
    ['note_required: deny', 'ask.note_required must be a list such as [approve]'],
    ['note_required: [maybe]', 'ask.note_required[0] must be approve or deny'],
    ['require: [reason]', 'ask.require[0] must be reasons, summary or requested_by'],
    ['tell: [everybody]', 'ask.tell[0] must be reviewers or requester'],
    ['escalate: oncall', 'ask.escalate must be an object such as {after_seconds: 600, to: oncall}'],
    [
      'escalate: {to: oncall}',
      'ask.escalate must say when and to whom, such as {after_seconds: 600, to: oncall}',
    ],
    [
      'destinations: []',
      'ask.destinations must not be empty: leave it out, or give [dst_…], by the ids of destinations',
    ],
    [
      'detail_must_be_opened: true',
      'ask.detail_must_be_opened is an unknown field (did you mean details_must_be_opened?)',
    ],
  ])('{%s}: %s', (ask, message) => {
    expect(mistakesIn(ruleWith(`ask: {${ask}}`)).map((one) => one.message)).toEqual([message])
  })
})

test('mistakes come in the order of the text, all of them', () => {
  const text =
    'defualt: ask\nrules:\n  - name: a\n    alow: true\n  - name: b\n    match: {tools: x}\n    ask: true\n'
  expect(mistakesIn(text).map(({ line, rule }) => [line, rule])).toEqual([
    [1, null],
    [4, 'a'],
    [6, 'b'],
  ])
})

describe('a text that is no policy is refused at once', () => {
  const rules = (count: number) =>
    `rules:\n${Array.from({ length: count }, (_, at) => `  - {name: r${at}, allow: true}`).join('\n')}`
  test.each<[string, string, RegExp]>([
    ['too large', `rules: [] #${'x'.repeat(262_144)}`, /more than 256 KB/],
    ['half a character', 'rules: [] # \ud800', /half a character/],
    ['201 rules', rules(201), /at most 200 entries/],
    ['nested deep', `rules: ${'['.repeat(100)}${']'.repeat(100)}`, /nested more than 64 levels deep/],
    ['nested deeper than the stack', `rules: ${'['.repeat(50_000)}`, /nested more than 64 levels deep/],
    ['commas', `[${','.repeat(250_000)}`, /more than 100000 words and signs/],
    ['quotes', '"'.repeat(5_000), /not valid YAML/],
    ['lists in lists', '- '.repeat(3_000), /nested|not valid YAML/],
    ['documents', '---\n'.repeat(5_000), /one document/],
    ['names', Array.from({ length: 3_000 }, (_, at) => `k${at}: 1`).join('\n'), /unknown field/],
  ])('%s', (_what, text, message) => {
    const before = process.threadCpuUsage()
    expect(mistakesIn(text).map((one) => one.message)).toContainEqual(expect.stringMatching(message))
    expect(process.threadCpuUsage(before).user).toBeLessThan(2_000_000)
  })

  test('200 rules are read', () => {
    expect('policy' in readPolicy(rules(200))).toBe(true)
  })
})

test('whatever the text, there is a policy or a mistake, and nothing is thrown', () => {
  const piece = fc.oneof(
    fc.constantFrom(...WHOLE.split(/(?<=\n)|(?= )/)),
    fc.constantFrom(
      '- ',
      '? ',
      ': ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '|\n',
      '>\n',
      '&a ',
      '*a',
      '!!str ',
      '%',
      '---\n',
      '\t',
      '#',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const read = readPolicy(pieces.join(''))
      if ('policy' in read) return
      expect(read.mistakes.length).toBeGreaterThan(0)
      for (const { message, line } of read.mistakes) {
        expect(message).not.toBe('')
        expect(line === null || line >= 1).toBe(true)
      }
    }),
    { numRuns: 100 },
  )
})

test('a policy with one piece taken out is one, or is told what is wrong', () => {
  const lines = WHOLE.split('\n')
  for (const at of lines.keys()) {
    const read = readPolicy(lines.toSpliced(at, 1).join('\n'))
    expect('policy' in read || read.mistakes.length > 0).toBe(true)
  }
})
