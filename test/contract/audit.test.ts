// Shows that every change is on record once, in bytes that can be proven, and without anybody's secrets.

import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditPersonalRow, AuditRow } from '../../db/schema.ts'
import { createDesk } from '../../src/approvals/create-desk.ts'
import { createApiKeys } from '../../src/identity/api-keys.ts'
import type { Principal } from '../../src/identity/principal.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { asking, DESK, LIMITS, member, type Office, openOffice, press } from '../fakes/office.ts'

const PERSONAL = {
  agentName: 'Zweig the refund agent',
  summary: 'Refund Mrs. Yarrow',
  argument: 'yarrow-iban-4711',
  reason: 'PII_OF_YARROW',
  requester: 'xenia@example.com',
  session: 'session-of-xenia',
  reviewer: 'Wanda Vale',
  address: 'wanda@example.com',
  note: 'checked with Ulla',
  withdrawal: 'Tamsin asked for it',
  key: 'the key of Soren',
  person: 'Soren Rask',
  email: 'soren@example.com',
}
/** What a vote tells of the one who cast it. */
const VOTER = ['reviewer', 'address', 'note']
const words = Object.values(PERSONAL)
const sha256 = (...parts: string[]) => createHash('sha256').update(parts.join('')).digest('hex')

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let office: Office
  let place: string

  beforeAll(async () => {
    database = await create()
    office = await openOffice(database.url, clock)
    place = await office.destination()
  })
  afterAll(async () => {
    await office.close()
    await database.drop()
  })

  const ask = () =>
    office.ask({
      agent: { id: 'agent-1', name: PERSONAL.agentName },
      action: {
        tool: 'stripe.refund',
        summary: PERSONAL.summary,
        arguments: { to: PERSONAL.argument, n: clock.now() },
      },
      reasons: [PERSONAL.reason],
      requestedByEmail: PERSONAL.requester,
      metadata: { session: PERSONAL.session },
      expiresInSeconds: 60,
    })
  const told = { name: PERSONAL.reviewer, emails: [PERSONAL.address] }
  const reviewer = member('U1', told)
  const decide = (approval: { id: string }, verdict: 'approve' | 'deny') =>
    office.desk.decide(press(approval, place, 'U1', verdict, { by: reviewer, note: PERSONAL.note }))
  const trail = (subject: string) =>
    office.db.read.selectFrom('audit').selectAll().where('subject', '=', subject).orderBy('id').execute()
  const counts = async () => {
    const tables = [
      'approvals',
      'decisions',
      'events',
      'deliveries',
      'posted_cards',
      'persons',
      'audit',
      'audit_personal',
    ]
    const count = async (table: string) =>
      (await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(office.db.read))
        .rows[0]?.n
    return Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await count(table)])))
  }

  async function expectProvable(row: AuditRow): Promise<void> {
    const parsed = JSON.parse(row.canonical)
    expect(canonicalize(parsed)).toBe(row.canonical)
    expect(row.leaf).toBe(sha256('\0', row.canonical))
    const { id, at, action, subject } = row
    expect(parsed).toMatchObject({ id, at, action, subject })
    expect(words.filter((word) => row.canonical.includes(word))).toEqual([])

    const personal = await personalOf(id)
    expect(parsed.personal).toBe(`sha256:${sha256(personal.salt, personal.clear_text)}`)
    expect(canonicalize(JSON.parse(personal.clear_text))).toBe(personal.clear_text)
    expect(personal.salt).toMatch(/^[0-9a-f]{32}$/)
  }
  const personalOf = (id: string): Promise<AuditPersonalRow> =>
    office.db.read
      .selectFrom('audit_personal')
      .selectAll()
      .where('audit_id', '=', id)
      .executeTakeFirstOrThrow()

  test.each<[string, string, (approval: { id: string }) => Promise<unknown>, string[]]>([
    ['an approval', 'approval.reviewed', (approval) => decide(approval, 'approve'), VOTER],
    ['a denial', 'approval.reviewed', (approval) => decide(approval, 'deny'), VOTER],
    [
      'a withdrawal',
      'approval.withdrawn',
      ({ id }) => office.desk.withdraw({ approvalId: id, reason: PERSONAL.withdrawal }),
      ['withdrawal'],
    ],
    [
      'an expiry',
      'approval.expired',
      () => {
        clock.advance(60_000)
        return office.desk.expireDue()
      },
      [],
    ],
  ])(
    '%s leaves one provable row behind that of the request, and nothing personal in it',
    async (_, action, change, personal) => {
      clock.advance(1)
      const asked = await ask()
      await change(asked)
      const rows = await trail(asked.id)
      expect(rows.map((row) => row.action)).toEqual(['approval.requested', action])
      for (const row of rows) await expectProvable(row)
      expect(rows.map((row) => row.at)).toEqual([Date.parse(asked.created_at), clock.now()])

      const [requested, closed] = await Promise.all(rows.map((row) => personalOf(row.id)))
      for (const word of words.slice(0, 6)) expect(requested?.clear_text).toContain(word)
      for (const name of personal)
        expect(closed?.clear_text).toContain(PERSONAL[name as keyof typeof PERSONAL])
      expect(requested?.salt).not.toBe(closed?.salt)
    },
  )

  test('who gets a key is on record, without the key and the names', async () => {
    const apiKeys = createApiKeys({ db: office.db, clock, adminKey: undefined, limits: LIMITS })
    const person = { name: PERSONAL.person, email: PERSONAL.email }
    const made = await apiKeys.create({ name: PERSONAL.key, roles: ['reviewer'], person }, 'command line')
    if ('refused' in made) throw new Error(made.refused.text)
    const { id, key } = made
    const rows = await trail(id)
    expect(rows.map((row) => row.action)).toEqual(['api_key.created'])
    for (const row of rows) {
      await expectProvable(row)
      expect(row.canonical + (await personalOf(row.id)).clear_text).not.toContain(key)
    }
  })

  test('what changes nothing leaves no row: a repetition, a twin, a refusal', async () => {
    clock.advance(1)
    const asked = await ask()
    const vote = press(asked, place, 'U1', 'deny', { by: reviewer })
    await ask()
    await office.desk.decide({ ...vote, by: { ...reviewer, standing: 'guest' } as Principal })
    await office.desk.decide(vote)
    const before = await counts()
    await office.desk.decide(vote)
    await office.desk.decide({ ...vote, interactionId: 'another press' })
    await office.desk.withdraw({ approvalId: asked.id })
    await office.desk.expireDue()
    expect(await counts()).toEqual(before)
    expect((await trail(asked.id)).map((row) => row.action)).toEqual([
      'approval.requested',
      'approval.reviewed',
    ])
  })

  test('a transaction that fails at its very end leaves nothing behind', async () => {
    clock.advance(1)
    const asked = await ask()
    const failing = createDesk({
      db: {
        ...office.db,
        transact: (work) =>
          office.db.transact(async (trx) => {
            await work(trx)
            throw new Error('the power went')
          }),
      },
      clock,
      ...DESK,
    })
    const before = await counts()
    const votes = press(asked, place, 'U7', 'approve', { by: member('U7', told) })
    await expect(failing.request(asking())).rejects.toThrow('the power went')
    await expect(failing.decide(votes)).rejects.toThrow('the power went')
    await expect(failing.withdraw({ approvalId: asked.id })).rejects.toThrow('the power went')
    expect(await counts()).toEqual(before)
  })

  test('what cannot be put on record does not happen', async () => {
    clock.advance(1)
    const asked = await ask()
    const before = await counts()
    const rename = (from: string, to: string) =>
      office.db.transact((trx) => sql`alter table ${sql.table(from)} rename to ${sql.table(to)}`.execute(trx))
    await rename('audit_personal', 'gone')
    try {
      await expect(office.desk.request(asking())).rejects.toThrow('audit_personal')
      const denial = press(asked, place, 'U7', 'deny', { by: member('U7', told) })
      await expect(office.strictDesk.decide(denial)).rejects.toThrow('audit_personal')
    } finally {
      await rename('gone', 'audit_personal')
    }
    expect(await counts()).toEqual(before)
    expect((await office.queries.find(asked.id))?.status).toBe('pending')
  })
})
