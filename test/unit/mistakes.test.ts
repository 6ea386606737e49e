// Shows that what is wrong with an input is said in words for people: what is due, and what was probably meant.

import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { changedApiKey, newApiKey } from '../../src/api/api-keys/schemas.ts'
import {
  listQuery,
  newApproval,
  newDecision,
  newWithdrawal,
  waitQuery,
} from '../../src/api/approvals/schemas.ts'
import { listDeliveries, replayDeliveries } from '../../src/api/deliveries/operations.ts'
import { changedDestination, destinationTest, newDestination } from '../../src/api/destinations/schemas.ts'
import { newEvents } from '../../src/api/events/schemas.ts'
import { setVouching } from '../../src/api/people/operations.ts'
import { join, personChange } from '../../src/api/people/schemas.ts'
import { invalid, validated } from '../../src/api/validated.ts'
import { platformKinds } from '../../src/platforms/registry.ts'
import { environmentAt } from '../fakes/any-provider.ts'
import { SANE_BODIES } from '../fakes/operations.ts'

const kinds = platformKinds(environmentAt('http://127.0.0.1:9/', 'http://127.0.0.1:9'))
const destination = newDestination(kinds)
const destinationChange = changedDestination(kinds)

const BODIES: Record<string, z.ZodType> = {
  requestApproval: newApproval,
  decideApproval: newDecision,
  withdrawApproval: newWithdrawal,
  createDestination: destination,
  changeDestination: destinationChange,
  testDestination: destinationTest,
  changePerson: personChange,
  changeApiKey: changedApiKey,
  joinPeople: join,
  setVouching: setVouching.body,
  createApiKey: newApiKey,
  emitEvents: newEvents,
  replayDeliveries: replayDeliveries.body,
}

function problemWith(schema: z.ZodType, input: unknown) {
  const valid = validated(schema, input)
  return 'mistakes' in valid ? invalid(valid.mistakes).problem : undefined
}

const asked = (differences: object) => ({ agent: { id: 'a' }, action: { tool: 't' }, ...differences })
const place = (differences: object) => ({ channel_type: 'slack', name: 'A', config: {}, ...differences })

test.each<[string, z.ZodType, unknown, string]>([
  ['missing objects', newApproval, {}, '`agent` is required: {"id": …}; `action` is required: {"tool": …}'],
  ['a missing text', newApproval, asked({ agent: {} }), '`agent.id` is required'],
  ['a missing word of a list', newDecision, {}, '`decision` is required: approve or deny'],
  [
    'no object at all',
    newApproval,
    'refund',
    'body: must be a JSON object such as {"agent": …, "action": …}',
  ],
  [
    'the level of a risk alone',
    newApproval,
    asked({ risk: 'high' }),
    'risk: must be a JSON object such as {"level": "high"}',
  ],
  [
    'the address of a person alone',
    newApproval,
    asked({ requested_by: 'ana@example.com' }),
    'requested_by: must be a JSON object such as {"email": …}',
  ],
  [
    'a word that no scale has',
    newApproval,
    asked({ risk: { level: 'grave' } }),
    'risk.level: must be info, low, medium, high or critical',
  ],
  [
    'another spelling of a verdict',
    newDecision,
    { decision: 'approved' },
    'decision: must be approve or deny',
  ],
  [
    'a number out of range',
    newApproval,
    asked({ expires_in_seconds: 5 }),
    'expires_in_seconds: must be a whole number from 10 to 604800',
  ],
  [
    'a number as text',
    newApproval,
    asked({ expires_in_seconds: '60' }),
    'expires_in_seconds: must be a whole number from 10 to 604800',
  ],
  [
    'half a number',
    newApproval,
    asked({ expires_in_seconds: 10.5 }),
    'expires_in_seconds: must be a whole number from 10 to 604800',
  ],
  [
    'a score out of range',
    newApproval,
    asked({ risk: { score: 71 } }),
    'risk.score: must be a number from 0 to 1',
  ],
  ['an empty text', newApproval, asked({ agent: { id: '' } }), 'agent.id: must not be empty'],
  [
    'a text that is too long',
    newWithdrawal,
    { reason: 'x'.repeat(501) },
    'reason: must have at most 500 characters',
  ],
  ['a number for a text', newDecision, { decision: 'deny', note: 7 }, 'note: must be a text'],
  [
    'one entry without its list',
    newApproval,
    asked({ reasons: 'PII' }),
    'reasons: must be a list such as […]',
  ],
  [
    'no address',
    newApproval,
    asked({ requested_by: { email: 'ana' } }),
    'requested_by.email: must be an e-mail address',
  ],
  [
    'a field by nearly its name',
    newApiKey,
    { name: 'a', role: ['agent'] },
    '`roles` is required; role: Unknown field (did you mean roles?)',
  ],
  [
    'a field with two letters swapped',
    newApproval,
    asked({ metadtaa: {}, raesons: [], rsik: {} }),
    'metadtaa: Unknown field (did you mean metadata?); raesons: Unknown field (did you mean reasons?); rsik: Unknown field (did you mean risk?)',
  ],
  [
    'a field of an inner object',
    newApproval,
    asked({ tool: 't' }),
    'tool: Unknown field (it belongs in action: {"action": {"tool": …}})',
  ],
  [
    'a field of the config',
    destination,
    place({ bot_token: 'xoxb-1' }),
    'bot_token: Unknown field (it belongs in config: {"config": {"bot_token": …}})',
  ],
  ['a field that is like none', newApproval, asked({ priority: 1 }), 'priority: Unknown field'],
  [
    'a channel_type that there is not',
    destination,
    place({ channel_type: 'irc' }),
    `channel_type must be ${kinds.map(({ name }) => `'${name}'`).join(' or ')}`,
  ],
  ['no truth', destinationChange, { enabled: 'yes' }, 'enabled: must be true or false'],
  [
    'a mistake within a list of events',
    newEvents,
    { events: [{ type: 'incident' }, { type: 'incident', agent: 'a' }] },
    'events.1.agent: must be a JSON object such as {"id": …}',
  ],
  ['an event that is none', newEvents, 'incident', 'body: must be a JSON object such as {"type": …}'],
  [
    'an object of which one field is not enough',
    newApiKey,
    { name: 'a', roles: ['reviewer'], person: 'Ana' },
    'person: must be a JSON object such as {"name": …, "email": …}',
  ],
  [
    'one word of a fixed list without the list',
    newApiKey,
    { name: 'a', roles: 'Agent' },
    'roles: must be a list such as ["Agent"]',
  ],
  [
    'one object without its list',
    setVouching.body,
    { platform: 'slack', tenant: 'T1', domains: ['example.com'] },
    'body: must be a list such as [{"platform": …, "tenant": …, "domains": …}]',
  ],
  [
    'a field of the config in a change',
    destinationChange,
    { bot_token: 'xoxb-1' },
    'bot_token: Unknown field (it belongs in config: {"config": {"bot_token": …}})',
  ],
  [
    'a config that is none, beside a field of it by another name',
    destination,
    place({ config: [], slack_webhook_url: 'https://hooks.slack.com/services/T0/B0/x' }),
    'config: must be a JSON object',
  ],
  [
    'a field whose name is written to mislead',
    newApproval,
    asked({ 'x; \n\u202eapproved': 1 }),
    '"x; \\u{a}\\u{202e}approved": Unknown field',
  ],
  [
    'an empty value in a query',
    listQuery,
    { status: '', agent: '', limit: '' },
    'status: must be pending, approved, denied, expired or withdrawn; agent: must not be empty; limit: must be a whole number from 1 to 200',
  ],
  [
    'a parameter twice',
    listDeliveries.query,
    { destination: ['dst_a', 'dst_b'] },
    'destination: must be one text, not a list',
  ],
  [
    'a word of a fixed list twice',
    listQuery,
    { status: ['pending', 'denied'], risk: ['high', 'low'] },
    'status: must be pending, approved, denied, expired or withdrawn, not a list; risk: must be info, low, medium, high or critical, not a list',
  ],
  [
    'a parameter by nearly its name',
    waitQuery,
    { wait_second: '5' },
    'wait_second: Unknown field (did you mean wait_seconds?)',
  ],
])('%s', (_name, schema, input, detail) => {
  expect(problemWith(schema, input)?.detail).toBe(detail)
})

test('each mistake has its path, and the sentence has so many of them as somebody reads', () => {
  const reasons = Array.from({ length: 30 }, () => 7)
  const problem = problemWith(newApproval, asked({ reasons }))
  expect(problem?.errors).toHaveLength(30)
  expect(problem?.errors).toContainEqual({ path: 'reasons.29', message: 'must be a text' })
  expect(problem?.detail).toMatch(
    /^reasons\.0: must be a text; .*; reasons\.19: must be a text; and 10 more$/,
  )
})

test('what was sent is not repeated where it may be a secret', () => {
  const SECRET = 'xoxb-1234567890-secret'
  const misplaced = [
    [destination, place({ tools: SECRET, agents: SECRET, settings: SECRET, config: SECRET, url: SECRET })],
    [destinationChange, { bot_token: SECRET, events: SECRET, settings: { timezone: SECRET } }],
    [newApproval, asked({ agent: SECRET, action: SECRET, reasons: SECRET, requested_by: SECRET })],
    [newEvents, { events: { type: 'incident', data: { bot_token: SECRET } } }],
    [newApiKey, { name: 'a', roles: SECRET, person: SECRET }],
    ...kinds.map(({ config }) => [config, { bot_token: [SECRET], webhook_url: SECRET, headers: SECRET }]),
  ] as [z.ZodType, unknown][]
  for (const [schema, input] of misplaced) {
    expect(JSON.stringify(problemWith(schema, input))).toMatch(/invalid_request(?!.*-secret)/)
  }
})

test('however many or long the mistakes are, the answer stays small', () => {
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`field ${at}`, 1]))
  const long = { ['\u202e'.repeat(60_000)]: 1 }
  const inputs: [z.ZodType, unknown][] = [
    [newApproval, asked(many)],
    [newApproval, asked(long)],
    [newApiKey, { name: 'a', roles: Array(10_000).fill('x') }],
    [destination, place({ events: Array(10_000).fill('x') })],
    [personChange, { roles: Array(10_000).fill('x') }],
  ]
  for (const [schema, input] of inputs) {
    const problem = problemWith(schema, input)
    expect(problem?.errors).not.toEqual([])
    expect(JSON.stringify(problem).length).toBeLessThan(16_000)
  }
  expect(problemWith(newApproval, asked(many))?.detail).toMatch(/; and 19980 more$/)
})

describe('no sentence is the validator’s own', () => {
  const WRONG = [null, true, 7, -1.5, '', 'grave', [], [7], {}, { some: 'thing' }]
  const OWN = /^(Invalid|Too|Unrecognized|Expected|Required)\b|expected|received|undefined/

  /** The input with one part of it changed, for each part. */
  function* changed(input: unknown): Generator<unknown> {
    yield* WRONG
    if (typeof input !== 'object' || input === null) return
    for (const [key, inside] of Object.entries(input)) {
      const copy = (value: unknown) => {
        const whole = structuredClone(input) as Record<string, unknown>
        if (value === undefined) delete whole[key]
        else whole[key] = value
        return whole
      }
      yield copy(undefined)
      for (const other of changed(inside)) yield copy(other)
    }
  }

  test.each(Object.entries(BODIES))('%s', (id, schema) => {
    for (const input of changed(SANE_BODIES[id])) {
      const errors = (problemWith(schema, input)?.errors ?? []) as { message: string }[]
      for (const { message } of errors) expect(message, JSON.stringify(input)).not.toMatch(OWN)
    }
  })

  test.each(kinds)('config of $name', ({ config }) => {
    for (const input of changed({
      url: 'x',
      webhook_url: 'x',
      bot_token: 'x',
      channel_id: 'x',
      headers: {},
    })) {
      const errors = (problemWith(config, input)?.errors ?? []) as { message: string }[]
      for (const { message } of errors) expect(message, JSON.stringify(input)).not.toMatch(OWN)
    }
  })
})
