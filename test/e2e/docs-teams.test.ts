// Shows that docs/teams.md is true: every command of it runs, and every symptom says the sentence that stands there.

import { randomUUID } from 'node:crypto'
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCommand } from '../fakes/command-line.ts'
import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { blocks, readerOf, readPage, tableUnder } from '../fakes/doc-page.ts'
import { underRule } from '../fakes/rules-in-force.ts'
import { type Json, type Press, shown, teamsOffice } from '../fakes/teams-office.ts'

const DESTINATIONS = '/v1/settings/notifications'
const CONVERSATION = '19:…@thread.tacv2'
const WEBHOOK = 'https://prod-12.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=a'
/** Its card cannot show all of it. */
const LONG = { tool: 'stripe.refund', arguments: { orders: Array(2_000).fill('A-1') } }
const page = readPage('docs/teams.md')
const [setUp = '', rest = ''] = page.split('## Without an app')
const [withoutApp = ''] = rest.split('## Try it without Teams')
const [onSqlite] = databases
const office = teamsOffice((onSqlite as typeof onSqlite & object).create, { testMs: 3_000 })
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-docs-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('there are fewer than ten steps, and every command runs', async () => {
  expect(page.match(/^\d+\. /gm)?.length).toBeLessThan(10)
  const [package_, ...calls] = blocks(setUp, 'sh')
  // The settings of the page are all that it needs; it writes where the reader is.
  await writeFile(join(folder, '.env'), blocks(setUp, 'ini').join('\n'))
  const [npx, no, end, countersign, ...args] = (package_ ?? '').trim().split(' ')
  expect([npx, no, end, countersign]).toEqual(['npx', '--no', '--', 'countersign'])
  expect(await startCommand(args, {}, folder).ended).toMatchObject({ code: 0, err: '' })
  await access(join(folder, 'countersign-teams.zip'))

  const reader = readerOf(office.running)
  const answers: Json[] = []
  for (const call of calls) {
    answers.push(JSON.parse(await reader.run(call.replace(CONVERSATION, office.channel))))
  }
  expect(answers).toHaveLength(3)
  const [listed, created, tested] = answers
  const conversations = (listed as { data: Json[] }).data
  expect(conversations.map(({ conversation_id }) => conversation_id)).toContain(office.channel)
  expect(created).toMatchObject({ channel_type: 'teams', enabled: true })
  expect(tested).toMatchObject({ status: 'pending', test: true })
  await office.running.call('DELETE', `${DESTINATIONS}/${created?.id}`)
})

test('a webhook needs no app', () =>
  onAnother({}, async (running) => {
    const [call = '', ...more] = blocks(withoutApp, 'sh')
    expect(more).toEqual([])
    const created = JSON.parse(await readerOf(running).run(call))
    expect(created).toMatchObject({ channel_type: 'teams', enabled: true, config: {} })
  }))

test('the package needs no more than the page says', async () => {
  const env = { MicrosoftAppId: randomUUID(), PUBLIC_URL: 'https://countersign.example.com' }
  const elsewhere = await mkdtemp(join(tmpdir(), 'countersign-docs-'))
  try {
    expect((await startCommand(['teams', 'package'], env, elsewhere).ended).code).toBe(0)
  } finally {
    await rm(elsewhere, { recursive: true, force: true })
  }
})

test('the page and the bot name the same questions', async () => {
  const [help] = await answersOf(['help'])
  const verbs = tableUnder(page, 'Ask the bot').map(([verb]) => verb?.replaceAll('`', ''))
  expect(verbs).toEqual(['status', 'pending', 'show <id>', 'help'])
  for (const verb of verbs) expect(help).toContain(JSON.stringify(verb))
})

test('the page and the card name the same buttons', async () => {
  const { card } = await office.cardOf(await office.ask({ action: LONG }))
  const titles = (card as { actions: { title: string }[] }).actions.map(({ title }) => `*${title}*`)
  expect(tableUnder(page, 'On the card').map(([title]) => title)).toEqual(titles)
})

describe('when something is wrong', () => {
  /** Makes the symptom happen and returns what the product says. */
  const symptoms: Record<string, () => Promise<unknown>> = {
    'It does not start, without a secret': () => notStarted({ MicrosoftAppTenantId: randomUUID() }),
    'It does not start, without a tenant': () => notStarted({ MicrosoftAppPassword: 'a secret' }),
    'No package is written': () =>
      failing(['teams', 'package'], { MicrosoftAppId: randomUUID(), PUBLIC_URL: 'http://127.0.0.1:3000' }),
    'The bot gets nothing, and the server answers 401': async () => {
      const activity = await click()
      const otherApp = await office.teams.send(activity, await office.teams.token({ aud: randomUUID() }))
      const exp = Math.floor(office.clock.now() / 1000) - 301
      const late = await office.teams.send(activity, await office.teams.token({ exp }))
      const webChat = await office.teams.send({ ...activity, channelId: 'webchat' })
      expect([otherApp.status, late.status, webChat.status]).toEqual([401, 401, 401])
      expect([otherApp.body, webChat.body]).toEqual([late.body, late.body])
      return (late.body as Json).detail
    },
    'The bot gets nothing, and the server answers 403': async () => {
      const tenant = { channelData: { tenant: { id: randomUUID() } } }
      const { status, body } = await office.teams.send({ ...(await click()), ...tenant })
      expect(status).toBe(403)
      return (body as Json).detail
    },
    'The bot gets nothing, and the server answers 503': () =>
      onAnother({ teams: true }, async ({ teams }) => {
        teams.failNext({ method: 'keys', status: 500 })
        const { status, body } = await teams.send({ ...(await click()), serviceUrl: teams.serviceUrl() })
        expect(status).toBe(503)
        return (body as Json).detail
      }),
    'A destination is refused with 400, before the app is connected': () =>
      onAnother({}, (running) => refusedDestination({ conversation_id: office.channel }, running)),
    'A destination is refused with 400, and names no conversation': () => refusedDestination({}),
    'A destination is refused with 400, and names both': () =>
      refusedDestination({ conversation_id: office.channel, webhook_url: WEBHOOK }),
    'A webhook is refused with 400': () =>
      refusedDestination({ webhook_url: 'https://example.webhook.office.com/webhookb2/1' }),
    'A destination is refused with 400, and the conversation is unknown': () =>
      refusedDestination({ conversation_id: '19:elsewhere@thread.tacv2' }),
    'The test fails with 502, and the secret is wrong or has expired': () =>
      onAnother({ teams: true }, async (running) => {
        running.teams.failNext({ method: 'token', status: 401, code: 'invalid_client', times: 10 })
        return failedTest(await running.teamsDestination(), running)
      }),
    'The test fails with 502, and the app was blocked or removed': async () => {
      office.teams.failNext({ method: 'send', status: 403, code: 'BotNotInConversationRoster' })
      const id = await office.running.teamsDestination()
      const told = await failedTest(id)
      await office.running.call('PATCH', `${DESTINATIONS}/${id}`, { body: { enabled: true } })
      await office.running.call('DELETE', `${DESTINATIONS}/${id}`)
      return told
    },
    'No card appears, and `enabled` is false': async () => {
      const { groupChat } = office.teams.workspace.places
      await office.teams.install(groupChat)
      const config = { conversation_id: groupChat }
      const id = await office.running.destination({ channel_type: 'teams', name: 'Chat', config })
      await office.teams.remove(groupChat)
      const { body } = await office.running.call('GET', `${DESTINATIONS}/${id}`)
      expect(body).toMatchObject({ enabled: false, disabled_reason: 'app_removed' })
      return (await office.running.call('POST', `${DESTINATIONS}/${id}/test`)).body.detail
    },
    'Cards come late; Teams limits their rate': async () => {
      const id = await office.running.teamsDestination()
      // What the rows above switched off is told here as well.
      await eventually(async () => {
        const { body: page } = await office.running.call('GET', '/v1/deliveries?state=pending')
        return (page.data as unknown[]).length === 0
      })
      office.teams.failNext({ method: 'send', status: 429, retryAfterSeconds: 20 })
      const { status, body } = await office.running.call('POST', `${DESTINATIONS}/${id}/test`)
      expect(status).toBe(502)
      office.clock.advance(20_000)
      await office.cardOf({ id: String(body.approval_id) })
      await office.running.call('DELETE', `${DESTINATIONS}/${id}`)
      return body.detail
    },
    'Somebody else was faster': async () => {
      const approval = await office.ask()
      const late = await office.activityOf({ approval, by: 'ben', verdict: 'Deny' })
      await office.press({ approval })
      return shown(await office.teams.send(late))
    },
    'The card was pressed too late': async () => {
      const activity = await click()
      office.clock.advance(3_600_000)
      return shown(await office.teams.send(activity))
    },
    'Nobody can decide': async () => {
      office.clock.advance(11 * 60_000)
      office.teams.failNext({ method: 'member', status: 500 })
      return shown(await office.teams.send(await click()))
    },
    'Somebody pressed twice': async () => {
      const approval = await office.ask()
      const again = await office.activityOf({ approval })
      await office.press({ approval })
      return shown(await office.teams.send(again))
    },
    'Not all of it fitted the card': async () => {
      return shown(await office.press({ approval: await office.ask({ action: LONG }) }))
    },
    'View details shows nothing': async () => {
      const approval = await office.ask({ action: LONG })
      const before = office.told().length
      await office.press({ approval, verdict: 'View details', how: 'submit' })
      return eventually(() => office.told()[before])
    },
    'The policy asks for a note': async () => {
      const approval = await underRule(office.running, { note_required: ['deny'] }, office.ask)
      // Teams takes blanks for a note.
      return shown(await office.press({ approval, verdict: 'Deny with note', note: ' ' }))
    },
    'A note was too long': async () => {
      const note = 'x'.repeat(2_001)
      return shown(await office.press({ approval: await office.ask(), verdict: 'Deny with note', note }))
    },
    'A guest pressed': async () => shown(await office.teams.send(await click({ by: 'guest' }))),
    'Somebody of another tenant pressed': async () => {
      const { ben } = office.teams.workspace.people as { ben: { tenantId: string } }
      const { tenantId } = ben
      ben.tenantId = '00000000-0000-4000-8000-000000000000'
      office.clock.advance(11 * 60_000)
      const told = shown(await office.teams.send(await click({ by: 'ben' })))
      ben.tenantId = tenantId
      office.clock.advance(11 * 60_000)
      return told
    },
    'The requester pressed': async () => {
      const approval = await office.ask({ requested_by: { email: 'ana.ruiz@example.com' } })
      return shown(await office.press({ approval }))
    },
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

const click = async (press: Partial<Press> = {}) =>
  office.activityOf({ approval: await office.ask(), ...press })

async function answersOf(questions: string[]): Promise<string[]> {
  const { ana } = office.teams.workspace.people
  const bot = () => office.teams.messages(office.channel).filter(({ from }) => from.id !== ana.id)
  const before = bot().length
  for (const text of questions) {
    await office.teams.say({ conversationId: office.channel, userId: ana.id, text })
  }
  await expect.poll(() => bot().length).toBe(before + questions.length)
  return bot()
    .slice(before)
    .map(({ card }) => JSON.stringify(card))
}

/** What the command says when it gives up. */
async function failing(args: string[], env: Record<string, string>): Promise<string> {
  const empty = await mkdtemp(join(folder, 'empty-'))
  const { code, err } = await startCommand(args, env, empty).ended
  expect(code).toBe(1)
  return err.trim().split('\n').at(-1) as string
}

const notStarted = (env: Record<string, string>) =>
  failing(['start'], { DATABASE_URL: 'test.db', MicrosoftAppId: randomUUID(), ...env })

async function onAnother<T>(
  options: { teams?: boolean },
  work: (running: Running) => Promise<T>,
): Promise<T> {
  const databaseUrl = join(await mkdtemp(join(folder, 'another-')), 'test.db')
  const another = await startCountersign({ databaseUrl, clock: office.clock, ...options })
  try {
    return await work(another)
  } finally {
    await another.stop()
  }
}

async function refusedDestination(config: Json, { call }: Running = office.running): Promise<unknown> {
  const body = { channel_type: 'teams', name: 'Approvals', config }
  const answer = await call('POST', DESTINATIONS, { body })
  expect(answer.status).toBe(400)
  return answer.body.detail
}

async function failedTest(id: string, { call }: Running = office.running): Promise<unknown> {
  const answer = await call('POST', `${DESTINATIONS}/${id}/test`)
  expect(answer).toMatchObject({ status: 502, body: { code: 'test_failed' } })
  return answer.body.detail
}
