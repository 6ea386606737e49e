// Shows that on a card sent to Slack by webhook whoever Slack's signature vouches for decides, and nobody else.

import { beforeAll, describe, expect, test } from 'vitest'
import { REFUSALS } from '../../src/approvals/refusals.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { everythingIn, recorded, select } from '../fakes/peek.ts'
import { LETS_LOOPBACK } from '../fakes/receiver.ts'
import { reviewer, type SharedServer, sharedServer } from '../fakes/shared-server.ts'
import { ANA, BEN, clickOf, payload, postToSlackEndpoint, TEAM } from '../fakes/slack-requests.ts'
import { BOT_TOKEN, SIGNING_SECRET } from '../fakes/slack-server.ts'

const SECOND = 'C0SECURITY'
const GUEST = 'U0GUEST000'
const OTHER_SECRET = 'the secret of another app'
const DESTINATIONS = '/v1/settings/notifications'
const NOT_A_REVIEWER = ':warning: You are not a reviewer of this approval request'
const OUTSIDE = ':warning: Only members of the workspace that was asked may decide'
const GUESTS = ':warning: Guests may not decide; ask a full member'
const UNVERIFIED = expect.stringContaining('Your identity could not be verified')

interface Deliveries {
  /** The newest first. */
  data: { approval_id: string | null; state: string }[]
}

const webhookIn = (server: SharedServer, channel: string, more = {}) => ({
  name: `By webhook in ${channel}`,
  config: { webhook_url: server.running.slack.webhookUrl(channel), ...more },
})

function roundAbout(server: SharedServer) {
  const cardOf = (approval: { id: string }, channel = CHANNEL) =>
    eventually(() =>
      server.running.slack
        .messages(channel)
        .find((message) => !message.ephemeralFor && JSON.stringify(message).includes(approval.id)),
    )
  const cardsOf = ({ id }: { id: string }, channel = CHANNEL) =>
    server.running.slack.messages(channel).filter((message) => JSON.stringify(message).includes(id))

  return {
    cardOf,
    cardsOf,
    async ask(wanted = {}, channel = CHANNEL): Promise<ApprovalView> {
      // Slack takes about one message a second of a webhook.
      server.clock.advance(5_000)
      const { body } = await server.running.ask(wanted)
      await cardOf(body, channel)
      return body
    },
    async press(approval: ApprovalView, actionId: string, userId: string): Promise<void> {
      const { ts } = await cardOf(approval)
      const { status } = await server.running.slack.click({ channel: CHANNEL, ts, actionId, userId })
      expect(status).toBe(200)
    },
    read: async ({ id }: ApprovalView) =>
      (await server.running.call<ApprovalView>('GET', `/v1/approvals/${id}`)).body,
    toldTo: (userId: string) =>
      server.running.slack
        .messages(CHANNEL)
        .filter((message) => message.ephemeralFor === userId)
        .map((message) => message.text),
    /** How what it was told of the approval fared. */
    statesOf: async (approval: ApprovalView, destination: string) => {
      const path = `/v1/deliveries?destination=${destination}`
      const { body } = await server.running.call<Deliveries>('GET', path)
      return body.data.filter(({ approval_id }) => approval_id === approval.id).map(({ state }) => state)
    },
  }
}

describe.each(databases)('on $name', ({ create }) => {
  // No app but the webhook's: nobody is there to ask who somebody is.
  const server = sharedServer(create, { ...LETS_LOOPBACK, SLACK_SIGNING_SECRET: '' })
  const { cardOf, cardsOf, ask, press, read, toldTo, statesOf } = roundAbout(server)
  let interactive: string
  let oneWay: string
  let unasked: string

  beforeAll(async () => {
    const secret = { signing_secret: SIGNING_SECRET }
    interactive = await server.running.destination(webhookIn(server, CHANNEL, secret))
    oneWay = await server.running.destination(webhookIn(server, SECOND))
    const quiet = { events: ['budget.exceeded'] }
    unasked = await server.running.destination({ ...webhookIn(server, CHANNEL, secret), ...quiet })
    const bot = { bot_token: BOT_TOKEN, channel_id: CHANNEL, signing_secret: OTHER_SECRET }
    await server.running.destination({ name: 'Another app', config: bot, ...quiet })
  })

  const told = () => server.running.slack.calls.filter(({ method }) => method === 'response_url')

  interface Forged {
    /** The destination that the card says it belongs to; null: it says none. */
    at?: string | null
    actionId?: string
    secret?: string
    team?: string
    enterprise?: string
    user?: Record<string, unknown>
  }
  /** A press whose parts somebody chose. */
  async function forge(
    approval: ApprovalView,
    { at = interactive, actionId = 'approve_action', secret = SIGNING_SECRET, ...more }: Forged,
  ) {
    const { ts } = await cardOf(approval)
    const { team = TEAM, user = {}, enterprise } = more
    const responseUrl = new URL('/respond/unknown', server.running.slack.apiUrl()).href
    const block_id = at === null ? 'open_buttons' : `open_buttons@${at}`
    const click = clickOf({ approvalId: approval.id, ts, team, responseUrl })
    const pressed = {
      ...click,
      enterprise: enterprise === undefined ? null : { id: enterprise, name: 'All of us' },
      user: { ...(click.user as object), ...user },
      actions: [{ type: 'button', action_id: actionId, block_id, value: approval.id }],
    }
    const body = payload(pressed)
    return postToSlackEndpoint(server.running.url, server.clock, { body, secret })
  }

  async function expectRefused(forged: Forged, text: unknown = NOT_A_REVIEWER, wanted = {}): Promise<void> {
    const asked = await ask(wanted)
    const before = await recorded(server.databaseUrl)
    const toldBefore = told().length
    expect((await forge(asked, forged)).status).toBe(200)
    const [answer] = await eventually(() =>
      told().length > toldBefore ? told().slice(toldBefore) : undefined,
    )
    expect(answer?.args).toEqual({ response_type: 'ephemeral', replace_original: false, text })
    expect(await recorded(server.databaseUrl)).toEqual(before)
    expect((await read(asked)).status).toBe('pending')
  }

  test('a press decides, and its card is brought to the truth', async () => {
    const asked = await ask()
    await press(asked, 'approve_action', ANA)
    expect(await read(asked)).toMatchObject({
      status: 'approved',
      decisions: [{ verdict: 'approve', source: 'slack', reviewer: { name: '@ana.ruiz', email: null } }],
    })
    const card = await eventually(async () => {
      const found = await cardOf(asked)
      return found.edited && found
    })
    expect(JSON.stringify(card)).toContain('*✅ Approved by* `@ana.ruiz`')
    expect(JSON.stringify(card)).not.toContain('deny_action')
    expect(cardsOf(asked)).toHaveLength(1)
    const methods = server.running.slack.calls.map(({ method }) => method)
    expect(methods).not.toContain('users.info')
    expect(methods).not.toContain('chat.update')
  })

  test('Deny denies', async () => {
    const asked = await ask()
    await press(asked, 'deny_action', BEN)
    expect((await read(asked)).status).toBe('denied')
  })

  test('a redraw that fails is tried again through the same press', async () => {
    const asked = await ask()
    server.running.slack.failNext({ method: 'response_url', status: 503 })
    await press(asked, 'approve_action', ANA)
    await eventually(() => {
      server.clock.advance(1_000)
      return cardsOf(asked).find((card) => card.edited)
    })
  })

  test('an alert is acknowledged, and its card shows by whom', async () => {
    server.clock.advance(5_000)
    const alert = { type: 'policy.violation', agent: { id: 'agent-1' }, summary: 'PII in a reply' }
    const { body } = await server.running.call<{ data: [{ id: string }] }>('POST', '/v1/events', {
      body: alert,
    })
    const [event] = body.data
    const { ts } = await cardOf(event)
    await server.running.slack.click({ channel: CHANNEL, ts, actionId: 'acknowledge_alert', userId: ANA })
    const card = await eventually(() => cardsOf(event).find((one) => one.edited))
    expect(JSON.stringify(card)).toContain('*👀 Acknowledged by* `@ana.ruiz`')
    expect(JSON.stringify(card)).not.toContain('acknowledge_alert')
    expect(cardsOf(event)).toHaveLength(1)
    expect(JSON.stringify(await cardOf(event, SECOND))).not.toContain('acknowledge_alert')
  })

  test('who presses too late is told who was first, and the card then shows it', async () => {
    const asked = await ask()
    const key = await server.running.key(reviewer('Cleo Stern'))
    const decision = { key, body: { decision: 'deny' } }
    expect((await server.running.call('POST', `/v1/approvals/${asked.id}/decision`, decision)).status).toBe(
      200,
    )
    // Slack gives no way to a card that nobody pressed: nothing is sent, nor tried for ever.
    await eventually(async () => String(await statesOf(asked, interactive)) === 'skipped,delivered')
    expect(JSON.stringify(await cardOf(asked))).toContain('approve_action')

    await press(asked, 'approve_action', ANA)
    await eventually(() => toldTo(ANA).includes(':warning: Already denied by Cleo Stern'))
    const card = await eventually(() => cardsOf(asked).find((one) => one.edited))
    expect(JSON.stringify(card)).toContain('*❌ Denied by* Cleo Stern')
    expect(JSON.stringify(card)).not.toContain('approve_action')
    expect((await read(asked)).status).toBe('denied')
  })

  test('what does not fit its card is not approved there, as nothing can be opened from it', async () => {
    const much = { action: { tool: 'mail.send', arguments: { text: 'x'.repeat(3000) } } }
    const card = JSON.stringify(await cardOf(await ask(much)))
    expect(card).toContain('deny_action')
    expect(card).not.toMatch(/approve_action|view_details|decide_with_note/)
    const notOpened = `:warning: ${REFUSALS.details_not_opened.text}`
    const another = { action: { ...much.action, arguments: { text: 'y'.repeat(3000) } } }
    for (const actionId of ['approve_action', 'approve_note']) {
      await expectRefused({ actionId }, notOpened, another)
    }
    const noWindow = ':warning: Slack opens no window from this card: use View in Console'
    await expectRefused({ actionId: 'view_details' }, noWindow, another)
  })

  test("another app's secret decides nothing", () => expectRefused({ secret: OTHER_SECRET }))

  test('another workspace decides nothing, not even one of the same enterprise', async () => {
    await expectRefused({ team: 'T0ELSEWHERE' }, OUTSIDE)
    const enterprise = 'E0ALLOFUS0'
    await expectRefused({ team: 'T0ELSEWHERE', enterprise, user: { team_id: TEAM } }, OUTSIDE)
    await expectRefused({ enterprise, user: { team_id: enterprise } }, OUTSIDE)
  })

  test('whoever decides is one of the workspace, whatever enterprise the request names', async () => {
    const asked = await ask()
    await forge(asked, { enterprise: 'E0ALLOFUS0' })
    expect((await read(asked)).status).toBe('approved')
    const accounts = await select(
      server.databaseUrl,
      `select distinct tenant from accounts where platform = 'slack'`,
    )
    expect(accounts).toEqual([{ tenant: TEAM }])
  })

  test('somebody of another workspace in a shared channel decides nothing', () =>
    expectRefused({ user: { team_id: 'T0ELSEWHERE' } }, OUTSIDE))

  test('whom Slack does not say the workspace of decides nothing', () =>
    expectRefused({ user: { team_id: undefined } }, UNVERIFIED))

  test('nobody decides where somebody asked, since nobody says that they are not that person', () =>
    expectRefused({}, UNVERIFIED, { requested_by: { email: 'somebody@example.com' } }))

  test('a card of a one-way destination decides nothing', async () => {
    await expectRefused({ at: oneWay })
    const asked = await ask()
    const card = JSON.stringify(await cardOf(asked, SECOND))
    expect(card).toContain(asked.url)
    expect(card).not.toMatch(/approve_action|deny_action/)
  })

  test('a card of a destination that was never asked, of none, or of no such one decides nothing', async () => {
    for (const at of [unasked, null, 'dst_unknown', '']) await expectRefused({ at })
  })

  test('what closes is not told a second time, one way or the other', async () => {
    const asked = await ask()
    await press(asked, 'approve_action', ANA)
    await eventually(async () => String(await statesOf(asked, oneWay)) === 'skipped,delivered')
    expect(cardsOf(asked, SECOND)).toHaveLength(1)
  })

  test('its address and its secret are sealed, and never shown again', async () => {
    const { body } = await server.running.call('GET', `${DESTINATIONS}/${interactive}`)
    expect(body.config).toEqual({ webhook_url: 'set', signing_secret: 'set' })
    const kept = await everythingIn(server.databaseUrl)
    const [token = ''] = /\w+$/.exec(server.running.slack.webhookUrl(CHANNEL)) ?? []
    expect(kept).not.toContain(token)
    expect(kept).not.toContain(SIGNING_SECRET)
  })

  test('a destination changes from a bot to a webhook, and not to half of each', async () => {
    const id = await server.running.destination({ events: ['budget.exceeded'] })
    const change = (config: object) =>
      server.running.call('PATCH', `${DESTINATIONS}/${id}`, { body: { config } })
    const { config } = webhookIn(server, CHANNEL)
    expect(await change(config)).toMatchObject({
      status: 400,
      body: { detail: 'Slack channels take either bot_token + channel_id or webhook_url, not both' },
    })
    expect((await change({ ...config, bot_token: null, channel_id: null })).status).toBe(200)
  })
})

describe('where a token of that workspace is known', () => {
  const [onSqlite] = databases
  const env = { ...LETS_LOOPBACK, SLACK_SIGNING_SECRET: '', SLACK_BOT_TOKEN: BOT_TOKEN }
  const server = sharedServer((onSqlite as typeof onSqlite & object).create, env)
  const { ask, press, read, toldTo } = roundAbout(server)

  beforeAll(() => server.running.destination(webhookIn(server, CHANNEL, { signing_secret: SIGNING_SECRET })))

  test('Slack is asked who pressed: a guest decides nothing', async () => {
    const asked = await ask()
    await press(asked, 'approve_action', GUEST)
    await eventually(() => toldTo(GUEST).includes(GUESTS))
    expect((await read(asked)).status).toBe('pending')
  })

  test('nor does the one on whose behalf the agent asks, and everybody else does', async () => {
    const asked = await ask({ requested_by: { email: 'ana.ruiz@example.com' } })
    await press(asked, 'approve_action', ANA)
    await eventually(() => toldTo(ANA).some((text) => text.includes('on your behalf')))
    await press(asked, 'approve_action', BEN)
    expect(await read(asked)).toMatchObject({ decisions: [{ reviewer: { name: 'Ben Okafor' } }] })
  })
})
