// Shows that people on call are paged, and left alone again: from PagerDuty's configuration to their incidents.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { type PagerDutyServer, ROUTING_KEY, startPagerDuty } from '../fakes/pagerduty-server.ts'
import { LETS_LOOPBACK } from '../fakes/receiver.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

const SETTINGS = '/v1/settings/notifications'
/** Longer than the first pause before another try. */
const FIRST_RETRY_MS = 7_000

describe.each(databases)('on $name', ({ create }) => {
  const env: Record<string, string> = { ...LETS_LOOPBACK }
  let pagerduty: PagerDutyServer
  beforeAll(async () => {
    pagerduty = await startPagerDuty(manualClock())
    env.PAGERDUTY_EVENTS_URL = pagerduty.eventsUrl
  })
  const server = sharedServer(create, env)
  let ana: string
  let made: Record<string, unknown>

  beforeAll(async () => {
    ana = await server.running.key(reviewer('Ana'))
    made = await onCall(ROUTING_KEY)
  })
  afterAll(() => pagerduty.close())
  beforeEach(async () => {
    // What is under way would be taken for dead; what was sent counts no more then.
    await eventually(async () => (await pending()).length === 0)
    server.clock.advance(60_000)
  })

  async function call(method: string, path: string, body?: unknown, key?: string) {
    const answer = await server.running.call(method, path, {
      ...(body !== undefined && { body }),
      ...(key !== undefined && { key }),
    })
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
    return answer.body
  }
  const pending = async () =>
    (await call('GET', '/v1/deliveries?state=pending')).data as { last_error: string | null }[]
  const onCall = (routing_key: string) =>
    call('POST', SETTINGS, { channel_type: 'pagerduty', name: 'On call', config: { routing_key } })
  const agent = (id: string) => ({ id, name: 'Refund agent' })
  const tell = (type: string, id: string) => call('POST', '/v1/events', { type, agent: agent(id) })
  const sentAbout = (id: string) => pagerduty.taken.filter(({ payload }) => payload?.source === id)
  const incidentOf = (id: string) => {
    const [sent] = sentAbout(id)
    return pagerduty.incidents.find(({ key }) => key === sent?.dedup_key)
  }
  const becomes = (id: string, status: string) => eventually(() => incidentOf(id)?.status === status)

  test('the routing key is sealed and never repeated', async () => {
    expect(made.config).toEqual({ routing_key: 'set' })
    expect(JSON.stringify(await call('GET', SETTINGS))).not.toContain(ROUTING_KEY)
  })

  test('an approval pages people until somebody decides', async () => {
    const { body: approval } = await server.running.ask({ agent: agent('asks') })
    await becomes('asks', 'triggered')
    expect(incidentOf('asks')?.title).toMatch(
      /^⚠️ MEDIUM · Approve stripe\.refund\? · Asked by asks with the key /,
    )
    await call('POST', `/v1/approvals/${approval.id}/decision`, { decision: 'approve' }, ana)
    await becomes('asks', 'resolved')
  })

  test('an alert pages people until somebody sees to it', async () => {
    const { data } = await tell('policy.violation', 'breaks')
    const [{ id }] = data as [{ id: string }]
    await becomes('breaks', 'triggered')
    await call('POST', `/v1/events/${id}/acknowledge`, undefined, ana)
    await becomes('breaks', 'acknowledged')
  })

  test('what ends an incident waits for what began it, while other incidents go on', async () => {
    pagerduty.failNext({ status: 500, body: 'Internal Server Error' })
    await tell('circuit_breaker.triggered', 'trips')
    await eventually(async () => (await pending()).some(({ last_error }) => last_error === 'http_500'))
    await tell('circuit_breaker.reset', 'trips')
    await tell('incident', 'burns')
    await becomes('burns', 'triggered')
    const before = pagerduty.taken.length
    server.clock.advance(FIRST_RETRY_MS)
    await becomes('trips', 'resolved')
    expect(pagerduty.taken.slice(before).map(({ event_action }) => event_action)).toEqual([
      'trigger',
      'resolve',
    ])
  })

  test('a key that no service has switches the destination off, and those who are on call elsewhere hear of it', async () => {
    const { id } = await onCall(ROUTING_KEY.replace('R01', 'R02'))
    await tell('budget.exceeded', 'spends')
    await eventually(async () => {
      const { disabled_reason } = await call('GET', `${SETTINGS}/${id}`)
      return disabled_reason === 'invalid_routing_key'
    })
    await eventually(() =>
      pagerduty.incidents.some(({ title }) =>
        title.includes('Destination disabled · Told by Countersign · Countersign says: '),
      ),
    )
  })
})
