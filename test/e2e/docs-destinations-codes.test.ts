// Shows that sends fail with the codes in docs/destinations.md, and that what the page says follows.

import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import { createEgress } from '../../src/kit/egress.ts'
import {
  type Destination,
  type Platform,
  type PlatformKind,
  type PlatformPorts,
  Undeliverable,
} from '../../src/platforms/platform.ts'
import { platformKinds } from '../../src/platforms/registry.ts'
import { connectorHttp, loginHttp } from '../../src/platforms/teams/http-client.ts'
import { TIMEOUTS } from '../fakes/any-provider.ts'
import { codesOf, readPage, sectionOf, tables } from '../fakes/doc-page.ts'
import { ROUTING_KEY } from '../fakes/pagerduty-server.ts'
import { TELEGRAM_TOKEN } from '../fakes/telegram-server.ts'
import { ALERT } from '../fakes/told-messages.ts'

const SECTIONS: Record<string, string> = {
  slack: 'Slack',
  teams: 'Microsoft Teams',
  discord: 'Discord',
  telegram: 'Telegram',
  pagerduty: 'PagerDuty',
  webhook: 'Webhook',
  siem: 'SIEM',
}
const ALL = 'When something is wrong'
/** What only the Bot Framework says, or makes of a failed sign-in: test/e2e/docs-teams.test.ts and its neighbours. */
const SAID_ELSEWHERE = ['app_removed', 'channel_deleted', 'login_invalid_client', 'sdk_error']
/** Of no provider: what a test says, a slow one, and a mistake of ours. */
const SAID_BY_NOBODY = ['not_yet', 'timeout', 'internal_error']

const page = readPage('docs/destinations.md')

/** What a provider says to whatever it is sent; no answer cuts the connection. */
interface Answer {
  status: number
  body?: unknown
}
let answer: Answer | undefined
let server: Server
let origin: string
let kinds: PlatformKind[]

beforeAll(async () => {
  server = createServer((req, res) => {
    req.resume()
    if (!answer) return void req.socket.destroy()
    const { status, body = '' } = answer
    const json = typeof body === 'object'
    const text = String(body).startsWith('<html') ? 'text/html' : 'text/plain'
    res.writeHead(status, { 'content-type': json ? 'application/json' : text })
    res.end(json ? JSON.stringify(body) : body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  kinds = kindsWith(['127.0.0.0/8'])
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function kindsWith(allowCidrs: string[]): PlatformKind[] {
  return platformKinds({
    slack: { signingSecret: undefined, botToken: undefined, apiUrl: `${origin}/api/` },
    teams: undefined,
    workflows: { origin },
    discord: { apiOrigin: origin },
    telegram: { apiUrl: origin },
    pagerduty: { eventsUrl: origin },
    egress: createEgress({ allowCidrs, allowHttp: true }),
    timeouts: TIMEOUTS,
    clock: systemClock,
  })
}

interface Sending {
  config?: Record<string, unknown>
  /** A message that stands already is to be changed. */
  handle?: string
  among?: PlatformKind[]
}

const configs = (): Record<string, Record<string, unknown>> => ({
  slack: { bot_token: 'xoxb-test', channel_id: 'C0APPROVALS' },
  teams: { webhook_url: `${origin}/workflows/1?sig=a` },
  discord: { webhook_url: `${origin}/api/webhooks/1/token` },
  telegram: { bot_token: TELEGRAM_TOKEN, chat_id: '-1' },
  pagerduty: { routing_key: ROUTING_KEY },
  webhook: {
    url: `${origin}/hook`,
    secret: 'whsec_',
    kept_secrets: { current: 'whsec_c2VjcmV0' },
    signature: 'standard',
  },
  siem: { url: `${origin}/collect`, format: 'json' },
})

/** Sends to a provider that answers so. */
async function send(type: string, given: Answer | undefined, sending: Sending = {}): Promise<unknown> {
  const { config = configs()[type], handle, among = kinds } = sending
  const state = { get: async () => undefined, set: async () => {}, list: async () => [] }
  const kind = among.find(({ name }) => name === type) as PlatformKind
  const ports = { state, clock: systemClock } as unknown as PlatformPorts
  const platform: Platform = await kind.create(ports)
  const to: Destination = { id: 'dst_1', name: type, includeDetails: true, config }
  answer = given
  return handle === undefined ? platform.post(ALERT, to) : platform.redraw?.(handle, ALERT, to)
}

/** The bot of Teams, as far as HTTP. */
async function sendByBot(given: Answer, method = 'POST'): Promise<unknown> {
  answer = given
  const request = { url: origin, method, headers: { headersArray: () => [] } }
  const { sendRequest } = connectorHttp(10_000)
  return sendRequest(request as unknown as Parameters<typeof sendRequest>[0])
}

const slackHook = () => ({ webhook_url: `${origin}/services/T0TEAM/B0HOOK/token` })
const slackSays = (code: string) => () => send('slack', { status: 200, body: { ok: false, error: code } })
const botSays = (status: number, code?: string, method?: string) => () =>
  sendByBot({ status, body: code === undefined ? '' : { error: { code } } }, method)
const workflowSays = (status: number, code: string) => says('teams', status, { error: { code } })
const discordSays = (status: number, code: number) => () =>
  send('discord', { status, body: { code, message: 'No' } })
const telegramSays =
  (status: number, description: string, sending?: Sending & { parameters?: object }) => () =>
    send('telegram', { status, body: { ok: false, description, parameters: sending?.parameters } }, sending)
const splunkSays = (status: number, code: number) => () =>
  send('siem', { status, body: { code } }, { config: { ...configs().siem, preset: 'splunk_hec' } })
const says = (type: string, status: number, body?: unknown) => () => send(type, { status, body })

/** How a provider brings each code about. */
const CAUSES: Record<string, Record<string, () => Promise<unknown>>> = {
  slack: {
    http_400: () => send('slack', { status: 400, body: '<html>' }, { config: slackHook() }),
    no_response_url: () => send('slack', { status: 200 }, { config: slackHook(), handle: 'evt_1' }),
    unknown_error: () => send('slack', { status: 200, body: { ok: false, error: 'What is this?' } }),
  },
  teams: {
    BotNotInConversationRoster: botSays(403, 'BotNotInConversationRoster'),
    ConversationNotFound: botSays(404, 'ConversationNotFound'),
    BotDisabledByAdmin: botSays(403, 'BotDisabledByAdmin'),
    ConversationBlockedByUser: botSays(403, 'ConversationBlockedByUser'),
    BotNotRegistered: botSays(400, 'BotNotRegistered'),
    app_not_configured: () => send('teams', { status: 200 }, { config: { conversation_id: '19:a' } }),
    ForbiddenOperationException: botSays(403, 'ForbiddenOperationException'),
    MessageWritesBlocked: botSays(403, 'MessageWritesBlocked'),
    NotEnoughPermissions: botSays(403, 'NotEnoughPermissions'),
    InvalidBotApiHost: botSays(403, 'InvalidBotApiHost'),
    ActivityNotFoundInConversation: botSays(404, 'ActivityNotFoundInConversation', 'PUT'),
    http_403: botSays(403, 'SomethingElse'),
    http_404: says('teams', 404, '<html>'),
    WorkflowNotFound: workflowSays(404, 'WorkflowNotFound'),
    WorkflowTriggerNotFound: workflowSays(404, 'WorkflowTriggerNotFound'),
    WorkflowTriggerVersionNotFound: workflowSays(404, 'WorkflowTriggerVersionNotFound'),
    WorkflowTriggerIsNotEnabled: workflowSays(400, 'WorkflowTriggerIsNotEnabled'),
    http_400: says('teams', 400),
    http_413: botSays(413),
    posted_by_bot: () => send('teams', { status: 200 }, { handle: '19:a/1' }),
    http_401: says('teams', 401),
    unexpected_answer: says('teams', 200, '<html>'),
    login_unreadable: () => {
      answer = { status: 200, body: '<html>' }
      return loginHttp(origin, 10_000).sendGetRequestAsync(origin)
    },
  },
  discord: {
    unknown_webhook: discordSays(404, 10015),
    invalid_webhook_token: discordSays(401, 50027),
    unknown_channel: discordSays(404, 10003),
    unknown_server: discordSays(404, 10004),
    thread_archived: discordSays(400, 50083),
    thread_locked: discordSays(403, 160005),
    too_many_threads: discordSays(400, 160006),
    post_not_begun: discordSays(400, 40058),
    thread_id_missing: discordSays(400, 220001),
    thread_not_allowed: discordSays(400, 220003),
    wrong_channel_type: discordSays(400, 50024),
    missing_access: discordSays(403, 50001),
    missing_permissions: discordSays(403, 50013),
    webhook_not_allowed: discordSays(400, 220004),
    unknown_message: discordSays(404, 10008),
    blocked_by_server: discordSays(400, 200000),
    invalid_form_body: discordSays(400, 50035),
    bad_request: discordSays(400, 50006),
  },
  telegram: {
    unauthorized: telegramSays(401, 'Unauthorized'),
    not_found: telegramSays(404, 'Not Found'),
    chat_not_found: telegramSays(400, 'Bad Request: chat not found'),
    peer_id_invalid: telegramSays(400, 'Bad Request: PEER_ID_INVALID'),
    chat_deactivated: telegramSays(400, 'Bad Request: group chat was deactivated'),
    user_deactivated: telegramSays(403, 'Forbidden: user is deactivated'),
    topic_closed: telegramSays(400, 'Bad Request: TOPIC_CLOSED'),
    topic_deleted: telegramSays(400, 'Bad Request: TOPIC_DELETED'),
    conversation_not_begun: telegramSays(403, "Forbidden: bot can't initiate conversation with a user"),
    payment_required: telegramSays(400, 'Bad Request: ALLOW_PAYMENT_REQUIRED_50'),
    thread_not_found: telegramSays(400, 'Bad Request: message thread not found'),
    bot_blocked: telegramSays(403, 'Forbidden: bot was blocked by the user'),
    bot_kicked: telegramSays(403, 'Forbidden: bot was kicked from the supergroup chat'),
    bot_not_member: telegramSays(403, 'Forbidden: bot is not a member of the channel chat'),
    forbidden: telegramSays(403, 'Forbidden: something else'),
    no_rights: telegramSays(400, 'Bad Request: not enough rights to send text messages to the chat'),
    message_not_found: telegramSays(400, 'Bad Request: message to edit not found', { handle: '-1/1' }),
    bad_request: telegramSays(400, "Bad Request: can't parse entities"),
    chat_moved: telegramSays(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
      handle: '-1/1',
      parameters: { migrate_to_chat_id: -1001 },
    }),
  },
  pagerduty: {
    invalid_routing_key: says('pagerduty', 400, 'Invalid routing key'),
    invalid_event: says('pagerduty', 400, { status: 'invalid event', message: 'Event object is invalid' }),
  },
  webhook: { http_410: says('webhook', 410) },
  siem: {
    ...Object.fromEntries([400, 401, 403, 404, 410, 413].map((n) => [`http_${n}`, says('siem', n)])),
    token_disabled: splunkSays(403, 1),
    token_required: splunkSays(401, 2),
    invalid_authorization: splunkSays(401, 3),
    invalid_token: splunkSays(403, 4),
    incorrect_index: splunkSays(400, 7),
    data_channel_missing: splunkSays(400, 10),
    invalid_data_channel: splunkSays(400, 11),
    ack_disabled: splunkSays(400, 14),
    query_authorization_disabled: splunkSays(400, 16),
    no_data: splunkSays(400, 5),
    invalid_data_format: splunkSays(400, 6),
    event_field_required: splunkSays(400, 12),
    event_field_blank: splunkSays(400, 13),
    invalid_indexed_fields: splunkSays(400, 15),
    unexpected_answer: splunkSays(200, 17),
  },
  all: {
    network_error: () => send('discord', undefined),
    egress_refused: () => send('siem', { status: 200 }, { among: kindsWith([]) }),
    http_500: says('webhook', 500),
    unexpected_answer: says('telegram', 200, '<html>'),
    throttled: says('siem', 429),
  },
}

/** In the words of the page. */
function consequenceOf(error: unknown): string {
  if (!(error instanceof Undeliverable)) return 'tried again'
  return error.what === 'destination' ? 'switched off' : 'given up'
}

interface Row {
  code: string
  then: string
}

/** Of the table of codes under a heading. */
function rowsIn(heading: string): Row[] {
  const [, ...after] = sectionOf(page, heading).split(/^(?=\| Code \| Then \|)/m)
  const [table = []] = tables(after.join(''))
  return table.flatMap(([codes = '', then = '']) => codesOf(codes).map((code) => ({ code, then })))
}

describe.each([...Object.entries(SECTIONS), ['all', ALL]])('of %s', (type, heading) => {
  const toldHere = rowsIn(heading).filter(
    ({ code }) => ![...SAID_ELSEWHERE, ...SAID_BY_NOBODY].includes(code),
  )

  test.each(toldHere)('$code: $then', async ({ code, then }) => {
    const cause = CAUSES[type]?.[code] ?? (type === 'slack' ? slackSays(code) : undefined)
    const error = await cause?.().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code })
    expect(consequenceOf(error)).toBe(then)
  })
})

describe('the page leaves out no code', () => {
  test.each(Object.entries(SECTIONS))('of %s', (type, heading) => {
    const named = [...rowsIn(heading), ...rowsIn(ALL)].map(({ code }) => code)
    expect(codesInFolder(type).filter((code) => !named.includes(code))).toEqual([])
  })

  test('which is looked for where errors are made', () => {
    const found = Object.keys(SECTIONS).flatMap(codesInFolder)
    const some = [
      'invalid_auth',
      'no_response_url',
      'app_removed',
      'unknown_webhook',
      'bot_kicked',
      'invalid_event',
    ]
    expect(found).toEqual(expect.arrayContaining(some))
  })
})

/** What stands in a call that makes an error, and in a table of errors. Words, as statuses are numbers that come in. */
function codesInFolder(type: string): string[] {
  const folder = join(import.meta.dirname, '../../src/platforms', type)
  const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
  const places = sources.flatMap((text) => [
    ...text.matchAll(/(?:new (?:Failed|Undeliverable)|super|leave|failureOf)\(([^;]*?)\)\n/g),
    ...text.matchAll(/^const (?:ERRORS|[A-Z]+_ERRORS)\b.*= (.*\n(?:.*\n)*?)[\])}]+\n/gm),
  ])
  const words = places.flatMap(([, text = '']) => [...text.matchAll(/'([a-z]+_\w+|[A-Z]\w+)'/g)])
  return [...new Set(words.map(([, word = '']) => word))].filter((word) => !/^http_\d+$/.test(word))
}

test('every type has a section', () => {
  expect(Object.keys(SECTIONS)).toEqual(kindsWith([]).map(({ name }) => name))
})
