// Shows that a list of approvals or events has those that match, page by page, and never another's.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import { type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

interface Page {
  data: ApprovalView[]
  next_cursor: string | null
}

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let running: Running
  let agentKey: string
  let ids: string[]

  beforeAll(async () => {
    database = await create()
    running = await startCountersign({ databaseUrl: database.url, clock })
    agentKey = await running.key({ roles: ['agent'] })
    ids = []
    for (let i = 0; i < 12; i++) {
      clock.advance(1_000)
      const wanted = {
        agent: { id: i % 2 === 0 ? 'even' : 'odd' },
        action: { tool: i < 6 ? 'mail.send' : 'sql.run', arguments: { i } },
        risk: { level: i % 3 === 0 ? 'critical' : 'low' },
      }
      ids.push((await running.ask(wanted, i === 5 ? { key: agentKey } : {})).body.id)
    }
    await running.call('POST', `/v1/approvals/${ids[0]}/withdraw`)
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
  })

  const list = async (query: string, key?: string) =>
    (await running.call<Page>('GET', `/v1/approvals?${query}`, { ...(key !== undefined && { key }) })).body
  const listed = async (query: string) => (await list(query)).data.map((approval) => ids.indexOf(approval.id))

  test('the newest come first, and each filter narrows', async () => {
    expect(await listed('')).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    expect(await listed('agent=even&tool=sql.run')).toEqual([10, 8, 6])
    expect(await listed('risk=critical')).toEqual([9, 6, 3, 0])
    expect(await listed('risk=critical&status=pending')).toEqual([9, 6, 3])
    expect(await listed('status=withdrawn')).toEqual([0])
    expect(await listed('tool=nothing.such')).toEqual([])
  })

  test('arguments and metadata are there when they are asked for', async () => {
    const [brief] = (await list('limit=1')).data
    expect(brief).not.toHaveProperty('metadata')
    expect(brief?.action).toEqual({ tool: 'sql.run', summary: 'sql.run', environment: null })
    const [whole] = (await list('limit=1&include=details')).data
    expect(whole).toEqual((await running.call('GET', `/v1/approvals/${ids[11]}`)).body)
    expect(await listed('include=details&agent=even&tool=sql.run')).toEqual([10, 8, 6])
    expect((await running.call('GET', '/v1/approvals?include=everything')).status).toBe(400)
  })

  test('a span of time takes in its start and leaves out its end', async () => {
    const { data } = await list('')
    const at = (index: number) =>
      encodeURIComponent(data.find((one) => one.id === ids[index])?.created_at ?? '')
    expect(await listed(`created_from=${at(3)}&created_before=${at(6)}`)).toEqual([5, 4, 3])
  })

  test('pages of any size show each approval once, also when one is added in between', async () => {
    const seen: string[] = []
    let cursor = ''
    for (let pages = 0; pages < 10; pages++) {
      const page = await list(`limit=5${cursor}`)
      seen.push(...page.data.map((approval) => approval.id))
      if (page.next_cursor === null) break
      cursor = `&cursor=${page.next_cursor}`
      if (pages === 0) await running.ask()
    }
    expect(seen).toEqual(ids.toReversed())
  })

  test('a limit outside 1 to 200, a foreign cursor and an unknown filter are refused by name', async () => {
    for (const query of [
      'limit=0',
      'limit=201',
      'limit=-1',
      'cursor=abc',
      'status=open',
      'colour=red',
      'created_from=x',
    ]) {
      const { status, body } = await running.call('GET', `/v1/approvals?${query}`)
      expect(status).toBe(400)
      expect(JSON.stringify(body.errors)).toContain(query.split('=')[0])
    }
  })

  test('an agent sees its own alone', async () => {
    expect((await list('', agentKey)).data.map((approval) => approval.id)).toEqual([ids[5]])
  })

  test('a page with details ends before it has more than half a megabyte of them, and the next goes on', async () => {
    const key = await running.key({ roles: ['agent'] })
    const large = { texts: Array.from({ length: 2 }, () => 'x'.repeat(50_000)) }
    const asked: string[] = []
    for (let i = 0; i < 7; i++) {
      const { body } = await running.ask({ action: { tool: `large.${i}`, arguments: large } }, { key })
      asked.unshift(body.id)
    }
    const pages: string[][] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Page = await list(`include=details${cursor && `&cursor=${cursor}`}`, key)
      pages.push(page.data.map(({ id }) => id))
      cursor = page.next_cursor
    }
    expect(pages).toEqual([asked.slice(0, 4), asked.slice(4)])
    expect((await list('', key)).data.map(({ id }) => id)).toEqual(asked)
  })
})

interface AlertPage {
  data: EventView[]
  next_cursor: string | null
  errors: unknown
}

describe.each(databases)('of events on $name', ({ create }) => {
  const server = sharedServer(create)
  let ids: string[]

  beforeAll(async () => {
    await server.running.ask()
    ids = []
    for (let i = 0; i < 8; i++) {
      server.clock.advance(1_000)
      const type = ['policy.violation', 'policy.warning', 'DENY', 'REQUIRE_APPROVAL'][i % 4]
      const { body } = await server.running.call<AlertPage>('POST', '/v1/events', {
        body: {
          type,
          severity: i < 4 ? 'high' : 'low',
          agent: { id: i % 2 === 0 ? 'even' : 'odd' },
          tool: i === 7 ? 'sql.run' : 'mail.send',
          data: { text: 'x'.repeat(i < 6 ? 10 : 16_000), i },
        },
      })
      ids.push(body.data[0]?.id as string)
    }
    const key = await server.running.key(reviewer('Ana Ruiz'))
    await server.running.call('POST', `/v1/events/${ids[2]}/acknowledge`, { key })
  })

  const list = async (query: string) =>
    (await server.running.call<AlertPage>('GET', `/v1/events?${query}`)).body
  const listed = async (query: string) => (await list(query)).data.map(({ id }) => ids.indexOf(id))

  test.each([
    ['', [7, 6, 5, 4, 3, 2, 1, 0]],
    ['type=policy.violation', [4, 0]],
    ['type=Policy.*', [5, 4, 1, 0]],
    ['type=DENY&acknowledged=True', [2]],
    ['type=require_approval', [7, 3]],
    ['severity=HIGH', [3, 2, 1, 0]],
    ['agent=odd&severity=low', [7, 5]],
    ['tool=sql.run', [7]],
    ['acknowledged=true', [2]],
    ['acknowledged=false&severity=high', [3, 1, 0]],
    ['type=destination.*', []],
  ])('by %s they are the newest of those that match', async (query, found) => {
    expect(await listed(query)).toEqual(found)
  })

  test('a span of time takes in its start and leaves out its end, and pages go on', async () => {
    const { data } = await list('')
    const at = (index: number) => data.find(({ id }) => id === ids[index])?.created_at
    expect(await listed(`created_from=${at(3)}&created_before=${at(6)}`)).toEqual([5, 4, 3])
    const page = await list('limit=3&type=policy.*')
    expect(page.data.map(({ id }) => ids.indexOf(id))).toEqual([5, 4, 1])
    expect(await listed(`limit=3&type=policy.*&cursor=${page.next_cursor}`)).toEqual([0])
  })

  test('each is as it is by itself, without its data unless they are asked for', async () => {
    const { body } = await server.running.call<EventView>('GET', `/v1/events/${ids[2]}`)
    expect(body.acknowledged).toMatchObject({ by: 'Ana Ruiz' })
    const { data: _, ...brief } = body
    expect((await list('acknowledged=true')).data).toEqual([brief])
    expect((await list('acknowledged=true&include=details')).data).toEqual([body])
  })

  test('a page with data ends before it has more than half a megabyte of them', async () => {
    const one = { type: 'system.health', data: { text: 'x'.repeat(16_000) } }
    for (let part = 0; part < 4; part++) {
      const body = { events: Array.from({ length: 10 }, () => one) }
      expect((await server.running.call('POST', '/v1/events', { body })).status).toBe(201)
    }
    const first = await list('type=system.health&include=details&limit=200')
    expect(first.data).toHaveLength(31)
    expect((await list(`type=system.health&include=details&cursor=${first.next_cursor}`)).data).toHaveLength(
      9,
    )
    expect((await list('type=system.health&limit=200')).data).toHaveLength(40)
  })

  test.each([
    'type=approval.*',
    'type=hitl.requested',
    'type=x',
    'acknowledged=1',
    'cursor=apr_1',
    'colour=red',
  ])('what is no filter of theirs is refused by name: %s', async (query) => {
    const { errors } = await list(query)
    expect(JSON.stringify(errors)).toContain(query.split('=')[0])
  })
})
