// Shows that the OpenAPI document is true: every route is in it, all in it is there, and answers keep to it.

import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Validator } from '@seriousme/openapi-schema-validator'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createShapes } from '../../src/api/openapi/json-schema.ts'
import { buildApp } from '../../src/app.ts'
import { CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import {
  answerChecks,
  type Check,
  type Documented,
  inlined,
  isOfPlatforms,
  type OpenApiDocument,
  operationsOf,
  readDocument,
} from '../fakes/operations.ts'
import { BOT_TOKEN } from '../fakes/slack-server.ts'

/** Pages for people, not part of the API. */
const PAGES = ['GET /', 'POST /mcp', 'GET /docs/{page}', 'GET /approvals/{id}', 'GET /events/{id}']

const [sqlite] = databases
const mounted = vi.spyOn(express.Router.prototype, 'route')
let database: Awaited<ReturnType<NonNullable<typeof sqlite>['create']>>
let running: Running
let routes: { path: string | string[]; methods: Record<string, true> }[]
let document: OpenApiDocument
let operations: Documented[]
let check: Check

beforeAll(async () => {
  database = await (sqlite as NonNullable<typeof sqlite>).create()
  running = await startCountersign({ databaseUrl: database.url, teams: true })
  // Once more by itself: the stand-in for Slack has routes too.
  mounted.mockClear()
  const alone = await buildApp({ ...running.config, databaseUrl: `${database.url}.alone` })
  routes = mounted.mock.results.map(({ value }) => value)
  await alone.stop()
  document = await readDocument(running.url)
  operations = operationsOf(document)
  check = answerChecks(document)
})
afterAll(async () => {
  mounted.mockRestore()
  await running?.stop()
  await database?.drop()
})

function shape(name: string) {
  return { $ref: `#/components/schemas/${name}` }
}

test('it keeps to the rules of OpenAPI 3.1', async () => {
  const validator = new Validator()
  expect(await validator.validate(structuredClone(document))).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
  const ids = operations.map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)])
})

test('it keeps to the strict rules of Redocly', async () => {
  const config = await createConfig({ extends: ['recommended-strict'] })
  const found = await lintFromString({ source: JSON.stringify(document), config })
  expect(found.map(({ ruleId, message, location: [at] }) => `${ruleId} ${message} ${at?.pointer}`)).toEqual(
    [],
  )
})

test('every shape has a name, and takes any member where it is free', () => {
  const nameless: string[] = []
  const walk = (at: string, value: unknown, isNamed: boolean): void => {
    if (typeof value !== 'object' || value === null) return
    const { type, properties, additionalProperties } = value as Record<string, unknown>
    const isShape = type === 'object' && (properties !== undefined || additionalProperties !== true)
    // Of a map, the values are described.
    if (isShape && !isNamed && typeof additionalProperties !== 'object') nameless.push(at)
    for (const [key, inside] of Object.entries(value)) walk(`${at}/${key}`, inside, false)
  }
  const { schemas } = document.components as { schemas: Record<string, unknown> }
  for (const [name, schema] of Object.entries(schemas)) walk(name, schema, true)
  for (const { id, details } of operations) {
    walk(id, details.requestBody, false)
    for (const [status, { content }] of Object.entries(details.responses)) {
      // A problem is the shape `Problem`, with the codes of this operation.
      if (status < '400') walk(`${id}/${status}`, content, false)
    }
  }
  expect(nameless).toEqual([])
  expect(Object.keys(schemas)).toEqual(
    expect.arrayContaining([
      'Approval',
      'Event',
      'Delivery',
      'Attempt',
      'Decision',
      'Destination',
      'Problem',
    ]),
  )
  expect(schemas.NewAction).toMatchObject({ properties: { arguments: { additionalProperties: true } } })
})

test('two shapes of one name are not taken for one another', () => {
  const shapes = createShapes()
  const named = (member: string) => z.object({ [member]: z.string() }).meta({ id: 'ShapeOfThisTest' })
  shapes.of(named('one'))
  expect(() => shapes.of(named('other'))).toThrow('two shapes have the name ShapeOfThisTest')
})

test('it shows the shapes of an event, of which there may be one or a list', () => {
  const { details } = operations.find(({ id }) => id === 'emitEvents') as Documented
  const one = ['NewEvent', 'DetailedEvent', 'EnclosedEvent'].map((name) => shape(name))
  expect(details.requestBody).toMatchObject({
    content: { 'application/json': { schema: { anyOf: [{ anyOf: one }, shape('NewEvents')] } } },
  })
  const { schemas } = document.components as { schemas: Record<string, unknown> }
  expect(schemas.NewEvents).toMatchObject({ properties: { events: { items: { anyOf: one } } } })
})

test('every operation says how it refuses, and that something may go wrong', () => {
  for (const { id, details } of operations) {
    expect(Object.keys(details.responses), id).toEqual(
      expect.arrayContaining(['500', expect.stringMatching(/^4/)]),
    )
  }
})

test('every route of the running app is in it, and every operation in it is a route', () => {
  const names = routes.flatMap((route) =>
    Object.keys(route.methods)
      .filter((method) => method !== '_all')
      .flatMap((method) =>
        [route.path].flat().map((path) => `${method.toUpperCase()} ${path.replace(/:(\w+)/g, '{$1}')}`),
      ),
  )
  const served = [...new Set(names)].filter((route) => !PAGES.includes(route))
  expect(served.sort()).toEqual(operations.map(({ name }) => name).sort())
})

test('a method that a documented path does not have is refused with those that it has', async () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    const allowed = Object.keys(methods).flatMap((method) =>
      method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
    )
    const [refused = ''] = ['POST', 'DELETE', 'GET'].filter((method) => !allowed.includes(method))
    const answer = await running.call(refused, path.replace('{id}', 'apr_none'), { key: 'nobody' })
    expect(answer, path).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
    expect(answer.headers.get('allow'), path).toBe(allowed.join(', '))
    const options = await fetch(running.url + path.replace('{id}', 'apr_none'), { method: 'OPTIONS' })
    expect([options.ok, options.headers.get('allow')], path).toEqual([true, allowed.join(', ')])
  }
})

test('it says what a client must know of a request', () => {
  const { details, roles } = operations.find(({ id }) => id === 'decideApproval') as Documented
  expect(roles).toEqual(['reviewer'])
  expect(inlined(details, document)).toMatchObject({
    parameters: [
      { name: 'id', in: 'path', required: true },
      { name: 'Idempotency-Key', in: 'header', required: false },
    ],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['decision'],
            additionalProperties: false,
            properties: { decision: { enum: ['approve', 'deny'] }, note: { maxLength: 2000 } },
          },
        },
      },
    },
    responses: {
      409: {
        content: {
          'application/problem+json': {
            schema: { allOf: [{}, { properties: { code: { enum: ['already_decided', 'already_voted'] } } }] },
          },
        },
      },
    },
  })
})

test('it shows how an identifier is written', () => {
  const bodyOf = (id: string) =>
    inlined(operations.find((one) => one.id === id)?.details.requestBody, document)
  const asked = (properties: object) => ({ content: { 'application/json': { schema: { properties } } } })
  const identifier = (maxLength: number) => {
    return { type: 'string', minLength: 1, maxLength, pattern: '^[!-~]+(?: [!-~]+)*$' }
  }
  expect(bodyOf('requestApproval')).toMatchObject(
    asked({
      agent: { properties: { id: identifier(200) } },
      action: { properties: { tool: identifier(200), environment: identifier(100) } },
    }),
  )
  expect(bodyOf('createApiKey')).toMatchObject(asked({ agent_id: identifier(200) }))
})

describe('answers keep to it', () => {
  test('each documented success was seen, with exactly what the document says', async () => {
    const seen = new Set<string>()
    const expectDocumented = async (
      id: string,
      path: string,
      body?: unknown,
      more: { key?: string; headers?: Record<string, string> } = {},
    ) => {
      const operation = operations.find((one) => one.id === id) as Documented
      const response = await fetch(running.url + path, {
        method: operation.method,
        headers: {
          authorization: `Bearer ${more.key ?? running.config.adminKey}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...more.headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.startsWith('application/json')
      const answer = isJson ? JSON.parse(text) : text
      expect(response.status, text).toBeLessThan(300)
      expect(check(operation, response.status, answer)).toBeUndefined()
      seen.add(`${id} ${response.status}`)
      return answer
    }
    const reviewer = {
      key: await running.key({ roles: ['reviewer'], person: { name: 'Rey', email: 'rey@example.com' } }),
    }

    const keys = '/v1/api-keys'
    const { id: keyId } = await expectDocumented('createApiKey', keys, {
      name: 'one',
      roles: ['agent'],
      agent_id: 'a',
    })
    await expectDocumented('changeApiKey', `${keys}/${keyId}`, { limits: { waits: 5 } })
    await expectDocumented('rotateApiKey', `${keys}/${keyId}/rotate`)
    await expectDocumented('revokeApiKey', `${keys}/${keyId}`)
    await expectDocumented('listApiKeys', keys)

    const places = '/v1/settings/notifications'
    const config = { bot_token: BOT_TOKEN, channel_id: CHANNEL }
    const { id: place } = await expectDocumented('createDestination', places, {
      channel_type: 'slack',
      name: 'A',
      config,
    })
    await expectDocumented('readDestination', `${places}/${place}`)
    await expectDocumented('replaceDestination', `${places}/${place}`, { name: 'B' })
    await expectDocumented('changeDestination', `${places}/${place}`, { events: ['approval.*'] })
    await expectDocumented('testDestination', `${places}/${place}/test`)
    await expectDocumented('listDestinations', places)
    const { approvals } = running.teams.workspace.places
    await running.teamsDestination()
    await expectDocumented('listConversations', '/v1/settings/conversations')

    const violation = { type: 'policy.violation', agent: { id: 'agent-1' }, data: { rule: 'r' } }
    const once = { headers: { 'idempotency-key': 'told once' } }
    const told = await expectDocumented('emitEvents', '/v1/events', violation, once)
    await expectDocumented('emitEvents', '/v1/events', violation, once)
    await expectDocumented('listEvents', '/v1/events?include=details')
    await expectDocumented('readEvent', `/v1/events/${told.data[0]?.id}`)
    await expectDocumented(
      'acknowledgeEvent',
      `/v1/events/${told.data[0]?.id}/acknowledge`,
      undefined,
      reviewer,
    )
    await expectDocumented('testDestination', `${places}/${place}/test`, { event: 'incident' })
    const { data: sent } = await expectDocumented('listDeliveries', '/v1/deliveries?limit=1')
    await expectDocumented('readDelivery', `/v1/deliveries/${sent[0]?.id}`)
    await expectDocumented('replayDelivery', `/v1/deliveries/${sent[0]?.id}/replay`)
    await expectDocumented('replayDeliveries', '/v1/deliveries/replay', {})

    const wanted = {
      agent: { id: 'agent-1' },
      action: { tool: 'stripe.refund', arguments: { deep: [{ a: null }] }, environment: 'production' },
      risk: { score: 0.5 },
      requested_by: { email: 'ana@example.com' },
      metadata: { session: 1 },
    }
    const agent = { key: await running.key({ roles: ['agent'] }) }
    const { id, digest } = await expectDocumented('requestApproval', '/v1/approvals', wanted, agent)
    await expectDocumented('requestApproval', '/v1/approvals', wanted, agent)
    await expectDocumented('seeApproval', `/v1/approvals/${id}/seen`, { digest }, reviewer)
    await expectDocumented(
      'decideApproval',
      `/v1/approvals/${id}/decision`,
      { decision: 'deny', note: 'no' },
      reviewer,
    )
    await expectDocumented('readApproval', `/v1/approvals/${id}?wait_seconds=1`)
    const { id: other } = await expectDocumented('requestApproval', '/v1/approvals', wanted)
    await expectDocumented('withdrawApproval', `/v1/approvals/${other}/withdraw`)
    for (const end of ['redeem', 'revoke'] as const) {
      const { id: granted, action } = await expectDocumented(
        'requestApproval',
        '/v1/approvals',
        wanted,
        agent,
      )
      await running.call('POST', `/v1/approvals/${granted}/decision`, {
        ...reviewer,
        body: { decision: 'approve' },
      })
      const [body, caller] = end === 'redeem' ? [{ action }, agent] : [{ reason: 'no' }, reviewer]
      await expectDocumented(`${end}Approval`, `/v1/approvals/${granted}/${end}`, body, caller)
    }
    await expectDocumented('listApprovals', '/v1/approvals?limit=2')

    const [elder, younger] = ['Elder', 'Younger'].map((name) => ({ name, email: `${name}@example.com` }))
    for (const person of [elder, younger]) await running.key({ roles: ['reviewer'], person })
    const { data: people } = await expectDocumented('listPeople', '/v1/people')
    const [one, two] = people.slice(-2).map((person: { id: string }) => person.id)
    await expectDocumented('readReviewing', '/v1/people/reviewing')
    await expectDocumented('readPerson', `/v1/people/${one}`)
    await expectDocumented('changePerson', `/v1/people/${one}`, { name: 'Ana Ruiz' })
    await expectDocumented('joinPeople', `/v1/people/${one}/join`, { person_id: two })
    await expectDocumented('unjoinPerson', `/v1/people/${two}/unjoin`)
    const vouched = [{ platform: 'slack', tenant: 'T1', domains: ['example.com'] }]
    await expectDocumented('setVouching', '/v1/people/vouching', vouched)
    await expectDocumented('readVouching', '/v1/people/vouching')
    const policies = '/v1/policies'
    const yaml = { headers: { 'content-type': 'application/yaml' } }
    await expectDocumented('setPolicy', policies, { rules: [] }, yaml)
    await expectDocumented('checkPolicy', `${policies}/check`, { rules: [] })
    await expectDocumented('readPolicy', policies)
    await expectDocumented('setPolicy', policies, { default: 'ask', rules: [] })
    await expectDocumented('readPolicy', policies)
    await expectDocumented('listPolicyVersions', `${policies}/versions?limit=1`)
    await expectDocumented('readPolicyVersion', `${policies}/versions/1`)
    await expectDocumented('explainPolicy', `${policies}/explain`, { request: wanted })
    await expectDocumented('explainPolicy', `${policies}/explain`, { last_days: 7 })

    await expectDocumented('createGroup', '/v1/groups', { name: 'payments' })
    const { accounts } = await expectDocumented('createGroup', '/v1/groups', {
      name: 'security',
      kind: 'external',
      destination_id: place,
      external_id: running.slack.workspace.userGroups[0]?.id,
    })
    expect(accounts).toHaveLength(2)
    await expectDocumented('changeGroup', '/v1/groups/security', { destination_id: place })
    await expectDocumented('addMember', '/v1/groups/payments/members', { person_id: one })
    await expectDocumented('readGroup', '/v1/groups/payments')
    await expectDocumented('listGroups', '/v1/groups?limit=1')
    await expectDocumented('removeMember', `/v1/groups/payments/members/${one}`)
    await expectDocumented('deleteGroup', '/v1/groups/payments')
    await expectDocumented('deleteDestination', `${places}/${place}`)

    for (const [path, id] of [
      ['/healthz', 'alive'],
      ['/readyz', 'ready'],
      ['/metrics', 'readMetrics'],
      ['/openapi.json', 'readDocument'],
      ['/.well-known/jwks.json', 'readReceiptKeys'],
    ] as const) {
      await expectDocumented(id, path)
    }
    const { body: asked } = await running.ask()
    const card = await eventually(() =>
      running.teams.messages(approvals).find((message) => JSON.stringify(message.card).includes(asked.id)),
    )
    const clicked = running.teams.clickActivity({
      conversationId: approvals,
      activityId: card.id,
      userId: running.teams.workspace.people.ana.id,
      title: 'Approve',
      how: 'execute',
    })
    for (const { id, path } of operations.filter(isOfPlatforms)) {
      const probe = id.startsWith('slack') ? 'ssl_check=1' : JSON.stringify(clicked)
      const authorization = `Bearer ${await running.teams.token()}`
      const headers = { 'content-type': 'application/json', authorization }
      const { status } = await fetch(running.url + path, { method: 'POST', headers, body: probe })
      expect(status).toBe(200)
      seen.add(`${id} 200`)
    }

    const promised = operations.flatMap(({ id, details }) =>
      Object.keys(details.responses)
        .filter((status) => status < '300')
        .map((status) => `${id} ${status}`),
    )
    expect([...seen].sort()).toEqual(promised.sort())
  })

  test('the check itself finds a missing, a foreign and a wrong member, and an undocumented status', () => {
    const operation = operations.find(({ id }) => id === 'alive') as Documented
    expect(check(operation, 200, { status: 'ok' })).toBeUndefined()
    for (const wrong of [{}, { status: 'ok', more: 1 }, { status: 'fine' }]) {
      expect(check(operation, 200, wrong), JSON.stringify(wrong)).toBeDefined()
    }
    expect(check(operation, 418, {})).toBeDefined()
  })
})
