// Shows that people are told directly in Slack and in Teams: who is there, in one line, and nobody else.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { reviewer } from '../fakes/shared-server.ts'

interface Delivery {
  state: string
  last_error: string | null
  recipient: { kind: string; person_id: string | null; account: object | null } | null
}

const HALF_MS = 1_800_000
const [ANA, GIL, INES] = ['Ana Ruiz', 'Gil Guest', 'Ines Kurz']
/** The app's own conversations with them in Slack. */
const DIRECT = ['D0ANARUIZ0', 'D0BENOKAFO', 'D0GUEST000', 'D0GONE0000']
const REQUESTER = { requested_by: { email: 'ben.okafor@example.com' } }

const [engine] = databases.filter(({ name }) => name === 'sqlite')
const clock = manualClock()
let database: Awaited<ReturnType<(typeof databases)[number]['create']>> | undefined
let running: Running
const ids: Record<string, string> = {}
let anaKey: string

beforeAll(async () => {
  database = await engine?.create()
  running = await startCountersign({ databaseUrl: String(database?.url), clock, teams: true })
  await post('/v1/groups', { name: 'payments' })
  for (const name of [ANA, GIL, INES]) {
    const email = `${name.toLowerCase().replace(' ', '.')}@example.com`
    await post('/v1/groups/payments/members', { email, name })
  }
  anaKey = await running.key(reviewer(ANA))
  const { body } = await running.call<{ data: { id: string; name: string }[] }>('GET', '/v1/people')
  for (const { id, name } of body.data) ids[name] = id
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
})

async function post(path: string, body: object, method = 'POST'): Promise<unknown> {
  const { status, body: answer } = await running.call(method, path, { body })
  expect([200, 201, 204], JSON.stringify(answer)).toContain(status)
  return answer
}

/** Everything is asked of the group, and told there. */
async function policy(...tell: string[]): Promise<void> {
  const { headers } = await running.call('GET', '/v1/policies')
  const etag = headers.get('etag')
  const ask = { requirements: [{ group: 'payments' }], tell }
  const { status, body } = await running.call('PUT', '/v1/policies', {
    body: { rules: [{ name: 'all', match: {}, ask }] },
    headers: etag === null ? {} : { 'if-match': etag },
  })
  expect([200, 201], JSON.stringify(body)).toContain(status)
}

async function ask(wanted = {}): Promise<ApprovalView> {
  return (await running.ask(wanted)).body
}

/** What one person alone was to be told of it, once all of it has ended. */
async function direct({ id }: ApprovalView, count: number): Promise<Delivery[]> {
  return eventually(async () => {
    const { body } = await running.call<{ data: (Delivery & { approval_id: string })[] }>(
      'GET',
      '/v1/deliveries',
    )
    const told = body.data.filter(({ approval_id, recipient }) => approval_id === id && recipient !== null)
    return told.length === count && told.every(({ state }) => state !== 'pending')
      ? told.reverse()
      : undefined
  })
}

describe('in Slack', () => {
  let place: string
  beforeAll(async () => {
    place = await running.destination()
  })
  const heard = () =>
    Object.fromEntries(DIRECT.map((id) => [id, running.slack.messages(id).map(({ text }) => text)]))
  const what = (approval: ApprovalView, words: string) =>
    `${words.replace('WHAT', '`stripe.refund`')} · <${approval.url}|Open>`

  test('full members are told, each in a line that leads to it, and the log names no address', async () => {
    await policy('reviewers')
    const asked = await ask(REQUESTER)
    const deliveries = await direct(asked, 3)
    expect(deliveries.map(({ state, last_error, recipient }) => [recipient, state, last_error])).toEqual([
      [{ kind: 'person', person_id: ids[ANA], account: null }, 'delivered', null],
      // A guest, and somebody who is not there.
      [{ kind: 'person', person_id: ids[GIL], account: null }, 'dead', 'recipient_unknown'],
      [{ kind: 'person', person_id: ids[INES], account: null }, 'dead', 'recipient_unknown'],
    ])
    expect(JSON.stringify(deliveries)).not.toContain('@')
    expect(heard()).toEqual({
      ...Object.fromEntries(DIRECT.map((id) => [id, []])),
      D0ANARUIZ0: [what(asked, 'WHAT waits for your approval, 60 minutes left')],
    })
    const [message] = running.slack.messages('D0ANARUIZ0')
    expect(message).toMatchObject({ attachments: [], blocks: [{ type: 'section' }] })
    expect(message?.blocks).toHaveLength(1)
  })

  test('those who are missing are reminded, and the requester hears the outcome with its note', async () => {
    await policy('reviewers', 'requester')
    const asked = await ask(REQUESTER)
    await direct(asked, 3)
    clock.advance(HALF_MS)
    await direct(asked, 6)
    expect(heard().D0ANARUIZ0?.at(-1)).toBe(
      what(asked, '*Reminder:* WHAT still waits for your approval, 30 minutes left'),
    )
    const path = `/v1/approvals/${asked.id}/decision`
    await running.call('POST', path, { key: anaKey, body: { decision: 'deny', note: 'not today' } })
    const [last] = (await direct(asked, 7)).slice(-1)
    expect(last).toMatchObject({ state: 'delivered', recipient: { kind: 'requester', person_id: null } })
    expect(heard().D0BENOKAFO).toEqual([
      what(asked, 'Asked in your name: WHAT · *❌ Denied by* Ana Ruiz: `“not today”`'),
    ])
  })

  test('no requester is who is no full member there, whatever address an agent names', async () => {
    await policy('requester')
    const before = heard()
    for (const email of ['gil.guest@example.com', 'stranger@elsewhere.example']) {
      const asked = await ask({ requested_by: { email } })
      await running.call('POST', `/v1/approvals/${asked.id}/decision`, {
        key: anaKey,
        body: { decision: 'deny' },
      })
      expect(await direct(asked, 1)).toMatchObject([{ state: 'dead', last_error: 'recipient_unknown' }])
    }
    expect(heard()).toEqual(before)
  })

  test('without the scope for addresses nobody is told, and cards go on', async () => {
    await policy('reviewers')
    running.slack.grant('users:read.email', false)
    // What Slack said of them is kept for ten minutes.
    clock.advance(HALF_MS)
    const asked = await ask()
    expect(await direct(asked, 3)).toEqual(
      Array(3).fill(expect.objectContaining({ state: 'dead', last_error: 'recipient_unknown' })),
    )
    running.slack.grant('users:read.email', true)
    const { body } = await running.call('GET', `/v1/settings/notifications/${place}`)
    expect(body).toMatchObject({ enabled: true, disabled_reason: null })
    await running.call('PATCH', `/v1/settings/notifications/${place}`, { body: { enabled: false } })
  })
})

describe('in Teams', () => {
  let place: string
  beforeAll(async () => {
    place = await running.teamsDestination()
  })
  const chats = () => running.teams.calls.filter(({ method }) => method === 'create')
  const inChat = (id: string) => running.teams.messages(id)
  const BENS = 'a:1BenOkaforTz4nR8pLd'

  test('members of the team are told in their own chat, by mailbox or sign-in name; guests are not', async () => {
    await policy('reviewers', 'requester')
    const asked = await ask(REQUESTER)
    const states = (await direct(asked, 3)).map(({ state, last_error }) => [state, last_error])
    expect(states).toEqual([
      ['delivered', null],
      ['dead', 'recipient_unknown'],
      ['dead', 'recipient_unknown'],
    ])
    const { personal } = running.teams.workspace.places
    const [message] = inChat(personal)
    expect(JSON.stringify(message?.card)).toContain(' waits for your approval, 60 minutes left')
    expect(JSON.stringify(message?.card)).toContain(`"Action.OpenUrl","url":"${asked.url}"`)
    expect(JSON.stringify(message?.card)).not.toMatch(/Execute|Submit/)
    const path = `/v1/approvals/${asked.id}/decision`
    await running.call('POST', path, { key: anaKey, body: { decision: 'approve' } })
    await direct(asked, 4)
    expect(JSON.stringify(inChat(BENS)[0]?.card)).toContain('Approved by')
    expect(chats()).toHaveLength(2)
  })

  test('whoever has blocked the bot is not told, and cards go on', async () => {
    running.teams.failNext({ method: 'create', status: 403, code: 'ConversationBlockedByUser' })
    const asked = await ask()
    const [first] = await direct(asked, 3)
    expect(first).toMatchObject({ state: 'dead', last_error: 'ConversationBlockedByUser' })
    const { body } = await running.call('GET', `/v1/settings/notifications/${place}`)
    expect(body).toMatchObject({ enabled: true, disabled_reason: null })
  })
})
