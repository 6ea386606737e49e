// Shows that hostile requests around every documented operation, with every kind of key, break nothing.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN_KEY, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { EXISTING, type HostileRequest, hostileRequests } from '../fakes/hostile-requests.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import {
  answerChecks,
  type Check,
  type Documented,
  isOfPlatforms,
  operationsOf,
  readDocument,
} from '../fakes/operations.ts'
import { select } from '../fakes/peek.ts'
import { send } from '../fakes/send-hostile.ts'

/** PostgreSQL differs only in what it stores, and each look into it is a connection. */
const RUNS = { sqlite: 300 * EFFORT, postgres: 75 * EFFORT }
const TIME_LIMIT_MS = 6_000 * EFFORT

const SPARE_KEY = { name: 'spare', roles: ['agent'] }

describe.each(databases)('on $name', ({ name, create }) => {
  let number = 0
  let database: Awaited<ReturnType<typeof create>>
  let running: Running
  let operations: Documented[]
  let check: Check
  /** By the path that leads to it. */
  const existing = new Map<string, string>()
  const keys: Record<string, string | undefined> = { nobody: undefined, garbage: 'csk_?', admin: ADMIN_KEY }

  beforeAll(async () => {
    database = await create()
    // The clock stands still: nothing expires meanwhile, so that every new row is a request's doing.
    running = await startCountersign({ databaseUrl: database.url, clock: manualClock(), teams: true })
    const document = await readDocument(running.url)
    operations = operationsOf(document)
    check = answerChecks(document)
    for (const role of ['agent', 'auditor']) keys[role] = await running.key({ roles: [role] })
    keys.reviewer = await running.key({
      roles: ['reviewer'],
      person: { name: 'Rey', email: 'rey@example.com' },
    })
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
  })

  /** What requests record, refusals apart; the worker notes by itself what it had to switch off. */
  const rows = () =>
    select(
      database.url,
      `select (select count(*) from approvals) as approvals, (select count(*) from decisions) as decisions,
        (select count(*) from audit where action not in ('destination.disabled', 'attempt.refused')) as audit,
        (select count(*) from destinations) as destinations, (select count(*) from api_keys) as api_keys,
        (select count(*) from persons) as persons, (select count(*) from groups) as groups,
        (select count(*) from group_members) as group_members, (select count(*) from idempotency_keys) as idempotency_keys`,
    )

  async function make(collection: string): Promise<string> {
    if (collection.startsWith('/v1/settings')) return running.destination()
    if (collection.startsWith('/v1/approvals'))
      return (await running.ask({}, { key: keys.agent as string })).body.id
    number += 1
    const words = collection.endsWith('/groups') ? { name: `spare-${number}` } : SPARE_KEY
    const { body } = await running.call('POST', collection, { body: words })
    return body.id as string
  }

  /** The path with the id of something that nobody has decided, revoked or deleted yet. */
  async function withExisting(path: string): Promise<string> {
    const [collection = '', ...others] = path.split(`/${EXISTING}`)
    if (others.length === 0) return path
    // A second one in the path is nobody's.
    const rest = others.join('/none')
    const id = existing.get(collection) ?? (await make(collection))
    existing.set(collection, id)
    return `${collection}/${id}${rest}`
  }

  async function survives(hostile: HostileRequest): Promise<void> {
    const path = await withExisting(hostile.path)
    const before = await rows()
    const { status, headers, text } = await send(running.url, { ...hostile, path }, keys[hostile.caller])
    if (status < 300 && hostile.method !== 'GET') existing.delete(hostile.path.split(`/${EXISTING}`)[0] ?? '')
    expect(status, text).toBeLessThan(500)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.any(String),
    })
    expect(headers['x-powered-by']).toBeUndefined()
    if (status >= 300) expect(await rows()).toEqual(before)
    if (hostile.method === 'HEAD' || hostile.method === 'OPTIONS') return

    if (status >= 400) {
      expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
      expect(JSON.parse(text)).toMatchObject({ status, code: expect.stringMatching(/^[a-z_]+$/) })
    }
    const { target } = hostile
    if (target?.method !== hostile.method) return
    const isJson = headers['content-type']?.includes('json')
    expect(check(target, status, isJson ? JSON.parse(text) : text)).toBeUndefined()
    // Public keys are the same for everybody.
    const isPublic = target.id === 'readReceiptKeys' && status < 300
    if (!isOfPlatforms(target) && !isPublic) expect(headers['cache-control']).toBe('no-store')
  }

  test(
    'each is answered in good order, and recorded only when it succeeds',
    async () => {
      const hostile = hostileRequests(operations, Object.keys(keys))
      await fc.assert(fc.asyncProperty(hostile, survives), {
        numRuns: RUNS[name],
        interruptAfterTimeLimit: TIME_LIMIT_MS,
      })
    },
    30_000 * EFFORT,
  )

  test('every card that came of it could be drawn', async () => {
    const dead = await select(database.url, "select last_error from deliveries where state = 'dead'")
    expect(dead).toEqual([])
  })

  test('a sane request works afterwards', async () => {
    const { body } = await running.ask({}, { key: keys.agent as string })
    const path = `/v1/approvals/${body.id}/decision`
    const decided = await running.call('POST', path, {
      key: keys.reviewer as string,
      body: { decision: 'approve' },
    })
    expect(decided).toMatchObject({ status: 200, body: { status: 'approved' } })
  })
})
