// Shows that everybody who waits for a commit hears of it once, in every process on the same PostgreSQL.

import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../../src/kit/ids.ts'
import type { Topic } from '../../src/store/signals.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { type Office, openOffice, press } from '../fakes/office.ts'
import { TESTS_NAME } from '../fakes/postgres-client.ts'

describe.each(databases.filter(({ name }) => name === 'postgres'))('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let one: Office
  let other: Office
  let admin: pg.Client

  beforeEach(async () => {
    database = await create()
    one = await openOffice(database.url, clock)
    other = await openOffice(database.url, clock)
    admin = new pg.Client({ connectionString: database.url })
    await admin.connect()
  })
  afterEach(async () => {
    await one.close()
    await other.close()
    await admin.end()
    await database.drop()
  })

  const heardBy = (office: Office, topic: Topic = 'approvals') => {
    const heard: string[] = []
    office.db.signals.subscribe(topic, (key) => heard.push(key))
    return heard
  }
  /** All notices that were sent before have been heard once this one has. */
  const flushed = async (from: Office, to: Office) => {
    const mark = `mark ${Math.random()}`
    const heard = heardBy(to)
    from.db.signals.publish('approvals', mark)
    await eventually(() => heard.includes(mark))
  }
  const listeners = async () => {
    const { rows } = await admin.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and query like '%pg_backend_pid%'
       and pid <> pg_backend_pid() and application_name <> '${TESTS_NAME}'`,
    )
    return rows.map((row) => row.pid)
  }

  test('a signal reaches the other process once, and its own process once', async () => {
    const [here, there] = [heardBy(one), heardBy(other)]
    const keys = Array.from({ length: 250 }, () => newId('apr'))
    for (const key of keys) one.db.signals.publish('approvals', key)
    expect(here).toEqual(keys)
    await flushed(one, other)
    await flushed(other, one)
    expect(here.filter((key) => key.startsWith('apr_'))).toEqual(keys)
    expect(there.filter((key) => key.startsWith('apr_'))).toEqual(keys)
  })

  test('many signals of one moment travel in few notices, and repeated ones once', async () => {
    const notices: string[] = []
    admin.on('notification', ({ payload }) => notices.push(payload ?? ''))
    await admin.query('listen countersign')
    for (let i = 0; i < 1_000; i++) one.db.signals.publish('deliveries', '')
    for (let i = 0; i < 50; i++) one.db.signals.publish('approvals', `apr_${i}`)
    await eventually(() => notices.some((notice) => notice.includes('apr_49')))
    expect(notices.length).toBeLessThanOrEqual(3)
  })

  test('a notice that PostgreSQL refuses holds up none of the later ones', async () => {
    // Longer than NOTIFY takes.
    one.db.signals.publish('approvals', 'x'.repeat(9_000))
    await flushed(one, other)
  })

  test('after a lost connection everybody is told to look again, and signals arrive as before', async () => {
    const topics = ['approvals', 'deliveries', 'destinations'] as const
    const there = topics.map((topic) => heardBy(other, topic))
    const before = await listeners()
    expect(before).toHaveLength(2)
    await admin.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [before])
    await eventually(() => there.every((heard) => heard.includes('')))
    await eventually(async () => (await listeners()).length === 2)
    expect((await listeners()).filter((pid) => before.includes(pid))).toEqual([])

    await flushed(one, other)
    await flushed(other, one)
  })

  test('a decision in one process releases an agent that waits in another, at once', async () => {
    const asked = await one.ask()
    const place = await one.destination()
    const late = await one.ask({ reasons: ['asked after the destination was made'] })
    const wait = { waitMs: 4_000, abort: new AbortController().signal }
    const started = performance.now()
    const waiting = [asked, late].map(({ id }) => other.queries.findOnceClosed(id, wait))
    await one.desk.withdraw({ approvalId: asked.id })
    await one.desk.decide(press(late, place, 'U1', 'approve'))
    expect(await Promise.all(waiting)).toMatchObject([{ status: 'withdrawn' }, { status: 'approved' }])
    expect(performance.now() - started).toBeLessThan(wait.waitMs / 2)
  })

  test('an agent whose wake-up was lost with the connection is released at the reconnection', async () => {
    const asked = await one.ask()
    const wait = { waitMs: 4_500, abort: new AbortController().signal }
    const started = performance.now()
    const waiting = other.queries.findOnceClosed(asked.id, wait)
    await admin.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [await listeners()])
    await one.desk.withdraw({ approvalId: asked.id })
    expect(await waiting).toMatchObject({ status: 'withdrawn' })
    expect(performance.now() - started).toBeLessThan(wait.waitMs - 1_000)
  })

  test('nothing stays connected when it is closed while it reconnects', async () => {
    const ours = async () => {
      const { rows } = await admin.query<{ count: string }>(
        `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
         and application_name <> '${TESTS_NAME}' and backend_type = 'client backend'`,
      )
      return Number(rows[0]?.count)
    }
    await admin.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [await listeners()])
    await eventually(async () => (await listeners()).length === 0)
    await one.close()
    await other.close()
    await eventually(async () => (await ours()) === 0)
    // Longer than a reconnection takes: none may come back.
    await expect(eventually(async () => (await ours()) > 0, 1_500)).rejects.toThrow('did not happen')
  })
})
