// Shows that docs/destinations.md is true: every command of it runs, and its tables are those of the code.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { USUAL_SETTINGS } from '../../src/events/settings.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { createEgress } from '../../src/kit/egress.ts'
import { triggerOf } from '../../src/platforms/pagerduty/trigger.ts'
import { platformKinds } from '../../src/platforms/registry.ts'
import { cefLine } from '../../src/platforms/siem/cef.ts'
import { controlOf } from '../../src/platforms/siem/outcome.ts'
import { TIMEOUTS } from '../fakes/any-provider.ts'
import { ADMIN_KEY, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { type DiscordServer, startDiscord } from '../fakes/discord-server.ts'
import { blocks, codesOf, type Reader, readerOf, readPage, sectionOf, tables } from '../fakes/doc-page.ts'
import { type PagerDutyServer, ROUTING_KEY, startPagerDuty } from '../fakes/pagerduty-server.ts'
import { LETS_LOOPBACK, type Receiver, startReceiver } from '../fakes/receiver.ts'
import { type Collectors, DATADOG_KEY, SPLUNK_TOKEN, startCollectors } from '../fakes/siem-collectors.ts'
import { startTelegram, TELEGRAM_TOKEN, type TelegramServer } from '../fakes/telegram-server.ts'
import { alertMessage, EVENT } from '../fakes/told-messages.ts'

const SETTINGS = '/v1/settings/notifications'
/** In which the page names them. */
const SECTIONS = ['Discord', 'Telegram', 'PagerDuty', 'Webhook', 'SIEM']
/** Which are set up by pages of their own. */
const ELSEWHERE = ['Slack', 'Microsoft Teams']
const LIVE_WITH_IT = 'So that people can live with it'
const page = readPage('docs/destinations.md')
const [commandLine = '', ...commands] = blocks(page, 'sh')

const kinds = platformKinds({
  slack: { signingSecret: undefined, botToken: undefined, apiUrl: 'https://slack.com/api/' },
  teams: { appId: 'a', password: 'p', tenantId: 't', allowedTenants: ['t'] },
  discord: {},
  telegram: { apiUrl: 'https://api.telegram.org' },
  pagerduty: { eventsUrl: 'https://events.pagerduty.com' },
  egress: createEgress({ allowCidrs: [], allowHttp: false }),
  timeouts: TIMEOUTS,
  clock: systemClock,
})
const kindNamed = (name: string) => kinds.find((kind) => kind.name === name)

describe('its commands', () => {
  let discord: DiscordServer
  let telegram: TelegramServer
  let pagerduty: PagerDutyServer
  let receiver: Receiver
  let collectors: Collectors
  let database: Awaited<ReturnType<(typeof databases)[0]['create']>>
  let running: Running
  let reader: Reader
  const ran: string[] = []

  beforeAll(async () => {
    discord = await startDiscord(systemClock)
    telegram = await startTelegram(systemClock)
    pagerduty = await startPagerDuty(systemClock)
    receiver = await startReceiver()
    collectors = await startCollectors()
    database = await (databases[0] as (typeof databases)[0]).create()
    const places = {
      TELEGRAM_API_URL: telegram.telegram.apiUrl(),
      PAGERDUTY_EVENTS_URL: pagerduty.eventsUrl,
    }
    running = await startCountersign({
      databaseUrl: database.url,
      env: { ...LETS_LOOPBACK, ...places },
      discordOrigin: discord.apiOrigin,
      teams: true,
    })
    reader = readerOf(running)
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
    await Promise.all([discord, telegram, pagerduty, receiver, collectors].map((one) => one?.close()))
  })

  const chat = () => telegram.telegram.chats()[0]?.id as number

  /** As a reader runs it: with what they were told to set, and their own places and secrets in it. */
  function run(block: string): Promise<string> {
    ran.push(block)
    const theirs: [text: string, instead: string][] = [
      ['https://discord.com/api/webhooks/123456789012345678/token', discord.discord.webhookUrl()],
      ['123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', TELEGRAM_TOKEN],
      ['-1001234567890', String(chat())],
      ['R0…', ROUTING_KEY],
      ['https://hooks.example.com/countersign', receiver.url('/countersign')],
      ['https://splunk.example.com:8088/services/collector/event', collectors.splunk],
      ['Splunk …', `Splunk ${SPLUNK_TOKEN}`],
      ['https://http-intake.logs.datadoghq.com/api/v2/logs', collectors.datadog],
      ['"DD-API-KEY": "…"', `"DD-API-KEY": "${DATADOG_KEY}"`],
      ['https://siem.example.com/collect', collectors.plain],
      ['https://countersign.example.com', running.url],
    ]
    const script = theirs.reduce((text, [from, to]) => text.replaceAll(from, to), commandLine + block)
    return reader.run(script)
  }

  const arrived: Record<string, () => unknown[]> = {
    Discord: () => [...discord.discord.messages()],
    Telegram: () => [...telegram.telegram.messages(chat())],
    PagerDuty: () => pagerduty.incidents.filter(({ title }) => title.startsWith('🧪 This is a test')),
    Webhook: () => [...receiver.received],
    SIEM: () => [...collectors.taken],
  }

  test.each(SECTIONS)('of %s add it, and a test arrives there', async (section) => {
    const adding = blocks(sectionOf(page, section), 'sh')
    const trying = adding.pop() as string
    for (const [index, block] of adding.entries()) {
      const { id, ...made } = JSON.parse(await run(block))
      expect(made).toMatchObject({ channel_type: section.toLowerCase(), enabled: true })
      expect(await run(trying)).toContain('It arrived: ')
      expect(arrived[section]?.()).toHaveLength(index + 1)
      await running.call('DELETE', `${SETTINGS}/${id}`)
    }
  })

  test.each(ELSEWHERE)('of %s try what another page added', async (section) => {
    const teams = section !== 'Slack'
    const id = teams ? await running.teamsDestination() : await running.destination()
    reader.noted.DESTINATION_ID = id
    const [trying = '', ...more] = blocks(sectionOf(page, section), 'sh')
    expect(more).toEqual([])
    expect(await run(trying)).toContain('It arrived: ')
    await running.call('DELETE', `${SETTINGS}/${id}`)
  })

  test('change settings, which come back as the page shows them', async () => {
    reader.noted.DESTINATION_ID = await running.destination()
    const section = sectionOf(page, LIVE_WITH_IT)
    const [change = '', ...more] = blocks(section, 'sh')
    const [shown = ''] = blocks(section, 'json')
    expect(more).toEqual([])
    expect(JSON.parse(await run(change)).settings).toEqual(JSON.parse(shown))
  })

  test('hear of repeated alerts alone', async () => {
    const [change = ''] = blocks(sectionOf(page, 'Repeated alerts'), 'sh')
    expect(JSON.parse(await run(change)).settings.repeated).toEqual({ count: 5, minutes: 10 })
  })

  test('make a fallback', async () => {
    const [change = ''] = blocks(sectionOf(page, 'When nobody is reached'), 'sh')
    expect(JSON.parse(await run(change))).toMatchObject({
      events: ['approval.unreached'],
      settings: { fallback: true },
    })
  })

  test('look what is wrong, and switch it on again', async () => {
    const id = await running.destination()
    reader.noted.DESTINATION_ID = id
    running.slack.failNext({ method: 'chat.postMessage', error: 'is_archived' })
    expect((await running.call('POST', `${SETTINGS}/${id}/test`)).status).toBe(502)
    const [look = '', log = '', switchOn = ''] = blocks(sectionOf(page, 'When something is wrong'), 'sh')
    expect(JSON.parse(await run(look))).toMatchObject({ enabled: false, disabled_reason: 'is_archived' })
    expect(JSON.parse(await run(log)).data).toMatchObject([{ destination_id: id, state: 'pending' }])
    expect(JSON.parse(await run(switchOn))).toMatchObject({ enabled: true, disabled_reason: null })
  })

  /** Asks for what the page says is refused so. */
  const refusals: [type: string, config: Record<string, unknown>, settings?: Record<string, unknown>][] = [
    ['telegram', { bot_token: TELEGRAM_TOKEN, chat_id: '1001234567890' }],
    ['telegram', { bot_token: `${TELEGRAM_TOKEN}-renewed`, chat_id: '-1001234567890' }],
    ['slack', { bot_token: 'set', channel_id: 'C0123456789' }],
    ['pagerduty', { routing_key: 'u+key' }],
    [
      'siem',
      { url: 'https://siem.example.com', preset: 'splunk_hec', headers: { Authorization: 'Bearer token' } },
    ],
    ['webhook', { url: 'https://10.0.0.5/hook' }],
    ['webhook', { url: 'https://1.1.1.1:25/' }],
    ['webhook', { url: 'ftp://siem.example.com/hook' }],
    ['pagerduty', { routing_key: ROUTING_KEY }, { quiet_hours_start: '22:00', quiet_hours_end: '07:00' }],
    ['discord', { webhook_url: 'https://discord.com/api/webhooks/1/a' }, { timezone: '+02:00' }],
  ]
  test('are refused in the words of the page', async () => {
    const said: unknown[] = []
    for (const [channel_type, config, settings = {}] of refusals) {
      const body = { channel_type, name: 'Refused', config, settings }
      const refused = await running.call('POST', SETTINGS, { body })
      expect(refused.status).toBe(400)
      said.push(`\`${refused.body.detail}\``)
    }
    const [rows = []] = tables(sectionOf(page, 'When something is wrong'))
    expect(rows.map(([sentence]) => sentence)).toEqual(said)
  })

  test('are all of them', () => {
    expect(commandLine).toContain('COUNTERSIGN_API_KEY=$COUNTERSIGN_ADMIN_KEY')
    expect(reader.noted.COUNTERSIGN_ADMIN_KEY).toBe(ADMIN_KEY)
    expect(new Set(ran)).toEqual(new Set(commands))
  })
})

describe('its tables', () => {
  test('name every channel_type, with the keys of its config', () => {
    const [rows = []] = tables(page)
    const named = Map.groupBy(rows, ([, type = '']) => type.replaceAll('`', ''))
    expect([...named.keys()]).toEqual(kinds.map(({ name }) => name))
    for (const [type, places] of named) {
      const keys = places.flatMap(([, , config = '']) => codesOf(config))
      const { properties = {} } = z.toJSONSchema(kindNamed(type)?.config as z.ZodType, { io: 'input' })
      // Kept by the server, and not to be given.
      const known = Object.keys(properties).filter((key) => !['kept_secrets', 'url_shown'].includes(key))
      expect(new Set(keys)).toEqual(new Set(known))
    }
  })

  test('name every setting with its default', () => {
    const [rows = []] = tables(sectionOf(page, LIVE_WITH_IT))
    const named = rows.map(([name = '', usual = '']) => [
      codesOf(name)[0],
      JSON.parse(codesOf(usual)[0] ?? ''),
    ])
    expect(named).toEqual(Object.entries(USUAL_SETTINGS))
  })

  test('say where settings mean something else', async () => {
    const [, rows = []] = tables(sectionOf(page, LIVE_WITH_IT))
    const types = rows.map(([place = '']) => place.split(',')[0]?.toLowerCase() as string)
    expect(new Set(types)).toEqual(new Set(kinds.map(({ name }) => name)))
    for (const [index, [, mention = '', quiet = '', , digest = '']] of rows.entries()) {
      const kind = kindNamed(types[index] as string)
      expect(quiet === 'refused').toBe(kind?.orderKey !== undefined)
      const platform = await kind?.create({} as never)
      expect(digest === 'yes').toBe(kind?.batch === undefined && platform?.digest !== undefined)
      if (kind?.audience === 'machines') expect(mention).toBe('nothing')
    }
  })

  test("have PagerDuty's severities", () => {
    const [rows = []] = tables(sectionOf(page, 'PagerDuty'))
    const pairs = rows.flatMap(([ours = '', theirs = '']) =>
      codesOf(ours).map((severity) => [severity, codesOf(theirs)[0]]),
    )
    const said = SEVERITIES.map((severity) => {
      const { payload } = triggerOf(alertMessage({ ...EVENT, severity }), true)
      return [severity, payload.severity]
    })
    expect(pairs).toEqual(expect.arrayContaining(said))
  })

  test("have CEF's severities, and a SIEM's words for how an approval stands", () => {
    const section = sectionOf(page, 'SIEM')
    const numbers = SEVERITIES.map((severity) => cefLine({ ...EVENT, severity }).split('|')[6])
    expect(section).toContain(`the severities are ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}.`)
    const rows = tables(section).find(([first]) => first?.[0] === '`pending`') ?? []
    const words = ([id, caption]: [number, string]) => (id === 0 ? '0' : `${id}, ${caption}`)
    const known = rows.map(([status = '']) => {
      const action = codesOf(status)[0] as string
      const control = controlOf({ ...EVENT, severity: 'low', approval_id: 'apr_1', action })
      return [status, control && words(control.action), control && words(control.disposition)]
    })
    expect(rows).toHaveLength(5)
    expect(rows).toEqual(known)
  })
})
