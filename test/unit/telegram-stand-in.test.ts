// Shows that the stand-in for Telegram takes and refuses what Telegram would.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts'
import { startTelegram, TELEGRAM_TOKEN, type TelegramServer } from '../fakes/telegram-server.ts'

const CHAT = 720000001
let clock: ManualClock
let server: TelegramServer

async function start(limitsRates = false): Promise<void> {
  clock = manualClock()
  server = await startTelegram(clock, { limitsRates })
}
beforeEach(() => start())
afterEach(() => server.close())

async function call(method: string, args: object, token = TELEGRAM_TOKEN) {
  const answer = await fetch(`${server.telegram.apiUrl()}/bot${token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ chat_id: CHAT, ...args }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as a caller reads them
  return { status: answer.status, ...((await answer.json()) as any) }
}
const send = (args: object) => call('sendMessage', args)
const html = (text: string) => send({ text, parse_mode: 'HTML' })
const button = (text: string, url?: string) => ({
  text: 'x',
  reply_markup: { inline_keyboard: [[{ text, url }]] },
})

describe('a message', () => {
  test('is read as HTML only when asked', async () => {
    await send({ text: '<b>a</b> &amp;' })
    await html('  <b>a <i>b</i></b> &lt;&#33;&#x3F;&nbsp; <pre><code class="language-json">{}</code></pre>\n')
    const [plain, formatted] = server.telegram.messages(CHAT)
    expect(plain).toMatchObject({ text: '<b>a</b> &amp;', entities: [] })
    expect(formatted?.text).toBe('a b <!?&nbsp; {}')
    expect(formatted?.entities).toEqual([
      { type: 'bold', offset: 0, length: 3 },
      { type: 'italic', offset: 2, length: 1 },
      { type: 'code', language: 'json', offset: 14, length: 2 },
      { type: 'pre', offset: 14, length: 2 },
    ])
  })

  test('comes alive by itself where it looks like an address, a name, a tag or a command, but not in code', async () => {
    const text = 'see evil.example or https://a.b/c_d, @someone #tag $USD /start a@b.example'
    await html(text)
    await html(`<code>${text}</code><pre>${text}</pre>`)
    const [plain, code] = server.telegram.messages(CHAT)
    const found = plain?.entities.map(({ type, offset, length }) => [
      type,
      text.slice(offset, offset + length),
    ])
    expect(found).toEqual([
      ['email', 'a@b.example'],
      ['url', 'evil.example'],
      ['url', 'https://a.b/c_d,'],
      ['mention', '@someone'],
      ['hashtag', '#tag'],
      ['cashtag', '$USD'],
      ['bot_command', '/start'],
    ])
    expect(plain?.hasPreview).toBe(true)
    expect(code?.entities.map(({ type }) => type)).toEqual(['code', 'pre'])
    expect(code?.hasPreview).toBe(false)
  })

  test('is edited in its place, and loses its buttons unless they are sent again', async () => {
    const { result } = await send(button('Go', 'https://a.example'))
    const edit = { message_id: result.message_id, text: 'y' }
    expect(await call('editMessageText', edit)).toMatchObject({ ok: true, result: { text: 'y' } })
    expect(server.telegram.messages(CHAT)).toMatchObject([{ text: 'y', buttons: [] }])
    expect(await call('editMessageText', edit)).toMatchObject({
      status: 400,
      description: expect.stringContaining('message is not modified'),
    })
  })
})

describe('what Telegram refuses', () => {
  test.each([
    ['<x>a</x>', 'Unsupported start tag "x" at byte offset 0'],
    ['é < b', 'Unsupported start tag "" at byte offset 3'],
    ['a <b', 'Unclosed start tag at byte offset 2'],
    ['a <b c', 'Unclosed start tag "b" at byte offset 2'],
    ['<b>a', 'Can\'t find end tag corresponding to start tag "b"'],
    ['a</b>', 'Unexpected end tag at byte offset 1'],
    ['<b>a</i>', 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
    ['<span>a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
  ])('%s', async (text, why) => {
    const { status, ok, description } = await html(text)
    expect({ status, ok, description }).toEqual({
      status: 400,
      ok: false,
      description: `Bad Request: can't parse entities: ${why}`,
    })
    expect(server.telegram.messages(CHAT)).toEqual([])
  })

  test.each([
    ['nothing', { text: ' ' }, 'message text is empty'],
    ['4097 characters', { text: 'x'.repeat(4097) }, 'message is too long'],
    ['half a character', { text: '\ud800' }, 'strings must be encoded in UTF-8'],
    ['an unknown chat', { chat_id: 1, text: 'x' }, 'chat not found'],
    ['an unknown topic', { message_thread_id: 3, text: 'x' }, 'message thread not found'],
    [
      'a button to a host without a dot',
      button('Go', 'http://localhost'),
      "inline keyboard button URL 'http://localhost' is invalid: Wrong HTTP URL",
    ],
    [
      'a button to a script',
      button('Go', 'javascript:x'),
      "inline keyboard button URL 'javascript:x' is invalid: Unsupported URL protocol",
    ],
    ['a button without an address', button('Go'), 'text buttons are unallowed in the inline keyboard'],
  ])('%s', async (_, args, why) => {
    expect(await send(args)).toMatchObject({ status: 400, description: `Bad Request: ${why}` })
  })

  test('whoever has another token, and a message that is not there', async () => {
    expect(await call('sendMessage', { text: 'x' }, '1:x')).toMatchObject({ status: 401, error_code: 401 })
    expect(await call('editMessageText', { message_id: 9, text: 'x' })).toMatchObject({
      description: 'Bad Request: message to edit not found',
    })
    expect(await call('toString', {})).toMatchObject({ status: 404 })
  })

  test('too much at once, in a chat and in a group within a minute', async () => {
    await server.close()
    await start(true)
    const inGroup = () => send({ chat_id: -4200000001, text: 'x' })
    expect((await send({ text: 'x' })).ok).toBe(true)
    expect(await send({ text: 'x' })).toMatchObject({ status: 429, parameters: { retry_after: 1 } })
    for (let sent = 0; sent < 20; sent++) {
      expect((await inGroup()).ok).toBe(true)
      clock.advance(1_000)
    }
    expect(await inGroup()).toMatchObject({ status: 429, parameters: { retry_after: 40 } })
    clock.advance(40_000)
    expect((await inGroup()).ok).toBe(true)
  })
})
