// Shows that an alert is acknowledged by signed clicks, both ways of Teams and the API, on both databases.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventView } from '../../src/events/event.ts'
import { NotOnTheCard } from '../../src/sandbox/slack-stand-in.ts'
import { strings } from '../fakes/adaptive-card-rules.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { reviewer } from '../fakes/shared-server.ts'
import { ANA, BEN, clickOf, payload, postToSlackEndpoint } from '../fakes/slack-requests.ts'
import { shown, teamsOffice } from '../fakes/teams-office.ts'

const GUEST = 'U0GUEST000'
const VIOLATION = {
  type: 'policy.violation',
  agent: { id: 'agent-1', name: 'Refund agent' },
  summary: 'An address was about to leave',
  data: { policy: 'no-pii' },
}
const ACKNOWLEDGED = 'Acknowledged by Ana Ruiz'
/** Of a card in Teams, where one line has several runs. */
const wordsOf = (card: unknown) => strings(Object(card)).literal.join('')

describe.each(databases)('on $name', ({ create }) => {
  const office = teamsOffice(create)
  let slackId: string

  beforeAll(async () => {
    slackId = await office.running.destination()
  })

  async function tell(): Promise<EventView> {
    const { body } = await office.running.call<{ data: [EventView] }>('POST', '/v1/events', {
      body: VIOLATION,
    })
    const [event] = body.data
    await Promise.all([slackCard(event), teamsCard(event)])
    return event
  }
  const slackCard = ({ id }: EventView) =>
    eventually(() =>
      office.running.slack
        .messages(CHANNEL)
        .find((message) => !message.ephemeralFor && JSON.stringify(message).includes(id)),
    )
  const teamsCard = (event: EventView) => office.cardOf(event)
  const seenInSlack = async (event: EventView) =>
    JSON.stringify(await slackCard(event)).includes('Acknowledged by* Ana Ruiz')
  const seenInTeams = async (event: EventView) =>
    wordsOf((await teamsCard(event)).card).includes(ACKNOWLEDGED)
  const redrawn = async (event: EventView) => {
    await eventually(async () => (await seenInSlack(event)) && (await seenInTeams(event)))
    return Promise.all([slackCard(event), teamsCard(event)])
  }
  const inSlack = async (event: EventView, userId = ANA) =>
    office.running.slack.click({
      channel: CHANNEL,
      ts: (await slackCard(event)).ts,
      actionId: 'acknowledge_alert',
      userId,
    })
  const inTeams = async (event: EventView, by: 'ana' | 'ben' | 'guest', how: 'execute' | 'submit') => ({
    conversationId: office.channel,
    activityId: (await teamsCard(event)).id,
    userId: office.teams.workspace.people[by].id,
    title: 'Acknowledge',
    how,
  })
  const toldTo = (userId: string) =>
    office.running.slack
      .messages(CHANNEL)
      .filter((message) => message.ephemeralFor === userId)
      .map(({ text }) => text)
  const read = async ({ id }: EventView) =>
    (await office.running.call<EventView>('GET', `/v1/events/${id}`)).body
  const recorded = () =>
    select(
      office.databaseUrl,
      `select 'ack' as what, event_id as id from acknowledgements union all select 'audit', id from audit
       where action != 'attempt.refused' union all select 'event', id from events union all select 'person', id from persons order by 1, 2`,
    )

  test('Acknowledge in Slack records who and where, and closes the card there and in Teams', async () => {
    const event = await tell()
    expect(JSON.stringify(await teamsCard(event))).toContain('"title":"Investigate"')
    expect((await inSlack(event)).status).toBe(200)
    const at = new Date(office.clock.now()).toISOString()
    expect(await read(event)).toEqual({ ...event, acknowledged: { by: 'Ana Ruiz', source: 'slack', at } })
    const [slack, teams] = await redrawn(event)
    expect(JSON.stringify(slack)).not.toMatch(/acknowledge_alert|Investigate/)
    expect(JSON.stringify(teams)).not.toMatch(/Action\.(Execute|Submit)|Investigate/)
    for (const card of [slack, teams]) expect(JSON.stringify(card)).toContain('View in Console')

    const [row] = await select(
      office.databaseUrl,
      `select canonical from audit where action = 'event.acknowledged' and subject = '${event.id}'`,
    )
    expect(JSON.parse(String(row?.canonical))).toMatchObject({
      facts: {
        source: 'slack',
        reviewer: { platform: 'slack', user_id: ANA },
        card: { destination_id: slackId, handle: `${CHANNEL}/${slack.ts}` },
      },
    })
    const [news] = await select(
      office.databaseUrl,
      `select type, summary from events where about = '${event.id}'`,
    )
    expect(news).toEqual({
      type: 'event.acknowledged',
      summary: `Ana Ruiz acknowledged: ${VIOLATION.summary}`,
    })
  })

  test('Acknowledge in Teams is shown at once to the one who pressed, and closes the card in Slack', async () => {
    const event = await tell()
    const answer = await office.teams.click(await inTeams(event, 'ana', 'execute'))
    expect(answer).toMatchObject({
      status: 200,
      body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive' },
    })
    expect(answer.tookMs).toBeLessThan(5_000)
    expect(wordsOf(answer.body)).toContain(ACKNOWLEDGED)
    expect(shown(answer)).not.toMatch(/Action\.(Execute|Submit)/)
    await redrawn(event)
    expect(await read(event)).toMatchObject({ acknowledged: { by: 'Ana Ruiz', source: 'teams' } })
  })

  test('a client of Teams that knows no Execute acknowledges too', async () => {
    const event = await tell()
    expect((await office.teams.click(await inTeams(event, 'ana', 'submit'))).status).toBe(200)
    await redrawn(event)
    expect(await read(event)).toMatchObject({ acknowledged: { by: 'Ana Ruiz', source: 'teams' } })
  })

  test('the same press sent again is answered as before, and recorded once', async () => {
    const event = await tell()
    const activity = office.teams.clickActivity(await inTeams(event, 'ana', 'execute'))
    const { ts } = await slackCard(event)
    const press = payload({
      ...clickOf({ approvalId: event.id, ts, actionId: 'acknowledge_alert' }),
      trigger_id: 'the same',
    })
    const first = await office.teams.send(activity)
    const before = await recorded()
    expect((await office.teams.send(activity)).body).toEqual(first.body)
    // In Slack she is another account, and therefore somebody else.
    for (const _ of [1, 2]) {
      const answer = await postToSlackEndpoint(office.running.url, office.clock, { body: press })
      expect(answer.status).toBe(200)
    }
    expect(await recorded()).toEqual(before)
  })

  test('whoever is later is told who was first, and nobody else is', async () => {
    const event = await tell()
    const late = office.teams.clickActivity(await inTeams(event, 'ben', 'execute'))
    const lateSubmit = office.teams.clickActivity(await inTeams(event, 'ben', 'submit'))
    office.running.slack.failNext({ method: 'chat.update', error: 'fatal_error' })
    await inSlack(event)
    const answer = await office.teams.send(late)
    expect(answer.body).toMatchObject({ type: 'application/vnd.microsoft.activity.message' })
    expect(shown(answer)).toBe(`⚠ Already acknowledged by Ana Ruiz`)
    await office.teams.send(lateSubmit)
    await eventually(() => office.told().at(-1) === '⚠ Already acknowledged by Ana Ruiz')
    // The redraw failed, so that the card in Slack still has its button.
    await inSlack(event, BEN)
    await eventually(() => toldTo(BEN).includes(':warning: Already acknowledged by Ana Ruiz'))
    expect(toldTo(ANA)).toEqual([])
    await eventually(async () => {
      office.clock.advance(1_000)
      return seenInSlack(event)
    })
    await expect(inSlack(event, BEN)).rejects.toThrow(NotOnTheCard)
  })

  describe('who may not is told so, and nothing is recorded:', () => {
    let event: EventView
    let before: unknown
    beforeAll(async () => {
      event = await tell()
      before = await recorded()
    })
    afterAll(async () => {
      expect(await read(event)).toMatchObject({ acknowledged: null })
      expect(await recorded()).toEqual(before)
    })
    const SENTENCE = 'Guests may not acknowledge an alert; ask a full member'

    test('a guest, in Slack and in Teams', async () => {
      await inSlack(event, GUEST)
      await eventually(() => toldTo(GUEST).some((text) => text.includes(SENTENCE)))
      expect(shown(await office.teams.click(await inTeams(event, 'guest', 'execute')))).toContain(SENTENCE)
    })

    test('whom Slack does not vouch for in time', async () => {
      office.clock.advance(11 * 60_000)
      office.running.slack.failNext({ method: 'users.info', error: 'internal_error' })
      await inSlack(event, BEN)
      await eventually(() => toldTo(BEN).some((text) => text.includes('could not be verified')))
    })

    test.each([
      ['no value', ''],
      ['half an id', 'evt_'],
      ['an id of nothing', 'evt_00000000000000000000000000'],
      ['markup', '<!channel>'],
      ['a long value', 'x'.repeat(2_000)],
    ])('a button with %s', async (_, value) => {
      const { ts } = await slackCard(event)
      const body = payload(clickOf({ approvalId: value, ts, actionId: 'acknowledge_alert' }))
      const { status, tookMs } = await postToSlackEndpoint(office.running.url, office.clock, { body })
      expect(status).toBe(200)
      expect(tookMs).toBeLessThan(3_000)
      const press = office.teams.clickActivity(await inTeams(event, 'ana', 'execute'))
      const action = { type: 'Action.Execute', data: { action: 'acknowledge', event_id: value } }
      const answer = await office.teams.send({ ...press, value: { action } })
      expect(shown(answer)).toBe('⚠ Alert not found')
    })

    test('a press in Teams that names no alert', async () => {
      const press = office.teams.clickActivity(await inTeams(event, 'ana', 'execute'))
      for (const data of [{ action: 'acknowledge' }, { action: 'acknowledge', approval_id: event.id }]) {
        const answer = await office.teams.send({ ...press, value: { action: { data } } })
        expect(answer.body).toMatchObject({ statusCode: 400, type: 'application/vnd.microsoft.error' })
      }
    })
  })

  test('a reviewer’s key acknowledges over HTTP, once, and the cards say so', async () => {
    const event = await tell()
    const path = `/v1/events/${event.id}/acknowledge`
    const [ana, ben] = [
      await office.running.key(reviewer('Ana Ruiz')),
      await office.running.key(reviewer('Ben Okafor')),
    ]
    const first = await office.running.call('POST', path, { key: ana })
    expect(first).toMatchObject({
      status: 200,
      body: { id: event.id, acknowledged: { by: 'Ana Ruiz', source: 'api' } },
    })
    expect((await office.running.call('POST', path, { key: ana })).body).toEqual(first.body)
    expect(await office.running.call('POST', path, { key: ben })).toMatchObject({
      status: 409,
      body: {
        code: 'already_acknowledged',
        detail: 'Already acknowledged',
        acknowledged_by: 'Ana Ruiz',
      },
    })
    await redrawn(event)
    const { body: asked } = await office.running.ask()
    for (const id of [asked.id, 'evt_00000000000000000000000000']) {
      expect(await office.running.call('POST', `/v1/events/${id}/acknowledge`, { key: ana })).toMatchObject({
        status: 404,
        body: { code: 'event_not_found' },
      })
    }
  })
})
