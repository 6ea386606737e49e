// Shows that genuine but nonsensical requests of Teams are answered properly, never with a 500, and not recorded.

import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { databases } from '../fakes/databases.ts'
import { recorded, select } from '../fakes/peek.ts'
import { type Json, STATE_OF_TEAMS, TEAMS_PATHS, teamsOffice } from '../fakes/teams-office.ts'

const TIME_LIMIT_MS = 5_000
/** For stack traces, paths and the words of parsers and databases. */
const RAW = /\bat \w|node_modules|\.ts\b|Unexpected|position|undefined|null|UTF8|sqlite/i

describe.each(databases)('on $name', ({ create }) => {
  const office = teamsOffice(create)
  let asked: ApprovalView
  let execute: Json
  let submit: Json
  let say: Json
  const printed: unknown[] = []

  beforeAll(async () => {
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((what) => printed.push(what) > 0)
    }
    for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
      vi.spyOn(console, method).mockImplementation((...words) => void printed.push(words))
    }
    asked = await office.ask()
    execute = await office.activityOf({ approval: asked })
    submit = await office.activityOf({ approval: asked, how: 'submit' })
    const { value: _, replyToId: __, ...spoken } = submit
    say = { ...spoken, text: 'status' }
  })
  afterAll(() => {
    vi.restoreAllMocks()
  })

  const everything = async () => [
    await recorded(office.databaseUrl),
    await select(office.databaseUrl, STATE_OF_TEAMS),
  ]
  async function post(
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
    path = TEAMS_PATHS[0],
  ) {
    const startedMs = performance.now()
    const response = await fetch(`${office.running.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await office.teams.token()}`,
        ...headers,
      },
      body,
    })
    const text = await response.text()
    return { status: response.status, text, tookMs: performance.now() - startedMs }
  }
  const send = (activity: unknown) => post(JSON.stringify(activity))

  test.each<[string, () => unknown]>([
    ['no type', () => ({ ...execute, type: undefined })],
    ['a type nobody knows', () => ({ ...execute, type: 'whatIsThis' })],
    ['a type that is a number', () => ({ ...execute, type: 5 })],
    ['nobody it is from', () => ({ ...execute, from: undefined })],
    ['a sender that is a text', () => ({ ...execute, from: 'Ana' })],
    ['a sender with NUL', () => ({ ...execute, from: { id: '29:\0' } })],
    ['an object id that is a number', () => ({ ...execute, from: { id: '29:1', aadObjectId: 7 } })],
    ['an object id with NUL', () => ({ ...execute, from: { id: '29:1', aadObjectId: '\0' } })],
    ['no recipient', () => ({ ...execute, recipient: null })],
    ['no conversation', () => ({ ...execute, conversation: undefined })],
    ['a conversation with NUL', () => ({ ...execute, conversation: { id: 'a:\0' } })],
    ['a text that is a list', () => ({ ...say, text: ['status'] })],
    ['members that are no list', () => ({ ...say, type: 'conversationUpdate', membersAdded: {} })],
    ['members that are null', () => ({ ...say, type: 'conversationUpdate', membersRemoved: [null] })],
    ['a team that is a text', () => ({ ...say, channelData: { team: 'Operations' } })],
    ['an id that is a number', () => ({ ...execute, id: 5 })],
    ['entities that are a text', () => ({ ...say, entities: 'mention' })],
  ])('an activity with %s is a 400', async (_what, activity) => {
    const before = await everything()
    const { status, text } = await send(activity())
    expect(status).toBe(400)
    expect(JSON.parse(text)).toMatchObject({ code: 'malformed_payload', detail: 'This is no activity' })
    expect(await everything()).toEqual(before)
  })

  test.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>, number]>([
    ['nothing', '', {}, 400],
    ['no JSON', '{nope', {}, 400],
    ['null', 'null', {}, 400],
    ['a list', '[]', {}, 400],
    ['a text', '"x"', {}, 400],
    ['what is not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), {}, 400],
    ['a hundred thousand levels', '['.repeat(100_000), {}, 400],
    ['levels inside an object', `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, {}, 401],
    ['a prototype', '{"__proto__":{"type":"message"}}', {}, 401],
    ['300 KB', JSON.stringify({ text: 'x'.repeat(300_000) }), {}, 413],
    ['a form', 'payload=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['text', '{}', { 'content-type': 'text/plain' }, 415],
    ['no content type', new Uint8Array([0x7b, 0x7d]), { 'content-type': '' }, 415],
    ['compressed bytes', 'x', { 'content-encoding': 'gzip' }, 415],
  ])('%s as a body is refused properly', async (_what, body, headers, status) => {
    const before = await everything()
    for (const path of TEAMS_PATHS) {
      const answer = await post(body, headers, path)
      expect(answer.status).toBe(status)
      expect(JSON.parse(answer.text)).toMatchObject({ status, code: expect.any(String) })
      expect(answer.text).not.toMatch(RAW)
    }
    expect(await everything()).toEqual(before)
  })

  test.each<[string, Json, number]>([
    ['typing', { type: 'typing' }, 200],
    ['a reaction', { type: 'messageReaction', reactionsAdded: [{ type: 'like' }] }, 200],
    ['an event', { type: 'event', name: 'application/vnd.microsoft.readReceipt' }, 200],
    ['an edited message', { type: 'messageUpdate', text: 'status' }, 200],
    ['a deleted message', { type: 'messageDelete' }, 200],
    ['the end of a conversation', { type: 'endOfConversation' }, 200],
    ['somebody who joined', { type: 'conversationUpdate', membersAdded: [{ id: '29:1new' }] }, 200],
    ['an unknown change of a team', { type: 'conversationUpdate', channelData: { eventType: 'x' } }, 200],
    ['a button of no approval', { value: { action: 'approve' } }, 200],
    ['an invoke of another kind', { type: 'invoke', name: 'task/fetch', value: {} }, 501],
    ['an invoke without a name', { type: 'invoke' }, 501],
    ['an answer to an invoke', { type: 'invokeResponse', value: { status: 500 } }, 200],
  ])('%s is answered and changes nothing', async (_what, differences, status) => {
    const before = await everything()
    const { channelData } = say as { channelData: Json }
    const { channelData: more = {}, ...others } = differences as { channelData?: Json }
    const body = { ...say, text: undefined, ...others, channelData: { ...channelData, ...more } }
    const answer = await send(body)
    expect(answer.status).toBe(status)
    expect(answer.text).toBe(status === 200 ? 'OK' : '')
    expect(await everything()).toEqual(before)
  })

  test('whatever stands in the fields of a genuine activity, it is no 5xx, in time, and records nothing', async () => {
    const before = await recorded(office.databaseUrl)
    const fields = [...new Set([execute, submit, say].flatMap((one) => Object.keys(one)))]
      .concat('membersAdded', 'membersRemoved', 'action', 'deliveryMode', 'attachments')
      .filter((field) => !['serviceUrl', 'channelId'].includes(field))
    const activity = fc.tuple(
      fc.constantFrom(0, 1, 2),
      fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1, maxKeys: 4 }),
      fc.boolean(),
    )
    await fc.assert(
      fc.asyncProperty(activity, async ([base, differences, inChannelData]) => {
        const genuine = [execute, submit, say][base] as { channelData: Json; conversation: Json }
        // Else a click that kept what matters would decide, and rightly so.
        const conversation = { ...genuine.conversation, id: '19:elsewhere@thread.tacv2' }
        const elsewhere = { ...genuine, id: `f:${randomUUID()}`, conversation }
        const channelData = { ...genuine.channelData, ...differences }
        const body = { ...elsewhere, ...(inChannelData ? { channelData } : differences) }
        const { status, text, tookMs } = await send(body)
        expect([200, 400, 403, 501]).toContain(status)
        if (status === 400 || status === 403) expect(text).not.toMatch(RAW)
        expect(tookMs).toBeLessThan(TIME_LIMIT_MS)
      }),
      { numRuns: 150 },
    )
    expect((await office.read(asked)).decisions).toEqual([])
    expect(await recorded(office.databaseUrl)).toEqual(before)
  }, 60_000)

  test('after all of this nothing was printed, and the same click without a fault decides', async () => {
    expect(printed).toEqual([])
    expect((await send(execute)).status).toBe(200)
    expect((await office.read(asked)).status).toBe('approved')
  })
})
