// Shows that a message reaches Telegram, stays true, follows its chat, and fails as the worker understands.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEgress } from '../../src/kit/egress.ts'
import type { Message, Platform, PlatformPorts } from '../../src/platforms/platform.ts'
import { telegram as telegramKind } from '../../src/platforms/telegram/telegram.ts'
import { PENDING } from '../fakes/hostile-approvals.ts'
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts'
import { startTelegram, TELEGRAM_TOKEN, type TelegramServer } from '../fakes/telegram-server.ts'
import { ALERT, APPROVED, ASKED } from '../fakes/told-messages.ts'

interface Config {
  bot_token: string
  chat_id: string
  message_thread_id?: number | undefined
}

const [SUPERGROUP, GROUP, CHANNEL] = [-1001200000001, -4200000001, -1001200000002]

const egress = createEgress({ allowCidrs: ['127.0.0.0/8'], allowHttp: true })
const kindAt = (apiUrl: string) => telegramKind({ egress, timeoutMs: 10_000, apiUrl })
let clock: ManualClock
let server: TelegramServer
let platform: Platform<Config>

async function start(limitsRates = false): Promise<void> {
  clock = manualClock()
  server = await startTelegram(clock, { limitsRates })
  platform = await kindAt(server.telegram.apiUrl()).create({} as PlatformPorts<Config>)
}
beforeEach(() => start())
afterEach(() => server.close())

const to = (config: Partial<Config> = {}) => ({
  id: 'dst_1',
  name: 'Alerts',
  includeDetails: true,
  config: { bot_token: TELEGRAM_TOKEN, chat_id: String(SUPERGROUP), ...config },
})
const post = (message: Message = ASKED, config: Partial<Config> = {}) => platform.post(message, to(config))
const redraw = async (handle: string, message: Message = APPROVED) => platform.redraw?.(handle, message, to())
const failureOf = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error) => error,
  )

test('a bot or chat that Telegram refuses is told when it is configured; one that cannot be asked is kept', async () => {
  const check = (config: Partial<Config> = {}) => platform.check?.(to(config).config)
  expect(await check()).toBeUndefined()
  expect(await check({ chat_id: '-1' })).toContain(
    'Telegram does not let the bot into this chat (chat_not_found)',
  )
  expect(await check({ bot_token: `${TELEGRAM_TOKEN}x` })).toContain('does not know this bot (unauthorized)')
  for (const fault of [{ status: 500 }, { status: 429 }, { dropAfterPosting: false }]) {
    server.telegram.failNext({ method: 'getChat', ...fault })
    expect(await check({ chat_id: '-1' })).toBeUndefined()
  }
})

describe('a message', () => {
  test('stands in the chat with its link button', async () => {
    expect(await post()).toEqual({ handle: `${SUPERGROUP}/1` })
    const [shown] = server.telegram.messages(SUPERGROUP)
    expect(shown?.text).toMatch(/^❗ HIGH \(0\.71\) · Approve slack\.post_message in production\?\n/)
    expect(shown?.buttons).toEqual([[{ text: 'View in Console', url: PENDING.url }]])
  })

  test('of an alert stands there too', async () => {
    await post(ALERT)
    expect(server.telegram.messages(SUPERGROUP)[0]?.text).toMatch(/^❗ HIGH · Policy violation\n/)
  })

  test('goes to a channel by its name, and into a topic of a forum', async () => {
    expect(await post(ASKED, { chat_id: '@agent_alerts' })).toEqual({ handle: `${CHANNEL}/1` })
    await post(ASKED, { message_thread_id: 7 })
    expect(server.telegram.messages(SUPERGROUP)).toMatchObject([{ threadId: 7 }])
  })

  test('is brought to the truth in its place, as often as one likes', async () => {
    const { handle } = await post()
    await redraw(handle as string)
    await redraw(handle as string)
    const messages = server.telegram.messages(SUPERGROUP)
    expect(messages).toHaveLength(1)
    expect(messages[0]?.text).toMatch(/^✅ Approved by Ana: slack\.post_message in production\n/)
    expect(messages[0]?.editedAt).toBeDefined()
  })

  test('follows a group that became a supergroup, and says where it is now', async () => {
    const { handle } = await post(ASKED, { chat_id: String(GROUP) })
    const { id } = server.telegram.upgrade(GROUP)
    const moved = { chat_id: String(id) }
    expect(await post(ASKED, { chat_id: String(GROUP) })).toEqual({ handle: `${id}/1`, moved })
    expect(kindAt('http://x').config.safeParse({ ...to().config, ...moved }).success).toBe(true)
    expect(server.telegram.messages(id)).toHaveLength(1)
    expect(await failureOf(redraw(handle as string))).toMatchObject({ what: 'message', code: 'chat_moved' })
  })

  test('is not sent round in circles by chats that move on and on', async () => {
    const { id } = server.telegram.upgrade(GROUP)
    server.telegram.upgrade(id)
    const failure = await failureOf(post(ASKED, { chat_id: String(GROUP) }))
    expect(failure).toMatchObject({ code: 'chat_moved' })
    expect(failure.what).toBeUndefined()
    expect(server.telegram.calls).toHaveLength(2)
  })
})

describe('a failure', () => {
  test.each([
    ['an unknown chat', { chat_id: '-1' }, 'chat_not_found'],
    ['an unknown topic', { message_thread_id: 9 }, 'thread_not_found'],
    ['a token that was renewed', { bot_token: `${TELEGRAM_TOKEN}x` }, 'unauthorized'],
  ])('of %s is one of the destination', async (_, config, code) => {
    expect(await failureOf(post(ASKED, config))).toMatchObject({ what: 'destination', code })
  })

  test('of a message that somebody deleted is one of that message', async () => {
    const failure = await failureOf(redraw(`${SUPERGROUP}/99`))
    expect(failure).toMatchObject({ what: 'message', code: 'message_not_found' })
  })

  test.each([
    [403, 'Forbidden: bot was blocked by the user', { what: 'destination', code: 'bot_blocked' }],
    [403, 'Forbidden: bot was kicked from the supergroup chat', { what: 'destination', code: 'bot_kicked' }],
    [
      403,
      'Forbidden: bot is not a member of the channel chat',
      { what: 'destination', code: 'bot_not_member' },
    ],
    [403, 'Forbidden: user is deactivated', { what: 'destination', code: 'user_deactivated' }],
    [403, 'Forbidden: the group chat was deleted', { what: 'destination', code: 'chat_deactivated' }],
    [400, 'Bad Request: group chat was deactivated', { what: 'destination', code: 'chat_deactivated' }],
    [
      403,
      "Forbidden: bot can't initiate conversation with a user",
      { what: 'destination', code: 'conversation_not_begun' },
    ],
    [403, "Forbidden: bot can't send messages to bots", { what: 'destination', code: 'forbidden' }],
    [400, 'Bad Request: TOPIC_CLOSED', { what: 'destination', code: 'topic_closed' }],
    [400, 'Bad Request: TOPIC_DELETED', { what: 'destination', code: 'topic_deleted' }],
    [400, 'Bad Request: TOPIC_ID_INVALID', { what: 'destination', code: 'thread_not_found' }],
    [400, 'Bad Request: PEER_ID_INVALID', { what: 'destination', code: 'peer_id_invalid' }],
    [400, 'Bad Request: CHAT_WRITE_FORBIDDEN', { what: 'destination', code: 'no_rights' }],
    [400, 'Bad Request: CHAT_SEND_PLAIN_FORBIDDEN', { what: 'destination', code: 'no_rights' }],
    [400, 'Bad Request: have no rights to send a message', { what: 'destination', code: 'no_rights' }],
    [
      400,
      'Bad Request: need administrator rights in the channel chat',
      { what: 'destination', code: 'no_rights' },
    ],
    [400, 'Bad Request: USER_BANNED_IN_CHANNEL', { what: 'destination', code: 'bot_kicked' }],
    [400, 'Bad Request: CHANNEL_PRIVATE', { what: 'destination', code: 'bot_not_member' }],
    [400, 'Bad Request: ALLOW_PAYMENT_REQUIRED_50', { what: 'destination', code: 'payment_required' }],
    [404, 'Not Found', { what: 'destination', code: 'not_found' }],
    [404, 'Not Found: method not found', { code: 'http_404' }],
    [404, undefined, { code: 'http_404' }],
    [
      400,
      'Bad Request: not enough rights to send text messages to the chat',
      { what: 'destination', code: 'no_rights' },
    ],
    [400, "Bad Request: can't parse entities: Unexpected end tag", { what: 'message', code: 'bad_request' }],
    [400, "Bad Request: message can't be edited", { what: 'message', code: 'message_not_found' }],
    [502, 'Bad Gateway', { code: 'http_502' }],
    [403, undefined, { code: 'http_403' }],
    [401, undefined, { code: 'http_401' }],
  ])('%i %s is told as %j, of a post and of a redraw', async (status, description, expected) => {
    const { handle } = await post()
    for (const method of ['sendMessage', 'editMessageText'] as const) {
      server.telegram.failNext({ method, status, ...(description && { description }) })
    }
    for (const failure of [await failureOf(post()), await failureOf(redraw(handle as string))]) {
      expect(failure).toMatchObject({ ...expected, excerpt: description ?? null })
      expect(failure.what).toBe('what' in expected ? expected.what : undefined)
    }
  })

  test('of the connection is tried again', async () => {
    server.telegram.failNext({ method: 'sendMessage', dropAfterPosting: false })
    expect(await failureOf(post())).toMatchObject({ code: 'network_error' })
  })

  test('tells no token, in whatever words', async () => {
    const description = `Bad Request: /bot${TELEGRAM_TOKEN}/sendMessage`
    const faults = [{ status: 400, description }, { status: 500, description }, { dropAfterPosting: false }]
    const failures = [await failureOf(post(ASKED, { chat_id: '-1' }))]
    for (const fault of faults) {
      server.telegram.failNext({ method: 'sendMessage', ...fault })
      failures.push(await failureOf(post()))
    }
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(Error)
      expect(JSON.stringify({ ...failure, said: `${failure?.stack}` })).not.toContain(TELEGRAM_TOKEN)
    }
  })
})

describe('pacing', () => {
  test('Telegram’s own wish is heard, and never shorter than a second', async () => {
    server.telegram.failNext({ method: 'sendMessage', status: 429, retryAfterSeconds: 7 })
    expect(await failureOf(post())).toMatchObject({ delayMs: 7_000 })
    server.telegram.failNext({ method: 'editMessageText', status: 429, retryAfterSeconds: 0 })
    expect(await failureOf(redraw(`${SUPERGROUP}/1`))).toMatchObject({ delayMs: 1_000 })
  })

  test('its limit of a chat is heard where it has one', async () => {
    await server.close()
    await start(true)
    await post()
    expect(await failureOf(post())).toMatchObject({ delayMs: 1_000 })
    clock.advance(1_000)
    await post()
  })

  test('chats share what Telegram takes of a bot, and have their own share, groups a smaller one', () => {
    const pace = (chat_id: string) => kindAt('http://x').pace({ ...to().config, chat_id })
    const bot = { bucket: 'telegram:123456789', perSecond: 27 }
    expect(pace('42')).toEqual([bot, { bucket: 'telegram:123456789:42', perSecond: 0.9 }])
    expect(pace('-42')).toEqual([bot, { bucket: 'telegram:123456789:-42', perSecond: 0.3 }])
    expect(pace('@name')).toEqual([bot, { bucket: 'telegram:123456789:@name', perSecond: 0.3 }])
  })
})

describe('a destination', () => {
  const parse = (config: object) => kindAt('http://x').config.safeParse(config)
  const refusal = (config: object) => parse(config).error?.issues[0]?.message
  const bot_token = '123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr'

  test.each([42, -1001234567890, '42', '-1001234567890', '@agent_alerts'])(
    'may be the chat %s',
    (chat_id) => {
      expect(parse({ bot_token, chat_id }).data).toEqual({ bot_token, chat_id: String(chat_id) })
      expect(parse({ bot_token, chat_id, message_thread_id: 7 }).success).toBe(true)
    },
  )

  test('needs a token and a chat', () => {
    for (const config of [{}, { bot_token }, { chat_id: '42' }]) {
      expect(refusal(config)).toBe('Telegram channels require bot_token + chat_id')
    }
  })

  test.each([
    '',
    'abc',
    '123456789',
    '123456789:short',
    `bot${bot_token}`,
    `${bot_token}/x`,
    `${bot_token}\n`,
  ])('has no token like %j', (token) => {
    expect(refusal({ bot_token: token, chat_id: '42' })).toContain('@BotFather')
  })

  test.each(['', '0', 'name', '@a', '1.5', 1.5, '42 ', 'https://t.me/name'])(
    'is no chat like %j',
    (chat_id) => {
      expect(refusal({ bot_token, chat_id })).toBeDefined()
    },
  )
})
