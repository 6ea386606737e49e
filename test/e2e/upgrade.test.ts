// Proves that a database of an earlier version, on either engine, is all there and goes on working after the upgrade.

import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { silent } from '../fakes/office.ts'
import { select } from '../fakes/peek.ts'
import { ANA, clickOf, payload, postToSlackEndpoint } from '../fakes/slack-requests.ts'
import { CHAT } from '../upgrade/fill-settings.ts'
import { type ApprovalName, type FixtureRecord, type KeyName, readFixtures } from '../upgrade/fixture.ts'
import { openSurroundings, SETTINGS, type Surroundings } from '../upgrade/surroundings.ts'

const AUDIT = `select a.id, a.at, a.action, a.subject, a.canonical, a.leaf, p.salt, p.clear_text
  from audit a join audit_personal p on p.audit_id = a.id order by a.id`

const fixtures = await readFixtures()

/** A migration that takes rows away or moves them on purpose says so here. */
function rowsAfter({ rows: { kysely_migration: _, ...rows } }: FixtureRecord): FixtureRecord['rows'] {
  const { accounts = 0, idempotency_keys = 0 } = rows
  // The holders of keys had accounts of their own; a key names its person itself now. The Idempotency-Key of a decision
  // stands with those of all other operations.
  return { ...rows, accounts: accounts - 3, idempotency_keys: idempotency_keys + 1 }
}

test('there are fixtures of both engines', () => {
  expect(new Set(fixtures.map(({ engine }) => engine))).toEqual(new Set(databases.map(({ name }) => name)))
})

describe.each(fixtures)('$version on $engine', ({ engine, record, load }) => {
  const clock = manualClock(record.at)
  let database: { url: string; drop(): Promise<void> } | undefined
  let around: Surroundings
  let before: Awaited<ReturnType<typeof read>>
  let after: typeof before

  beforeAll(async () => {
    database = await databases.find(({ name }) => name === engine)?.createBlank()
    const url = String(database?.url)
    await load(url)
    before = await read(url)
    await (await openDatabase(url, { as: 'tool', log: silent })).close()
    after = await read(url)
    // The key of SQLite's secrets stands beside the file.
    around = await openSurroundings(url, clock, engine === 'sqlite' ? { COUNTERSIGN_SECRET_KEY: '' } : {})
  })
  afterAll(async () => {
    await around?.close()
    await database?.drop()
  })

  async function read(url: string) {
    const rows: Record<string, number> = {}
    for (const table of Object.keys(record.rows)) {
      const [row] = await select(url, `select count(*) as n from ${table}`)
      rows[table] = Number(row?.n)
    }
    return { rows, audit: await select(url, AUDIT) }
  }
  /** As it is answered now: the address of a webhook or a SIEM is a secret, of which a part is shown. */
  function answerOf(path: string): object {
    const then = JSON.stringify(record.answers[path])
    return JSON.parse(path.startsWith(SETTINGS) ? then.replaceAll('"url":', '"url_shown":') : then)
  }
  const approval = (name: ApprovalName) =>
    around.call<ApprovalView>('GET', `/v1/approvals/${record.approvals[name]}`)
  const post = (key: KeyName, path: string, body: unknown, headers = {}) =>
    around.running.call<Record<string, unknown>>('POST', path, { key: record.keys[key], body, headers })
  const inSlack = (name: ApprovalName) =>
    around.running.slack
      .messages(CHANNEL)
      .find((message) => JSON.stringify(message).includes(record.approvals[name]))

  describe('as it was left', () => {
    test('no row is lost', () => {
      expect(before.rows).toEqual(record.rows)
      expect(after.rows).toMatchObject(rowsAfter(record))
    })

    test('the audit trail is the same, byte for byte, and its hashes are right', () => {
      expect(after.audit.length).toBe(record.rows.audit)
      expect(after.audit).toEqual(before.audit)
      const sha256 = (...parts: unknown[]) => createHash('sha256').update(parts.join('')).digest('hex')
      for (const { canonical, leaf, salt, clear_text } of after.audit) {
        expect(sha256('\0', canonical)).toBe(leaf)
        expect(canonical).toContain(sha256(salt, clear_text))
      }
    })

    test.each([
      '/v1/approvals',
      SETTINGS,
      '/v1/settings/conversations',
      '/v1/api-keys',
      '/v1/events',
      '/v1/deliveries',
    ])('what %s answered then it answers now', async (start) => {
      const paths = Object.keys(record.answers).filter((path) => path.startsWith(start))
      expect(paths).not.toEqual([])
      for (const path of paths) {
        // Lists had all details then.
        const now = path.startsWith('/v1/approvals?') ? `${path}&include=details` : path
        expect(await around.call('GET', now), path).toMatchObject(answerOf(path))
      }
    })
  })

  describe('as it goes on', () => {
    test.each<[KeyName, number]>([
      ['agent', 200],
      ['boundAgent', 200],
      ['ana', 200],
      ['cleo', 200],
      ['admin', 200],
      ['auditor', 200],
      ['rotated', 200],
      ['beforeRotation', 401],
      ['revoked', 401],
      ['revokedReviewer', 401],
    ])('the key %s is answered with %i', async (name, status) => {
      const answer = await around.running.call('GET', '/v1/approvals', { key: record.keys[name] })
      expect(answer.status).toBe(status)
    })

    test('a key may what it might, and no more', async () => {
      const statusOf = async (key: KeyName) =>
        (await around.running.call('GET', SETTINGS, { key: record.keys[key] })).status
      expect(await statusOf('admin')).toBe(200)
      for (const key of ['agent', 'ana', 'auditor'] as const) expect(await statusOf(key)).toBe(403)
      const asked = { agent: { id: 'another-agent' }, action: { tool: 'mail.send' } }
      expect((await post('boundAgent', '/v1/approvals', asked)).body).toMatchObject({
        code: 'agent_mismatch',
      })
      const path = `/v1/approvals/${record.approvals.expired}`
      const own = await around.running.call('GET', path, { key: record.keys.rotated })
      const other = await around.running.call('GET', path, { key: record.keys.agent })
      expect([own.status, other.status]).toEqual([200, 404])
    })

    test.each(record.repeats)('$idempotencyKey of then is still known', async (one) => {
      const headers = { 'idempotency-key': one.idempotencyKey }
      const answer = await post(one.key, one.path, one.body, headers)
      expect(answer).toMatchObject({ status: 200, body: { id: one.id } })
    })

    test.each(['approvals', 'telegram', 'onCall'] as const)(
      'the secret of the destination %s opens: its provider takes a test card',
      async (name) => {
        const { call } = around.running
        const { status } = await call('POST', `${SETTINGS}/${record.destinations[name]}/test`)
        expect(status).toBe(201)
      },
    )

    test('a message that waited for another try is sent, and its approval is decided with a key', async () => {
      expect(inSlack('undelivered')).toBeUndefined()
      clock.advance(10_000)
      await eventually(() => inSlack('undelivered'))
      const path = `/v1/approvals/${record.approvals.undelivered}/decision`
      expect((await post('cleo', path, { decision: 'deny', note: 'nein' })).status).toBe(200)
      expect(await approval('undelivered')).toMatchObject({ status: 'denied' })
    })

    test('a card that stood in Slack decides, by the same person, and is redrawn', async () => {
      const waiting = around.call<ApprovalView>(
        'GET',
        `/v1/approvals/${record.approvals.pending}?wait_seconds=60`,
      )
      // Of a card of then nobody knows whether it shows everything: Approve wants it opened.
      const deny = { actionId: 'deny_action', ...record.pendingCard }
      const press = clickOf({ approvalId: record.approvals.pending, user: ANA, ...deny })
      const { status } = await postToSlackEndpoint(around.running.url, clock, { body: payload(press) })
      expect(status).toBe(200)
      const { status: now, decisions } = await waiting
      expect(now).toBe('denied')
      const [ana] = (await approval('approvedInSlack')).decisions
      // Of a vote of then nobody kept an address.
      expect(ana?.reviewer.email).toBeNull()
      const reviewer = { ...ana?.reviewer, email: 'ana.ruiz@example.com' }
      expect(decisions).toMatchObject([{ verdict: 'deny', reviewer, source: 'slack' }])
      await eventually(() =>
        around.running.slack.calls.find(
          ({ method, args }) => method === 'chat.update' && args.ts === record.pendingCard.ts,
        ),
      )
    })

    test('an alert of then is acknowledged once', async () => {
      const { acknowledgedInSlack, open } = record.alerts
      const late = await post('cleo', `/v1/events/${acknowledgedInSlack}/acknowledge`, undefined)
      expect(late.body).toMatchObject({ code: 'already_acknowledged', acknowledged_by: 'Ana Ruiz' })
      const first = await post('cleo', `/v1/events/${open}/acknowledge`, undefined)
      expect(first).toMatchObject({ status: 200, body: { acknowledged: { by: 'Cleo Müller-Østergård' } } })
    })

    test('an approval of then is withdrawn by the key that asked', async () => {
      const path = `/v1/approvals/${record.approvals.unreached}/withdraw`
      expect((await post('boundAgent', path, {})).status).toBe(404)
      expect((await post('agent', path, {})).body).toMatchObject({ status: 'withdrawn', reached: false })
    })

    test('a message that was given up is sent on demand', async () => {
      const { data } = await around.call<{ data: { id: string; event_id: string }[] }>(
        'GET',
        '/v1/deliveries?state=dead',
      )
      const [dead] = data
      expect(dead?.event_id).toBe(record.alerts.deadInTelegram)
      await around.call('POST', `/v1/deliveries/${dead?.id}/replay`)
      const inChat = () => JSON.stringify(around.telegram.messages(CHAT))
      await eventually(() => inChat().includes(record.alerts.deadInTelegram))
    })

    describe('the webhook', () => {
      let server: Server
      const received: { headers: Record<string, string>; body: string }[] = []
      beforeAll(async () => {
        server = createServer(async (req, res) => {
          const body = Buffer.concat(await req.toArray()).toString()
          received.push({ headers: req.headers as Record<string, string>, body })
          res.writeHead(204).end()
        })
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      })
      afterAll(() => {
        server.closeAllConnections()
        server.close()
      })

      test('signs with the secret that it had', async () => {
        const path = `${SETTINGS}/${record.destinations.webhook}`
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`
        await around.call('PATCH', path, { config: { url } })
        await around.call('POST', `${path}/test`, { event: 'incident', message: 'after the upgrade' })
        const request = await eventually(() =>
          received.find(({ body }) => body.includes('after the upgrade')),
        )
        const {
          'webhook-id': id = '',
          'webhook-timestamp': at,
          'webhook-signature': signature,
        } = request.headers
        const { webhookSecret } = record
        const ours = new Webhook(webhookSecret).sign(id, new Date(Number(at) * 1_000), request.body)
        expect(signature).toBe(ours)
        expect(request.headers['x-key']).toBe('hush')
      })
    })
  })
})
