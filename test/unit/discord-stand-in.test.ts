// Shows that the stand-in for Discord takes and refuses what Discord would.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type DiscordServer, startDiscord } from '../fakes/discord-server.ts'
import { manualClock } from '../fakes/manual-clock.ts'

let server: DiscordServer
beforeEach(async () => {
  server = await startDiscord(manualClock())
})
afterEach(() => server.close())

async function call(body: unknown, path = '?wait=true&with_components=true', method = 'POST') {
  const answer = await fetch(server.discord.webhookUrl() + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await answer.text()
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as a caller reads them
  return { status: answer.status, json: (text === '' ? undefined : JSON.parse(text)) as any }
}

const many = (count: number) => Array.from({ length: count }, (_, index) => index)
const embed = (parts: object) => ({ embeds: [parts] })
const fields = (...list: object[]) => embed({ title: 't', fields: list })
const row = (...components: object[]) => ({
  content: 'x',
  components: [{ type: 1, components }],
})
const link = { type: 2, style: 5, label: 'Go', url: 'https://a.example' }

describe('a message', () => {
  test('is answered with an id of its own only when asked to wait', async () => {
    const first = await call({ content: 'one' })
    const second = await call({ content: 'two' })
    expect(first).toMatchObject({ status: 200, json: { content: 'one', edited_timestamp: null } })
    expect(second.json.id).not.toBe(first.json.id)
    expect(await call({ content: 'three' }, '')).toEqual({ status: 204, json: undefined })
    expect(server.discord.messages().map(({ content }) => content)).toEqual(['one', 'two', 'three'])
  })

  test('loses its buttons in silence unless components are asked for', async () => {
    await call(row(link))
    await call(row(link), '?wait=true')
    expect(server.discord.messages().map(({ components }) => components.length)).toEqual([1, 0])
  })

  test('is edited in its place', async () => {
    const { json } = await call({ content: 'one' })
    const edit = await call({ content: 'two' }, `/messages/${json.id}`, 'PATCH')
    expect(edit).toMatchObject({ status: 200, json: { id: json.id, content: 'two' } })
    expect(server.discord.messages()).toMatchObject([{ content: 'two', editedAt: expect.any(Number) }])
  })

  test('notifies whom its text names, unless that was ruled out', async () => {
    const content = 'hello @everyone <@1> <@&2>'
    await call({ content })
    await call({ content, allowed_mentions: { parse: ['users'] } })
    await call({ content, allowed_mentions: { parse: [] } })
    await call(embed({ description: content }))
    expect(server.discord.messages().map(({ pings }) => pings)).toEqual([
      ['@everyone', '<@1>', '<@&2>'],
      ['<@1>'],
      [],
      [],
    ])
  })
})

describe('what Discord refuses', () => {
  test.each([
    ['content over 2000', { content: 'x'.repeat(2001) }, 'content'],
    ['11 embeds', { embeds: many(11).map(() => ({ title: 't' })) }, 'embeds'],
    ['a title over 256', embed({ title: 'x'.repeat(257) }), 'embeds.0.title'],
    ['a description over 4096', embed({ description: 'x'.repeat(4097) }), 'embeds.0.description'],
    ['a footer over 2048', embed({ footer: { text: 'x'.repeat(2049) } }), 'embeds.0.footer.text'],
    ['an author over 256', embed({ author: { name: 'x'.repeat(257) } }), 'embeds.0.author.name'],
    ['a colour that is none', embed({ title: 't', color: 0x1000000 }), 'embeds.0.color'],
    ['26 fields', fields(...many(26).map(() => ({ name: 'n', value: 'v' }))), 'embeds.0.fields'],
    ['a field without a value', fields({ name: 'n', value: '' }), 'embeds.0.fields.0.value'],
    ['a name over 256', fields({ name: 'x'.repeat(257), value: 'v' }), 'embeds.0.fields.0.name'],
    ['a value over 1024', fields({ name: 'n', value: 'x'.repeat(1025) }), 'embeds.0.fields.0.value'],
    ['6001 characters', { embeds: many(3).map(() => ({ description: 'x'.repeat(2001) })) }, 'embeds'],
    [
      'a button that acts',
      row({ type: 2, style: 1, label: 'Go', custom_id: 'x' }),
      'components.0.components.0.type',
    ],
    ['a label over 80', row({ ...link, label: 'x'.repeat(81) }), 'components.0.components.0.label'],
    [
      'an address over 512',
      row({ ...link, url: `https://a.example/${'x'.repeat(500)}` }),
      'components.0.components.0.url',
    ],
    ['an address of a script', row({ ...link, url: 'javascript:alert(1)' }), 'components.0.components.0.url'],
    ['an address without a dot', row({ ...link, url: 'http://localhost' }), 'components.0.components.0.url'],
    ['six buttons in a row', row(...many(6).map(() => link)), 'components.0.components'],
    [
      'an unknown mention',
      { content: 'x', allowed_mentions: { parse: ['all'] } },
      'allowed_mentions.parse.0',
    ],
  ])('%s', async (_, body, where) => {
    const { status, json } = await call(body)
    expect({ status, code: json.code }).toEqual({ status: 400, code: 50035 })
    // biome-ignore lint/suspicious/noExplicitAny: a tree of any depth
    const place = where.split('.').reduce((tree: any, step) => tree?.[step], json.errors)
    expect(place?._errors).toHaveLength(1)
    expect(server.discord.messages()).toEqual([])
  })

  test.each([
    ['nothing at all', {}, 50006],
    ['blanks', { content: '  ' }, 50006],
    ['no JSON', '{', 50109],
    ['half a character', { content: '\ud800' }, 50109],
  ])('%s', async (_, body, code) => {
    expect(await call(body)).toMatchObject({ status: 400, json: { code } })
  })

  test('whoever does not know the webhook, and a message that is not there', async () => {
    expect(await call({ content: 'x' }, 'x')).toMatchObject({ status: 401, json: { code: 50027 } })
    const unknown = await fetch(`${server.apiOrigin}/api/webhooks/1/x`, { method: 'POST' })
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 10015 }])
    expect(await call({ content: 'x' }, '/messages/1', 'PATCH')).toMatchObject({
      status: 404,
      json: { code: 10008 },
    })
  })
})
