// Shows who may do what: every operation of the OpenAPI document, with every kind of key.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN_KEY, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import {
  type Documented,
  isOfPlatforms,
  operationsOf,
  readDocument,
  SANE_BODIES,
} from '../fakes/operations.ts'
import { recorded } from '../fakes/peek.ts'

const CALLERS = ['nobody', 'garbage', 'revoked', 'agent', 'reviewer', 'auditor', 'admin'] as const
type Caller = (typeof CALLERS)[number]

const ADMINS: readonly Caller[] = ['admin']
const READERS: readonly Caller[] = ['agent', 'reviewer', 'auditor', 'admin']
const AGENTS: readonly Caller[] = ['agent', 'admin']

/** Whose call succeeds, by operation; of the others, who has no known key gets 401 and who has another role 403. */
const MAY: Record<string, readonly Caller[]> = {
  requestApproval: AGENTS,
  listApprovals: READERS,
  readApproval: READERS,
  decideApproval: ['reviewer'],
  seeApproval: ['reviewer'],
  redeemApproval: AGENTS,
  revokeApproval: ['reviewer', 'admin'],
  withdrawApproval: AGENTS,
  listDestinations: ADMINS,
  listConversations: ADMINS,
  createDestination: ADMINS,
  readDestination: ADMINS,
  replaceDestination: ADMINS,
  changeDestination: ADMINS,
  deleteDestination: ADMINS,
  testDestination: ADMINS,
  emitEvents: AGENTS,
  listEvents: ['reviewer', 'auditor', 'admin'],
  readEvent: ['reviewer', 'auditor', 'admin'],
  acknowledgeEvent: ['reviewer'],
  listDeliveries: ADMINS,
  readDelivery: ADMINS,
  replayDelivery: ADMINS,
  replayDeliveries: ADMINS,
  listApiKeys: ADMINS,
  createApiKey: ADMINS,
  changeApiKey: ADMINS,
  rotateApiKey: ADMINS,
  revokeApiKey: ADMINS,
  listPeople: ADMINS,
  readReviewing: ADMINS,
  readVouching: ADMINS,
  setVouching: ADMINS,
  readPerson: ADMINS,
  changePerson: ADMINS,
  joinPeople: ADMINS,
  unjoinPerson: ADMINS,
  readPolicy: ['auditor', 'admin'],
  setPolicy: ADMINS,
  checkPolicy: ['auditor', 'admin'],
  explainPolicy: ['auditor', 'admin'],
  listPolicyVersions: ['auditor', 'admin'],
  readPolicyVersion: ['auditor', 'admin'],
  listGroups: ['auditor', 'admin'],
  createGroup: ADMINS,
  readGroup: ['auditor', 'admin'],
  changeGroup: ADMINS,
  deleteGroup: ADMINS,
  addMember: ADMINS,
  removeMember: ADMINS,
  readMetrics: ['auditor', 'admin'],
  alive: CALLERS,
  ready: CALLERS,
  readDocument: CALLERS,
  readReceiptKeys: CALLERS,
  // A key counts for nothing there: only what the platform signs does.
  slackInteraction: [],
  slackCommand: [],
  teamsActivity: [],
  teamsMessage: [],
}

const [sqlite] = databases
let database: Awaited<ReturnType<NonNullable<typeof sqlite>['create']>>
let running: Running
let operations: Documented[]
/** Of the first approval. */
let deliveryId: string
const keys: Partial<Record<Caller, string>> = { garbage: 'csk_garbage', admin: ADMIN_KEY }

beforeAll(async () => {
  database = await (sqlite as NonNullable<typeof sqlite>).create()
  running = await startCountersign({ databaseUrl: database.url, teams: true })
  operations = operationsOf(await readDocument(running.url))
  await running.destination()
  await running.ask()
  const { body: page } = await running.call<{ data: { id: string }[] }>('GET', '/v1/deliveries')
  deliveryId = page.data[0]?.id as string
  await running.call('PUT', '/v1/policies', { body: { rules: [] } })
  const person = { name: 'Rey', email: 'rey@example.com' }
  keys.agent = await running.key({ roles: ['agent'] })
  keys.auditor = await running.key({ roles: ['auditor'] })
  keys.reviewer = await running.key({ roles: ['reviewer'], person })
  const everything = { roles: ['agent', 'reviewer', 'admin', 'auditor'], person }
  const { body } = await running.call<{ id: string; key: string }>('POST', '/v1/api-keys', {
    body: { name: 'one who left', ...everything },
  })
  keys.revoked = body.key
  await running.call('DELETE', `/v1/api-keys/${body.id}`)
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
})

async function call(method: string, path: string, caller: Caller, body?: unknown) {
  const key = keys[caller]
  const response = await fetch(running.url + path, {
    method,
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers }
}

let people = 0

/** The holder of a new key. */
async function person(): Promise<string> {
  people += 1
  const holder = { name: `Person ${people}`, email: `person.${people}@example.com` }
  const { body } = await running.call('POST', '/v1/api-keys', {
    body: { name: 'one', roles: ['reviewer'], person: holder },
  })
  const { body: keys } = await running.call<{ data: { id: string; person_id: string }[] }>(
    'GET',
    '/v1/api-keys',
  )
  return keys.data.find(({ id }) => id === body.id)?.person_id as string
}

/** Who was joined to another: the younger of the two. */
async function joinedPerson(): Promise<string> {
  const [elder, younger] = [await person(), await person()]
  await running.call('POST', `/v1/people/${elder}/join`, { body: { person_id: younger } })
  return younger
}

let groups = 0

/** Of a new group, whose one member is this person. */
async function groupOf(person_id: string): Promise<string> {
  groups += 1
  const { body } = await running.call('POST', '/v1/groups', { body: { name: `group-${groups}` } })
  await running.call('POST', `/v1/groups/${body.id}/members`, { body: { person_id } })
  return body.id as string
}

/** Of a reviewer who may decide what the admin's key asked: another admin made it. */
async function independentKey(): Promise<string> {
  const holder = { name: 'Ivo', email: 'ivo@example.com' }
  const { body } = await running.call('POST', '/v1/api-keys', {
    key: await running.key({ roles: ['admin'] }),
    body: { name: 'one', roles: ['reviewer'], person: holder },
  })
  return body.key as string
}

/** A thing of the kind that the path names, one's own where one can have it. */
async function idFor(path: string, caller: Caller): Promise<string> {
  // One that hears hardly anything: their number grows, and a test shall not wait behind all their cards.
  if (path.startsWith('/v1/settings/')) return running.destination({ events: ['approval.expired'] })
  if (path.startsWith('/v1/api-keys/')) {
    const { body } = await running.call('POST', '/v1/api-keys', { body: { name: 'one', roles: ['agent'] } })
    return body.id as string
  }
  if (path.startsWith('/v1/events/')) {
    const { body } = await running.call<{ data: { id: string }[] }>('POST', '/v1/events', {
      body: SANE_BODIES.emitEvents,
    })
    return body.data[0]?.id as string
  }
  if (path.startsWith('/v1/deliveries/')) return deliveryId
  if (path.startsWith('/v1/policies/')) return '1'
  if (path.startsWith('/v1/people/')) return path.endsWith('/unjoin') ? joinedPerson() : person()
  const owner = caller === 'admin' ? ADMIN_KEY : (keys.agent as string)
  const { id } = (await running.ask({}, { key: owner })).body
  if (/redeem|revoke/.test(path)) {
    const key = caller === 'admin' ? await independentKey() : (keys.reviewer as string)
    await running.call('POST', `/v1/approvals/${id}/decision`, { key, body: { decision: 'approve' } })
  }
  return id
}

async function bodyFor(operation: string, subject: string): Promise<unknown> {
  if (operation === 'joinPeople') return { person_id: subject }
  if (operation !== 'seeApproval' && operation !== 'redeemApproval') return SANE_BODIES[operation]
  const { digest, action } = (await running.call('GET', `/v1/approvals/${subject}`)).body
  return operation === 'seeApproval' ? { digest } : { action }
}

test('the table names every documented operation, and grants what the document says', () => {
  expect(Object.keys(MAY).sort()).toEqual(operations.map(({ id }) => id).sort())
  for (const { id, roles } of operations.filter((operation) => !isOfPlatforms(operation))) {
    const everybody = roles.length === 0
    // An admin may what agents and auditors may.
    const implied = roles.some((role) => role === 'agent' || role === 'auditor') ? ['admin'] : []
    const granted = everybody ? CALLERS : [...new Set([...roles, ...implied])]
    expect([...(MAY[id] as Caller[])].sort(), id).toEqual([...granted].sort())
  }
})

describe.each(CALLERS)('%s', (caller) => {
  test.each(Object.keys(MAY))('%s', async (id) => {
    const operation = operations.find((one) => one.id === id) as Documented
    const personId = operation.path.startsWith('/v1/groups/') ? await person() : ''
    const subject = personId === '' ? await idFor(operation.path, caller) : await groupOf(personId)
    const path = operation.path.replace('{id}', subject).replace('{person_id}', personId)
    const words = await bodyFor(id, subject)
    const before = await recorded(database.url)
    const { status, body, headers } = await call(operation.method, path, caller, words)

    if (MAY[id]?.includes(caller)) return expect(status, JSON.stringify(body)).toBeLessThan(300)
    const isKnown = keys[caller] !== undefined && caller !== 'garbage' && caller !== 'revoked'
    const refusals: Record<string, string> = { slack: 'invalid_signature', teams: 'invalid_token' }
    if (isOfPlatforms(operation)) {
      expect([status, body.code]).toEqual([401, refusals[id.slice(0, 5)]])
    } else if (isKnown) expect([status, body.code]).toEqual([403, 'forbidden'])
    else {
      expect([status, body.code]).toEqual([401, 'unauthorized'])
      expect(headers.get('www-authenticate')).toBe('Bearer')
    }
    expect(await recorded(database.url)).toEqual(before)
  })
})

describe('an agent', () => {
  test('neither reads, lists, waits for, nor withdraws what another key asked, nor learns that it exists', async () => {
    const { body: foreign } = await running.ask()
    const unknown = await call('GET', '/v1/approvals/apr_01kaqqqqqqe0000000000000aa', 'agent')
    for (const [method, path] of [
      ['GET', `/v1/approvals/${foreign.id}`],
      ['GET', `/v1/approvals/${foreign.id}?wait_seconds=1`],
      ['POST', `/v1/approvals/${foreign.id}/withdraw`],
    ] as const) {
      const body = { ...unknown.body, detail: `There is no approval ${foreign.id}` }
      expect(await call(method, path, 'agent')).toMatchObject({ status: 404, body })
    }
    const { body: page } = await call('GET', '/v1/approvals?limit=200', 'agent')
    expect(page.data.length).toBeGreaterThan(0)
    expect(page.data.map((one: { id: string }) => one.id)).not.toContain(foreign.id)
    expect((await call('GET', `/v1/approvals/${foreign.id}`, 'admin')).body.status).toBe('pending')
  })

  test('cannot borrow another key by its Idempotency-Key or as a twin', async () => {
    const other = await running.key({ roles: ['agent'] })
    const body = { agent: { id: 'agent-1' }, action: { tool: 'same', arguments: { a: 1 } } }
    const headers = { 'idempotency-key': 'k1' }
    const first = await running.ask(body, { key: keys.agent as string, headers })
    const second = await running.ask(body, { key: other, headers })
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body.id).not.toBe(first.body.id)
  })
})

test('an admin decides nothing, whatever the key is called', async () => {
  const { body: asked } = await running.ask()
  for (const key of [ADMIN_KEY, await running.key({ roles: ['admin', 'agent', 'auditor'] })]) {
    const path = `/v1/approvals/${asked.id}/decision`
    const answer = await running.call('POST', path, { key, body: { decision: 'approve' } })
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  }
  expect((await running.call('GET', `/v1/approvals/${asked.id}`)).body).toMatchObject({
    status: 'pending',
    decisions: [],
  })
})
