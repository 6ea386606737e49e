// Shows that cards can go where the app is in Teams, by the names people know, over restarts, until it is removed.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp, type Countersign } from '../../src/app.ts'
import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { reviewer } from '../fakes/shared-server.ts'
import type { Json } from '../fakes/teams-office.ts'

const CONVERSATIONS = '/v1/settings/conversations'
const DESTINATIONS = '/v1/settings/notifications'

interface Listed {
  channel_type: string
  conversation_id: string
  name: string
  kind: string
  added_at: string
}

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let running: Running
  /** What runs on the same port after the first was stopped. */
  let later: Countersign | undefined

  beforeAll(async () => {
    database = await create()
    running = await startCountersign({ databaseUrl: database.url, clock, teams: true })
  })
  afterAll(async () => {
    await later?.stop()
    await running?.stop()
    await database?.drop()
  })

  const list = async () => (await running.call<{ data: Listed[] }>('GET', CONVERSATIONS)).body.data
  const names = async () => (await list()).map(({ name }) => name).sort()
  const nameOf = async (id: string) =>
    (await list()).find(({ conversation_id }) => conversation_id === id)?.name
  const refusal = async (conversation_id: string) => {
    const body = { channel_type: 'teams', name: 'A place', config: { conversation_id } }
    const { status, body: problem } = await running.call('POST', DESTINATIONS, { body })
    return [status, problem.detail]
  }
  const destinationIn = (conversation_id: string) =>
    running.destination({ channel_type: 'teams', name: 'A place', config: { conversation_id } })
  const destination = async (id: string) => (await running.call<Json>('GET', `${DESTINATIONS}/${id}`)).body
  const places = () => running.teams.workspace.places
  const isCardIn = (conversationId: string, { id }: { id: string }) =>
    running.teams.messages(conversationId).some(({ card }) => JSON.stringify(card)?.includes(id))

  test('before the app is anywhere nothing is listed, and destinations are refused with a sentence', async () => {
    expect(await list()).toEqual([])
    expect(await refusal(places().general)).toEqual([
      400,
      'The app is not in this conversation; GET /v1/settings/conversations lists those where it is',
    ])
  })

  test('only admins see where the app is', async () => {
    for (const wanted of [{ roles: ['agent'] }, reviewer('Ana Ruiz'), { roles: ['auditor'] }]) {
      const key = await running.key(wanted)
      expect(await running.call('GET', CONVERSATIONS, { key })).toMatchObject({ status: 403 })
    }
    expect(await running.call('GET', CONVERSATIONS, { key: 'nobody' })).toMatchObject({ status: 401 })
  })

  test('adding the app to a team lists all of its channels by name, and chats beside them', async () => {
    for (const { status } of await running.teams.install(places().approvals)) expect(status).toBe(200)
    expect(await names()).toEqual(['Operations / Approvals', 'Operations / General'])
    clock.advance(60_000)
    await running.teams.install(places().groupChat)
    await running.teams.install(places().personal)
    const kinds = Object.fromEntries(
      (await list()).map(({ conversation_id, kind }) => [conversation_id, kind]),
    )
    expect(kinds).toEqual({
      [places().approvals]: 'channel',
      [places().general]: 'channel',
      [places().groupChat]: 'groupChat',
      [places().personal]: 'personal',
    })
    expect(await nameOf(places().personal)).toBe('Ana Ruiz')
    expect(await nameOf(places().groupChat)).toBe('Group chat')
    const [newest] = await list()
    expect(newest).toMatchObject({ channel_type: 'teams', added_at: '2026-01-01T00:01:00.000Z' })
  })

  test('cards go to each kind of conversation', async () => {
    const where = [places().approvals, places().groupChat, places().personal]
    const ids = await Promise.all(where.map(destinationIn))
    const { body } = await running.ask()
    for (const id of where) {
      await eventually(() => isCardIn(id, body))
    }
    for (const id of ids) await running.call('DELETE', `${DESTINATIONS}/${id}`)
  })

  test('new, renamed and deleted channels are followed', async () => {
    const id = '19:OperationsSecurityK3fLw8@thread.tacv2'
    await running.teams.createChannel(id, 'Security')
    expect(await names()).toContain('Operations / Security')
    const before = (await list()).find(({ conversation_id }) => conversation_id === id)?.added_at
    clock.advance(60_000)
    await running.teams.renameChannel(id, 'Security and risk')
    expect(await nameOf(id)).toBe('Operations / Security and risk')
    expect((await list()).find(({ conversation_id }) => conversation_id === id)?.added_at).toBe(before)

    const destinationId = await destinationIn(id)
    await running.teams.deleteChannel(id)
    expect(await nameOf(id)).toBeUndefined()
    expect(await destination(destinationId)).toMatchObject({
      enabled: false,
      disabled_reason: 'channel_deleted',
    })
    expect((await refusal(id))[0]).toBe(400)
  })

  test('a renamed channel has its new name also when Teams does not list the channels', async () => {
    running.teams.failNext({ method: 'channels', status: 500 })
    await running.teams.renameChannel(places().approvals, 'Sign-off')
    expect(await nameOf(places().approvals)).toBe('Operations / Sign-off')
    expect(await nameOf(places().general)).toBe('Operations / General')
    expect(running.teams.calls.filter(({ method }) => method === 'channels').length).toBeGreaterThan(1)
    await running.teams.renameChannel(places().approvals, 'Approvals')
  })

  test('Teams is asked once for the channels, whatever it answers', async () => {
    for (const fault of [{ status: 503 }, { status: 429 }, { dropAfterPosting: false }]) {
      const before = running.teams.calls.filter(({ method }) => method === 'channels').length
      running.teams.failNext({ method: 'channels', ...fault })
      await running.teams.renameChannel(places().approvals, 'Approvals')
      expect(running.teams.calls.filter(({ method }) => method === 'channels').length).toBe(before + 1)
    }
  })

  async function startAgain(databaseUrl = database.url): Promise<void> {
    await (later ?? running.app).stop()
    later = await buildApp({ ...running.config, databaseUrl }, { clock })
    await later.start()
  }

  test('what is known survives a restart', async () => {
    const before = await list()
    await startAgain()
    expect(await list()).toEqual(before)
    const id = await destinationIn(places().groupChat)
    const { body } = await running.ask()
    await eventually(() => isCardIn(places().groupChat, body))
    await running.call('DELETE', `${DESTINATIONS}/${id}`)
  })

  test('in a new database a conversation is remembered once somebody speaks to the bot there', async () => {
    const another = await create()
    try {
      await startAgain(another.url)
      expect(await list()).toEqual([])
      const { ana } = running.teams.workspace.people
      await running.teams.say({ conversationId: places().approvals, userId: ana.id, text: 'help' })
      expect(await names()).toEqual(['Operations / Approvals', 'Operations / General'])
      await running.teams.say({ conversationId: places().groupChat, userId: ana.id, text: 'help' })
      expect(await nameOf(places().groupChat)).toBe('Group chat')
      await destinationIn(places().groupChat)
    } finally {
      await startAgain()
      await another.drop()
    }
  })

  test('removing the app switches its destinations off, says why, and leaves others alone', async () => {
    const [inTeam, inChat] = [await destinationIn(places().general), await destinationIn(places().groupChat)]
    const { body: asked } = await running.ask()
    for (const place of [places().general, places().groupChat]) await eventually(() => isCardIn(place, asked))
    await running.teams.remove(places().approvals)
    // Where something is sent there at that moment, Teams says it first.
    const removed = expect.stringMatching(/^(app_removed|BotNotInConversationRoster)$/)
    expect(await destination(inTeam)).toMatchObject({ enabled: false, disabled_reason: removed })
    expect(await destination(inChat)).toMatchObject({ enabled: true })
    expect((await list()).map(({ kind }) => kind).sort()).toEqual(['groupChat', 'personal'])
    await running.teams.remove(places().groupChat)
    await running.teams.remove(places().personal)
    expect(await destination(inChat)).toMatchObject({ enabled: false, disabled_reason: removed })
    expect(await list()).toEqual([])
    // Cards that stand there cannot be redrawn, and nothing else suffers from it.
    await running.call('POST', `/v1/approvals/${asked.id}/withdraw`)

    await running.teams.install(places().general)
    await running.call('PATCH', `${DESTINATIONS}/${inTeam}`, { body: { enabled: true } })
    const { body: next } = await running.ask()
    await eventually(() => isCardIn(places().general, next))
  })
})
