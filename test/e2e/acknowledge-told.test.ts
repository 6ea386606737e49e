// Shows that an acknowledged alert is told to PagerDuty, which then pages nobody else, and to whoever listens.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventView } from '../../src/events/event.ts'
import { CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts'
import { type PagerDutyServer, ROUTING_KEY, startPagerDuty } from '../fakes/pagerduty-server.ts'
import { LETS_LOOPBACK, type Receiver, startReceiver } from '../fakes/receiver.ts'
import { ANA } from '../fakes/slack-requests.ts'

const INCIDENT = { type: 'incident', agent: { id: 'agent-1' }, summary: 'The agent is on fire' }

describe.each(databases)('on $name', ({ create }) => {
  let clock: ManualClock
  let database: Awaited<ReturnType<typeof create>>
  let pagerduty: PagerDutyServer
  let receiver: Receiver
  let running: Running

  beforeAll(async () => {
    clock = manualClock()
    database = await create()
    pagerduty = await startPagerDuty(clock)
    receiver = await startReceiver()
    const env = { ...LETS_LOOPBACK, PAGERDUTY_EVENTS_URL: pagerduty.eventsUrl }
    running = await startCountersign({ databaseUrl: database.url, clock, env })
    await running.destination()
    const config = { routing_key: ROUTING_KEY }
    // Its filters are about what it is paged for; how that goes on it hears anyway.
    await running.destination({ channel_type: 'pagerduty', config, events: ['incident'] })
    const places = { '/all': null, '/alerts': ['incident'], '/news': ['event.acknowledged'] }
    for (const [path, events] of Object.entries(places)) {
      await running.destination({ channel_type: 'webhook', config: { url: receiver.url(path) }, events })
    }
  })
  afterAll(async () => {
    await running?.stop()
    await Promise.all([pagerduty?.close(), receiver?.close(), database?.drop()])
  })

  test('an incident is acknowledged in PagerDuty, and told once as an event to those who listen', async () => {
    const { body } = await running.call<{ data: [EventView] }>('POST', '/v1/events', { body: INCIDENT })
    const [{ id }] = body.data
    const { ts } = await eventually(() =>
      running.slack.messages(CHANNEL).find((message) => JSON.stringify(message).includes(id)),
    )
    await eventually(() => pagerduty.incidents.length === 1 && receiver.received.length === 2)
    clock.advance(1_000)
    await running.slack.click({ channel: CHANNEL, ts, actionId: 'acknowledge_alert', userId: ANA })

    await eventually(() => pagerduty.incidents[0]?.status === 'acknowledged')
    expect(pagerduty.incidents).toMatchObject([{ status: 'acknowledged', triggers: 1 }])
    expect(pagerduty.taken.map(({ event_action }) => event_action)).toEqual(['trigger', 'acknowledge'])

    const heard = (path: string) =>
      receiver.received.filter((one) => one.path === path).map(({ type }) => type)
    await eventually(() => receiver.received.length === 4)
    expect(heard('/all')).toEqual(['incident', 'event.acknowledged'])
    expect(heard('/alerts')).toEqual(['incident'])
    expect(heard('/news')).toEqual(['event.acknowledged'])
  })
})
