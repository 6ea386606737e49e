// Shows that a database that is locked, full or away for a while costs nobody more than another try.

import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net'
import SqliteHandle from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { ANA } from '../fakes/slack-requests.ts'
import { shown } from '../fakes/teams-office.ts'

const BUSY = 'Another process has locked the database; try again in a few seconds'
const AWAY = 'The database does not answer; try again in a few seconds'
const FULL = 'The disk of the database is full or broken; try again once an admin has seen to it'

/** A way to PostgreSQL that can be cut. */
async function cableTo(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const server: Server = createServer((near) => {
    const far = dial(Number(port), hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      socket.on('error', () => {}).on('close', () => other.destroy())
    }
  })
  const plug = (at: number) => new Promise<void>((resolve) => void server.listen(at, '127.0.0.1', resolve))
  await plug(0)
  const { port: at } = server.address() as AddressInfo
  const url = new URL(databaseUrl)
  Object.assign(url, { hostname: '127.0.0.1', port: String(at) })
  return {
    url: url.href,
    async cut() {
      server.close()
      for (const socket of sockets) socket.destroy()
      sockets.clear()
    },
    mend: () => plug(at),
  }
}

describe.each(databases)('on $name', ({ name, create }) => {
  let database: Awaited<ReturnType<typeof create>>
  let cable: Awaited<ReturnType<typeof cableTo>> | undefined
  let running: Running
  let writer: SqliteHandle.Database | undefined

  beforeAll(async () => {
    database = await create()
    cable = name === 'postgres' ? await cableTo(database.url) : undefined
    const pragma = vi.spyOn(SqliteHandle.prototype, 'pragma')
    running = await startCountersign({ databaseUrl: cable?.url ?? database.url, teams: true })
    writer = pragma.mock.contexts.at(-1) as SqliteHandle.Database | undefined
    await running.destination()
    await running.teamsDestination()
  })
  afterEach(() => vi.restoreAllMocks())
  afterAll(async () => {
    await running?.stop()
    await cable?.cut()
    await database?.drop()
  })

  const cardsOf = (messages: readonly object[], { id }: ApprovalView) =>
    messages.filter((message) => JSON.stringify(message).includes(id))
  const inSlack = (asked: ApprovalView) => cardsOf(running.slack.messages(CHANNEL), asked)
  const inTeams = (asked: ApprovalView) =>
    cardsOf(running.teams.messages(running.teams.workspace.places.approvals), asked)
  /** An approval whose cards stand in both and are known to. */
  async function askedInBoth(): Promise<ApprovalView> {
    const { body } = await running.ask()
    await eventually(() => inSlack(body)[0] && inTeams(body)[0])
    const known = `select handle from posted_cards where subject_id = '${body.id}'`
    await eventually(async () => (await select(database.url, known)).length === 2)
    return body
  }
  const clickInSlack = (asked: ApprovalView) => {
    const { ts } = inSlack(asked)[0] as { ts?: string }
    return running.slack.click({ channel: CHANNEL, ts: ts ?? '', actionId: 'approve_action', userId: ANA })
  }
  /** A modal that is open and filled. */
  async function noteInSlack(asked: ApprovalView) {
    const { ts } = inSlack(asked)[0] as { ts?: string }
    const press = { actionId: 'decide_with_note', option: `deny ${asked.id}`, userId: ANA }
    await running.slack.click({ channel: CHANNEL, ts: ts ?? '', ...press })
    const isFilled = (modal: object) => JSON.stringify(modal).includes(asked.digest)
    return eventually(() => running.slack.modals().find(isFilled))
  }
  const clickInTeams = (asked: ApprovalView, how: 'execute' | 'submit') => {
    const { places, people } = running.teams.workspace
    const { id } = inTeams(asked)[0] as { id?: string }
    const press = { conversationId: places.approvals, activityId: id ?? '', userId: people.ben.id }
    return running.teams.click({ ...press, title: 'Deny', how })
  }
  const told = () => ({
    slack: running.slack.messages(CHANNEL).filter(({ ephemeralFor }) => ephemeralFor === ANA),
    teams: running.teams.messages(running.teams.workspace.places.approvals),
  })

  const status = async (path: string) => (await fetch(running.url + path)).status
  const health = () => Promise.all(['/healthz', '/readyz'].map(status))
  const isReady = async () => (await status('/readyz')) === 200

  interface Trouble {
    code: string
    says: string
    ready: number
    begin(): unknown
    end(): unknown
  }

  /** Every surface is told this while it lasts; after it all goes on, and nothing was sent twice. */
  async function survive({ code, says, ready, begin, end }: Trouble) {
    const asked = await askedInBoth()
    const note = await noteInSlack(asked)
    await begin()
    try {
      const [refused, slack, sent, execute, submit] = await Promise.all([
        running.ask(),
        clickInSlack(asked),
        running.slack.submit({ viewId: note.id, userId: ANA, values: { note: 'no' } }),
        clickInTeams(asked, 'execute'),
        clickInTeams(asked, 'submit'),
      ])
      expect(refused).toMatchObject({ status: 503, body: { code, detail: says } })
      expect(refused.headers.get('retry-after')).toBe('5')
      expect([slack.status, sent.status, execute.status, submit.status]).toEqual([200, 200, 200, 200])
      // What was written is kept.
      expect(note.errors).toEqual({ note: says })
      expect(shown(execute)).toBe(`⚠ ${says}`)
      await eventually(() => told().slack.some(({ text }) => text === `:warning: ${says}`))
      await eventually(() => told().teams.some(({ text }) => text === `⚠ ${says}`))
      expect(await health()).toEqual([200, ready])
    } finally {
      await end()
    }
    await eventually(isReady)
    expect((await clickInSlack(asked)).status).toBe(200)
    const { body } = await running.call<ApprovalView>('GET', `/v1/approvals/${asked.id}`)
    expect(body.status).toBe('approved')
    const next = await askedInBoth()
    const cards = [inSlack(next), inTeams(next), inSlack(asked), inTeams(asked)]
    expect(cards.map(({ length }) => length)).toEqual([1, 1, 1, 1])
  }

  if (name === 'sqlite')
    test('another process writes for too long: reads go on, writes may try again', () => {
      const other = new SqliteHandle(database.url)
      const begin = () => other.exec('begin immediate')
      return survive({ code: 'database_busy', says: BUSY, ready: 200, begin, end: () => other.close() })
    })

  if (name === 'postgres')
    test('the server is away: it is not ready, until it is there again', () => {
      const { cut: begin, mend: end } = cable as NonNullable<typeof cable>
      return survive({ code: 'not_ready', says: AWAY, ready: 503, begin, end })
    })

  if (name === 'sqlite')
    test('the disk is full: it is not ready, until there is room again', async () => {
      const roomFor = (more: number) => {
        const pages = writer?.pragma('page_count', { simple: true }) as number
        writer?.pragma(`max_page_count = ${pages + more}`)
      }
      const askMuch = () => running.ask({ metadata: { text: 'x'.repeat(50_000) } })
      roomFor(0)
      try {
        const refused = await askMuch()
        expect(refused).toMatchObject({ status: 503, body: { code: 'storage_full', detail: FULL } })
        expect(await health()).toEqual([200, 503])
      } finally {
        roomFor(10_000)
      }
      expect(await isReady()).toBe(true)
      expect((await askMuch()).status).toBe(201)
      await askedInBoth()
    })
})
