// Shows which trace refusals leave: each is counted, and what is written stays bounded however many come at once.

import { createHash } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRefusals, type Refusals, type Refused } from '../../src/audit/refusals.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { type Office, openOffice } from '../fakes/office.ts'

const MINUTE_MS = 60_000

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let office: Office
  let refusals: Refusals
  let lines: Record<string, unknown>[]
  let counted: string[]

  beforeAll(async () => {
    database = await create()
    office = await openOffice(database.url, clock)
  })
  afterAll(async () => {
    await office?.close()
    await database?.drop()
  })
  beforeEach(async () => {
    // A whole minute begins.
    clock.advance(2 * MINUTE_MS - (clock.now() % MINUTE_MS))
    await office.db.transact(async (trx) => {
      await trx.deleteFrom('audit_personal').execute()
      await trx.deleteFrom('audit').execute()
    })
    lines = []
    counted = []
    refusals = refusalsOver(office.db)
  })

  function refusalsOver(db: Parameters<typeof createRefusals>[0]['db']): Refusals {
    const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) })
    return createRefusals({
      db,
      clock,
      log,
      onRefused: (surface, reason) => counted.push(`${surface} ${reason}`),
    })
  }

  const by = (userId: string) => {
    const trace = { platform: 'scripted', tenant: 'T1', user_id: userId }
    return { id: `scripted/T1/${userId}`, trace, name: `Reviewer ${userId}` }
  }
  const refused = (userId: string, more: Partial<Refused> = {}): Refused => ({
    surface: 'scripted',
    reason: 'not_a_reviewer',
    by: by(userId),
    about: null,
    ...more,
  })
  const stored = () => office.db.read.selectFrom('audit').selectAll().orderBy('id').execute()
  const rows = async () =>
    (await stored()).map(({ subject, canonical }) => {
      const { reason, count } = JSON.parse(canonical).facts
      return { subject, reason, count }
    })
  const told = () => lines.map(({ reason, count }) => ({ reason, count }))
  async function nextMinute(): Promise<void> {
    clock.advance(MINUTE_MS)
    await refusals.sweep()
  }

  test('the first of a minute is on record at once, and how many followed when it is over', async () => {
    const first = refused('U1', { about: 'apr_1' })
    refusals.note(first)
    const [row] = await eventually(async () => ((await stored()).length > 0 ? stored() : undefined))
    expect(row).toMatchObject({ action: 'attempt.refused', at: clock.now(), subject: first.by?.id })
    expect(row?.leaf).toBe(createHash('sha256').update(`\0${row?.canonical}`).digest('hex'))
    expect(JSON.parse(String(row?.canonical)).facts).toEqual({
      surface: 'scripted',
      reason: 'not_a_reviewer',
      by: first.by?.trace,
      about: 'apr_1',
      count: 1,
      since: new Date(clock.now()).toISOString(),
    })
    expect(row?.canonical).not.toContain('Reviewer U1')
    clock.advance(10_000)
    for (let more = 0; more < 4; more++) refusals.note(first)
    await refusals.sweep()
    expect(await rows()).toHaveLength(1)
    await nextMinute()
    const [, rest, ...others] = await stored()
    expect(others).toEqual([])
    expect(JSON.parse(String(rest?.canonical)).facts).toMatchObject({ count: 4, about: 'apr_1' })
    expect(rest?.at).toBe(clock.now() - MINUTE_MS)
    expect(told()).toEqual([
      { reason: 'not_a_reviewer', count: 1 },
      { reason: 'not_a_reviewer', count: 4 },
    ])
  })

  test('people, reasons and minutes are told apart', async () => {
    refusals.note(refused('U1'))
    refusals.note(refused('U2'))
    refusals.note(refused('U1', { reason: 'already_voted' }))
    clock.advance(MINUTE_MS)
    refusals.note(refused('U1'))
    await refusals.close()
    expect(await rows()).toEqual([
      { subject: 'scripted/T1/U1', reason: 'not_a_reviewer', count: 1 },
      { subject: 'scripted/T1/U2', reason: 'not_a_reviewer', count: 1 },
      { subject: 'scripted/T1/U1', reason: 'already_voted', count: 1 },
      { subject: 'scripted/T1/U1', reason: 'not_a_reviewer', count: 1 },
    ])
  })

  test('a try at one approval is on record beside those at others, whatever came first', async () => {
    for (const about of ['apr_1', 'apr_2', 'apr_1']) refusals.note(refused('U1', { about }))
    await refusals.close()
    const facts = (await stored()).map(({ canonical }) => JSON.parse(canonical).facts)
    expect(facts.map(({ about, count }) => [about, count])).toEqual([
      ['apr_1', 1],
      ['apr_2', 1],
      ['apr_1', 1],
    ])
  })

  test('of 1,000 approvals of one caller 20 are told apart, and other callers as ever', async () => {
    for (let n = 0; n < 1_000; n++) refusals.note(refused('U1', { about: `apr_${n}` }))
    for (let n = 0; n < 10; n++) refusals.note(refused('U1', { about: `apr_${n}`, reason: 'own_request' }))
    refusals.note(refused('U2', { about: 'apr_7' }))
    await refusals.close()
    const all = await rows()
    expect(all.filter(({ subject }) => subject === 'scripted/T1/U1')).toHaveLength(20 + 2 * 2)
    expect(all.filter(({ subject }) => subject === 'scripted/T1/U2')).toHaveLength(1)
    expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(1_011)
  })

  test('strangers leave a line and a number, and no row', async () => {
    for (let time = 0; time < 3; time++) {
      refusals.note({ surface: 'api', reason: 'unauthorized', about: `apr_${time}` })
    }
    await nextMinute()
    expect(counted).toEqual(Array(3).fill('api unauthorized'))
    expect(told()).toEqual([
      { reason: 'unauthorized', count: 1 },
      { reason: 'unauthorized', count: 2 },
    ])
    expect(await rows()).toEqual([])
  })

  test('10,000 of one caller are two rows and two lines', async () => {
    for (let time = 0; time < 10_000; time++) refusals.note(refused('U1'))
    await nextMinute()
    expect(counted).toHaveLength(10_000)
    expect((await rows()).map(({ count }) => count)).toEqual([1, 9_999])
    expect(lines).toHaveLength(2)
  })

  test('of 10,000 callers 500 are told apart and the others counted together, other surfaces as ever', async () => {
    for (let user = 0; user < 10_000; user++) refusals.note(refused(`U${user}`))
    refusals.note(refused('U1', { surface: 'api' }))
    refusals.note(refused('U1'))
    await nextMinute()
    const all = await rows()
    expect(all).toHaveLength(500 + 1 + 1 + 2)
    expect(all.filter(({ subject }) => subject === 'others').map(({ count }) => count)).toEqual([1, 9_499])
    expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(10_002)
    expect(lines).toHaveLength(all.length)
  })

  test('whoever is refused waits for no transaction', () => {
    let transactions = 0
    const noting = refusalsOver({
      transact(work) {
        transactions += 1
        return office.db.transact(work)
      },
    })
    for (let time = 0; time < 3; time++) noting.note(refused(`U${time}`))
    expect(transactions).toBe(0)
    return noting.close()
  })

  test('at the stop all is written', async () => {
    for (let time = 0; time < 7; time++) refusals.note(refused('U1'))
    await refusals.close()
    expect((await rows()).map(({ count }) => count)).toEqual([1, 6])
  })

  test('while the database takes nothing it is kept, and written afterwards', async () => {
    let isFull = true
    refusals = refusalsOver({
      async transact(work) {
        if (isFull) throw new Error('the disk is full')
        return office.db.transact(work)
      },
    })
    refusals.note(refused('U1'))
    await eventually(() => lines.find(({ msg }) => msg === 'refusals are not on record yet'))
    expect(await rows()).toEqual([])
    isFull = false
    await refusals.sweep()
    expect(await rows()).toMatchObject([{ subject: 'scripted/T1/U1', count: 1 }])
  })
})
