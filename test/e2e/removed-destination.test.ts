// Shows that cards of a destination that was removed, or that an admin switched off, decide nothing, wherever they stand.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { LETS_LOOPBACK } from '../fakes/receiver.ts'
import { reviewer } from '../fakes/shared-server.ts'
import { ANA, clickOf, payload, postToSlackEndpoint, TEAM } from '../fakes/slack-requests.ts'
import { BOT_TOKEN, SIGNING_SECRET } from '../fakes/slack-server.ts'
import { shown } from '../fakes/teams-office.ts'

const PATH = '/v1/settings/notifications'
const CHANNEL = 'C0SECURITY'
const OWN_SECRET = 'the secret of another app'
const REMOVED = 'This destination was removed: nothing can be decided on its cards any more'
const ON_THE_CARD = 'This destination was removed: nothing can be decided here'
const BY_WEBHOOK = 'Slack by webhook'
const OFF = 'An admin has switched this destination off'

/** What somebody is told who presses; undefined: it counted. */
type Press = () => Promise<string | undefined>

interface Place {
  name: string
  make(): Promise<string>
  /** How the card of that approval or alert stands there now, as text. */
  card(subjectId: string): Promise<string>
  /** Made while the button is there, for whenever it is pressed. */
  button(subjectId: string, destinationId: string, action?: string): Promise<Press>
}

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let running: Running
  let reviewerKey: string

  beforeAll(async () => {
    database = await create()
    running = await startCountersign({ databaseUrl: database.url, clock, teams: true, env: LETS_LOOPBACK })
    reviewerKey = await running.key(reviewer('Carla Roth'))
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
  })

  const slackMessage = (subjectId: string) =>
    eventually(() =>
      running.slack
        .messages(CHANNEL)
        .find((message) => !message.ephemeralFor && JSON.stringify(message).includes(subjectId)),
    )

  function inSlack(name: string, config: () => Record<string, unknown>, secret = SIGNING_SECRET): Place {
    return {
      name,
      make: () => running.destination({ name, config: config() }),
      card: async (subjectId) => JSON.stringify(await slackMessage(subjectId)),
      async button(subjectId, destinationId, action = 'approve_action') {
        const { ts } = await slackMessage(subjectId)
        const responseUrl = new URL('/respond/unknown', running.slack.apiUrl()).href
        const pressed = {
          type: 'button',
          action_id: action,
          block_id: `b@${destinationId}`,
          value: subjectId,
        }
        const press = { approvalId: subjectId, ts, channel: CHANNEL, responseUrl }
        return async () => {
          const told = () =>
            running.slack.calls.filter(
              ({ method, args }) => method === 'response_url' && args.response_type === 'ephemeral',
            )
          const before = told().length
          const body = payload(clickOf(press, { actions: [pressed] }))
          expect((await postToSlackEndpoint(running.url, clock, { body, secret })).status).toBe(200)
          if (await counted(subjectId)) return undefined
          const [answer] = await eventually(() => (told().length > before ? told().slice(before) : undefined))
          return String(answer?.args.text)
        }
      },
    }
  }

  const inTeams: Place = {
    name: 'Teams',
    make: () => running.teamsDestination(),
    card: async (subjectId) => JSON.stringify((await teamsMessage(subjectId)).card),
    async button(subjectId, _destinationId, action = 'Approve') {
      const { id: activityId } = await teamsMessage(subjectId)
      const { people, places } = running.teams.workspace
      const press = { conversationId: places.approvals, activityId, userId: people.ana.id }
      const activity = running.teams.clickActivity({ ...press, how: 'execute', title: action })
      return async () => {
        const answer = await running.teams.send(activity)
        return (await counted(subjectId)) ? undefined : shown(answer)
      }
    },
  }
  const teamsMessage = (subjectId: string) =>
    eventually(() =>
      running.teams
        .messages(running.teams.workspace.places.approvals)
        .find(({ card }) => JSON.stringify(card)?.includes(subjectId)),
    )

  const bot = { bot_token: BOT_TOKEN, channel_id: CHANNEL }
  const webhook = () => ({ webhook_url: running.slack.webhookUrl(CHANNEL), signing_secret: OWN_SECRET })
  const places = [
    inSlack('Slack', () => bot),
    inSlack('Slack with a secret of its own', () => ({ ...bot, signing_secret: OWN_SECRET }), OWN_SECRET),
    inSlack(BY_WEBHOOK, webhook, OWN_SECRET),
    inTeams,
  ]

  const read = async (id: string) => (await running.call<ApprovalView>('GET', `/v1/approvals/${id}`)).body
  async function counted(subjectId: string): Promise<boolean> {
    if (subjectId.startsWith('apr_')) return (await read(subjectId)).status !== 'pending'
    const { body } = await running.call<EventView>('GET', `/v1/events/${subjectId}`)
    return body.acknowledged !== null
  }
  const remove = (id: string) => running.call('DELETE', `${PATH}/${id}`)
  const change = (id: string, body: object) => running.call('PATCH', `${PATH}/${id}`, { body })
  /** Asks, with the place's card standing. */
  async function ask(place: Place): Promise<string> {
    // Slack takes about one message a second of a webhook.
    clock.advance(5_000)
    const { body } = await running.ask()
    await place.card(body.id)
    return body.id
  }
  async function alert(place: Place): Promise<string> {
    clock.advance(5_000)
    const told = { type: 'policy.violation', severity: 'high', summary: 'An address was about to leave' }
    const { body } = await running.call<{ data: EventView[] }>('POST', '/v1/events', { body: told })
    const id = String(body.data[0]?.id)
    await place.card(id)
    return id
  }

  test.each(places)(
    'in $name nothing counts where an admin said so: off for a while, or removed for good',
    async (place) => {
      const id = await place.make()
      const [asked, other, told] = [await ask(place), await ask(place), await alert(place)]
      const [press, pressOther] = [await place.button(asked, id), await place.button(other, id)]
      const acknowledge = await place.button(
        told,
        id,
        place === inTeams ? 'Acknowledge' : 'acknowledge_alert',
      )

      await change(id, { enabled: false })
      for (const refused of [press, acknowledge]) expect(await refused()).toContain(OFF)
      await change(id, { enabled: true })
      expect(await pressOther()).toBeUndefined()

      expect((await remove(id)).status).toBe(204)
      for (const refused of [press, acknowledge]) expect(await refused()).toContain(REMOVED)
      // Of a card by webhook only a press that counts lets the message be redrawn.
      if (place.name !== BY_WEBHOOK) {
        const card = await eventually(async () => {
          const now = await place.card(asked)
          return now.includes(ON_THE_CARD) && now
        })
        expect(card).not.toMatch(/approve_action|deny_action|"title":"(Approve|Deny)"/)
        expect(card).toContain('View in Console')
        expect(await place.card(other)).not.toContain(ON_THE_CARD)
      }
      const decision = { key: reviewerKey, body: { decision: 'approve' } }
      expect((await running.call('POST', `/v1/approvals/${asked}/decision`, decision)).status).toBe(200)
      expect((await read(asked)).decisions).toMatchObject([{ source: 'api' }])
      if (place.name !== BY_WEBHOOK) {
        await eventually(async () => (await place.card(asked)).includes('Approved by'))
      }
    },
  )

  test('off by what Slack answered, cards decide, until an admin says that it is off', async () => {
    const [place] = places as [Place]
    const id = await place.make()
    const [one, other] = [await ask(place), await ask(place)]
    const presses = [await place.button(one, id), await place.button(other, id)] as const
    running.slack.failNext({ method: 'chat.postMessage', error: 'channel_not_found' })
    const { body: unsent } = await running.ask()
    const reason = async () => (await running.call('GET', `${PATH}/${id}`)).body.disabled_reason
    await eventually(async () => (await reason()) === 'channel_not_found')
    expect(await presses[0]()).toBeUndefined()
    await change(id, { enabled: false })
    expect(await reason()).toBeNull()
    expect(await presses[1]()).toContain(OFF)
    for (const approval of [other, unsent.id]) {
      await running.call('POST', `/v1/approvals/${approval}/withdraw`)
    }
    await remove(id)
  })

  test('a removed place is not connected: its secret asks nothing', async () => {
    const [, place] = places as [Place, Place]
    const id = await place.make()
    const asked = await ask(place)
    const command = async () => {
      const form = { command: '/governance', text: 'status', team_id: TEAM, channel_id: CHANNEL }
      const body = new URLSearchParams({ ...form, user_id: ANA, user_name: 'ana', trigger_id: '1.2.3' })
      const wanted = { path: 'commands' as const, body: body.toString(), secret: OWN_SECRET }
      return (await postToSlackEndpoint(running.url, clock, wanted)).text
    }
    expect(await command()).not.toContain('not connected')
    await remove(id)
    expect(await command()).toContain('not connected')
    await running.call('POST', `/v1/approvals/${asked}/withdraw`)
  })
})
