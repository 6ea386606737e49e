// Shows that docs/slack.md is true: every command of it runs, and every symptom says the sentence that stands there.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { slackManifest } from '../../src/cli/slack-manifest.ts'
import type { User } from '../../src/sandbox/slack/workspace.ts'
import { CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { blocks, readerOf, readPage, tableUnder } from '../fakes/doc-page.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { LETS_LOOPBACK } from '../fakes/receiver.ts'
import { ANA, BEN, clickOf, payload, postToSlackEndpoint } from '../fakes/slack-requests.ts'
import { BOT_TOKEN } from '../fakes/slack-server.ts'

const GUEST = 'U0GUEST000'
const STRANGER = 'U0CONNECT0'
const DESTINATIONS = '/v1/settings/notifications'
let asks = 0
/** Its card cannot show all of it. Each asks something else. */
const long = () => ({ action: { tool: 'mail.send', arguments: { ask: asks++, text: 'x'.repeat(3_000) } } })
const page = readPage('docs/slack.md')

interface Pressable {
  text?: { text: string }
  options?: { text: { text: string } }[]
}

const clock = manualClock()
let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let running: Running

beforeAll(async () => {
  database = (await databases[0]?.create()) as typeof database
  running = await startCountersign({
    databaseUrl: database.url,
    clock,
    env: LETS_LOOPBACK,
    testMs: 3_000,
  })
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
})

test('there are fewer than ten steps, and every command runs', async () => {
  expect(page.match(/^\d+\. /gm)?.length).toBeLessThan(10)
  const reader = readerOf(running)
  const printed: string[] = []
  for (const block of blocks(page, 'sh')) printed.push(await reader.run(block))
  const [manifest, created, tested, read, changed, group, webhook] = printed.map((text) => JSON.parse(text))
  expect(manifest).toEqual(slackManifest('https://countersign.example.com'))
  expect(created).toMatchObject({ channel_type: 'slack', enabled: true })
  expect(tested).toMatchObject({ status: 'pending', test: true })
  expect(read).toEqual(created)
  expect(changed).toMatchObject({ id: created.id, enabled: true })
  expect(group).toMatchObject({ kind: 'external', accounts: [{}, {}], ask_error: null })
  expect(webhook).toMatchObject({ channel_type: 'slack', enabled: true, config: {} })
  expect(printed.length).toBe(7)
  await running.call('DELETE', `${DESTINATIONS}/${webhook.id}`)
  await running.call('DELETE', `${DESTINATIONS}/${created.id}`)
})

test('the page and the card name the same buttons, in the same order', async () => {
  const id = await running.destination()
  const { body: asked } = await running.ask(long())
  const card = await cardOf(asked)
  const [{ blocks: drawn }] = card.attachments as unknown as [{ blocks: { elements?: Pressable[] }[] }]
  const elements = drawn.at(-1)?.elements ?? []
  const labels = elements.flatMap(({ options, text }) => (options ?? [{ text }]).map((one) => one.text?.text))
  expect(tableUnder(page, 'On the card').map(([label]) => label)).toEqual(labels.map((label) => `*${label}*`))
  await running.call('DELETE', `${DESTINATIONS}/${id}`)
})

test('what was to be posted when it was switched off follows; what is asked meanwhile does not', async () => {
  const id = await running.destination()
  running.slack.failNext({ method: 'chat.postMessage', error: 'channel_not_found' })
  const { body: before } = await running.ask()
  await eventually(async () => (await read(`${DESTINATIONS}/${id}`)).disabled_reason === 'channel_not_found')
  const { body: meanwhile } = await running.ask()
  await running.call('PATCH', `${DESTINATIONS}/${id}`, { body: { enabled: true } })
  const { body: after } = await running.ask()
  await cardOf(before)
  await cardOf(after)
  expect(cards(meanwhile)).toEqual([])
  await running.call('DELETE', `${DESTINATIONS}/${id}`)
})

describe('when something is wrong', () => {
  /** Makes the symptom happen and returns what the product says. */
  const symptoms: Record<string, () => Promise<unknown>> = {
    'A destination is refused with 400': () => refusedDestination({ channel_type: 'irc' }),
    'It is refused with 400 although the type is right': () => refusedDestination({ config: {} }),
    'It is refused with 400, and has both': () =>
      refusedDestination({
        config: { bot_token: BOT_TOKEN, channel_id: CHANNEL, webhook_url: webhookUrl() },
      }),
    'The webhook is refused with 400': () =>
      refusedDestination({ config: { webhook_url: 'https://hooks.slack.com/triggers/T0/1/a' } }),
    'The channel is refused with 400': () =>
      refusedDestination({ config: { bot_token: BOT_TOKEN, channel_id: '#approvals' } }),
    'The token is refused with 400': () =>
      refusedDestination({ config: { bot_token: 'xoxb-…', channel_id: CHANNEL } }),
    'The token is refused with 400, and looks right': () =>
      refusedDestination({ config: { bot_token: 'xoxb-revoked', channel_id: CHANNEL } }),
    'The test fails with 502, and the token was revoked': () => failedTest({}, 'invalid_auth'),
    'The test fails with 502, and the channel is wrong': () =>
      failedTest({ config: { bot_token: 'xoxb-test', channel_id: 'C0ELSEWHERE' } }),
    'The test fails with 502, and the app is not in the channel': () => failedTest({}, 'not_in_channel'),
    'The test fails with 502, and the webhook was removed': () =>
      failedTest({ config: { webhook_url: webhookUrl().replace(/\w+$/, 'removed') } }),
    'The test fails with 502, and the app may too little': () => failedTest({}, 'missing_scope'),
    'A user group is refused with 502': async () => {
      running.slack.grant('usergroups:read', false)
      return refusedGroup().finally(() => running.slack.grant('usergroups:read', true))
    },
    'A user group is refused with 502, and the scope is there': () => refusedGroup(),
    'No card appears, and `enabled` is false': async () => {
      const id = await running.destination({ config: { bot_token: 'xoxb-test', channel_id: 'C0ELSEWHERE' } })
      expect((await running.call('POST', `${DESTINATIONS}/${id}/test`)).status).toBe(502)
      const off = await read(`${DESTINATIONS}/${id}`)
      expect(off).toMatchObject({ enabled: false, disabled_reason: 'channel_not_found' })
      return (await running.call('POST', `${DESTINATIONS}/${id}/test`)).body.detail
    },
    'Cards come late; Slack limits their rate': async () => {
      const id = await running.destination()
      running.slack.failNext({ method: 'chat.postMessage', status: 429, retryAfterSeconds: 20 })
      const { status, body } = await running.call('POST', `${DESTINATIONS}/${id}/test`)
      expect(status).toBe(502)
      clock.advance(20_000)
      await cardOf({ id: String(body.approval_id) })
      return body.detail
    },
    'Buttons and commands fail in Slack, and the server answers 401': async () => {
      const body = payload(clickOf({ approvalId: 'apr_x' }))
      const wrongSecret = await postToSlackEndpoint(running.url, clock, { body, secret: 'another' })
      const late = await postToSlackEndpoint(running.url, clock, { body, timestamp: -301 })
      expect([wrongSecret.status, late.status]).toEqual([401, 401])
      expect(JSON.parse(late.text)).toEqual(JSON.parse(wrongSecret.text))
      return JSON.parse(late.text).detail
    },
    '`/governance` does not know the workspace': async () => {
      const form = {
        command: '/governance',
        text: 'status',
        user_id: ANA,
        team_id: 'T0ELSEWHERE',
        channel_id: CHANNEL,
      }
      const body = new URLSearchParams({ ...form, user_name: 'ana', trigger_id: '1.2.3' }).toString()
      const answer = await postToSlackEndpoint(running.url, clock, { path: 'commands', body })
      return JSON.parse(answer.text).text
    },
    'Somebody else was faster': () =>
      toldAfter(async (press) => {
        // The card keeps its buttons until it is redrawn.
        running.slack.failNext({ method: 'chat.update', error: 'fatal_error' })
        await press('approve_action', ANA)
        await press('deny_action', BEN)
      }, BEN),
    'The card still has its buttons after the decision': () =>
      toldAfter(async (press, asked) => {
        running.slack.failNext({ method: 'chat.update', error: 'fatal_error' })
        await press('deny_action', ANA)
        await press('approve_action', BEN)
        await eventually(() => cards(asked).some((card) => card.includes('*❌ Denied by* Ana Ruiz')))
      }, BEN),
    'The card was pressed too late': () =>
      toldAfter(async (press) => {
        running.slack.failNext({ method: 'chat.update', status: 500 })
        clock.advance(3_600_000)
        await press('approve_action', ANA)
      }, ANA),
    'Nobody can decide': () =>
      toldAfter(async (press) => {
        clock.advance(11 * 60_000)
        running.slack.failNext({ method: 'users.info', error: 'missing_scope' })
        await press('approve_action', ANA)
      }, ANA),
    'Somebody pressed twice': () =>
      toldAfter(async (press) => {
        running.slack.failNext({ method: 'chat.update', error: 'fatal_error' })
        await press('approve_action', ANA)
        await press('approve_action', ANA)
      }, ANA),
    'Not all of it fitted the card': () => toldAfter((press) => press('approve_action', ANA), ANA, long()),
    'No window opens': () =>
      toldAfter(
        async (press) => {
          running.slack.failNext({ method: 'views.open', error: 'expired_trigger_id' })
          await press('view_details', ANA)
        },
        ANA,
        long(),
      ),
    'A guest pressed': () => toldAfter((press) => press('approve_action', GUEST), GUEST),
    'Somebody of a connected workspace pressed': () => {
      const users = running.slack.workspace.users as User[]
      const ana = users.find(({ id }) => id === ANA) as User
      users.push({ ...ana, id: STRANGER, team_id: 'T0ELSEWHERE' })
      return toldAfter((press) => press('approve_action', STRANGER), STRANGER)
    },
    'The requester pressed': () =>
      toldAfter((press) => press('approve_action', ANA), ANA, {
        requested_by: { email: 'ana.ruiz@example.com' },
      }),
  }
  const rows = tableUnder(page, 'When something is wrong')

  test('every symptom of the page is made to happen here', () => {
    expect(rows.map(([symptom]) => symptom)).toEqual(Object.keys(symptoms))
  })

  // The test of a destination whose rate is limited gives up after twelve seconds.
  test.each(rows)('%s: %s', { timeout: 30_000 }, async (symptom, sentence) => {
    expect(`\`${await symptoms[symptom as string]?.()}\``).toBe(sentence)
  })
})

function webhookUrl(): string {
  return running.slack.webhookUrl(CHANNEL)
}

async function read(path: string): Promise<Record<string, unknown>> {
  return (await running.call('GET', path)).body
}

async function refusedDestination(wanted: Record<string, unknown>): Promise<unknown> {
  const body = { channel_type: 'slack', name: 'Approvals', config: {}, ...wanted }
  const answer = await running.call('POST', DESTINATIONS, { body })
  expect(answer.status).toBe(400)
  return answer.body.detail
}

async function failedTest(wanted: Record<string, unknown>, error?: string): Promise<unknown> {
  const id = await running.destination(wanted)
  if (error !== undefined) running.slack.failNext({ method: 'chat.postMessage', error })
  const answer = await running.call('POST', `${DESTINATIONS}/${id}/test`)
  expect(answer).toMatchObject({ status: 502, body: { code: 'test_failed' } })
  await running.call('DELETE', `${DESTINATIONS}/${id}`)
  return answer.body.detail
}

async function refusedGroup(): Promise<unknown> {
  const destination_id = await running.destination()
  const body = { name: 'on-call', kind: 'external', destination_id, external_id: '@on-call' }
  const answer = await running.call('POST', '/v1/groups', { body })
  expect(answer).toMatchObject({ status: 502, body: { code: 'group_unanswered' } })
  await running.call('DELETE', `${DESTINATIONS}/${destination_id}`)
  return answer.body.detail
}

type Press = (actionId: string, userId: string) => Promise<void>

/** What Slack shows to this user alone after they pressed a button of a new card. */
async function toldAfter(
  work: (press: Press, asked: ApprovalView) => Promise<void>,
  userId: string,
  wanted: Record<string, unknown> = {},
): Promise<unknown> {
  const id = await running.destination()
  const { body: asked } = await running.ask(wanted)
  const { ts } = await cardOf(asked)
  const before = toldTo(userId).length
  await work(async (actionId, by) => {
    const { status } = await running.slack.click({ channel: CHANNEL, ts, actionId, userId: by })
    expect(status).toBe(200)
  }, asked)
  await eventually(() => toldTo(userId).length > before)
  await running.call('DELETE', `${DESTINATIONS}/${id}`)
  return toldTo(userId).at(-1)
}

function toldTo(userId: string): string[] {
  const here = running.slack.messages(CHANNEL)
  return here.filter((message) => message.ephemeralFor === userId).map((message) => message.text)
}

function cards({ id }: { id: string }): string[] {
  return running.slack
    .messages(CHANNEL)
    .map((message) => JSON.stringify(message))
    .filter((card) => card.includes(id))
}

function cardOf({ id }: { id: string }) {
  return eventually(() =>
    running.slack.messages(CHANNEL).find((message) => JSON.stringify(message).includes(id)),
  )
}
