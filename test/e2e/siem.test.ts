// Shows that a SIEM hears what happens, from its configuration to a Splunk that holds requests to its rules.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EventView } from '../../src/events/event.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { LETS_LOOPBACK } from '../fakes/receiver.ts'
import { sharedServer } from '../fakes/shared-server.ts'
import { type Collectors, SPLUNK_TOKEN, startCollectors } from '../fakes/siem-collectors.ts'

const PATH = '/v1/settings/notifications'
/** Of events in one request of an agent's. */
const AT_ONCE = 100
const headers = { Authorization: `Splunk ${SPLUNK_TOKEN}` }

interface Page {
  data: { last_error: string | null }[]
}

let collectors: Collectors
beforeAll(async () => {
  collectors = await startCollectors()
})
afterAll(() => collectors.close())

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create, LETS_LOOPBACK)
  const call = <T>(method: string, path: string, body?: unknown) =>
    server.running.call<T>(method, path, body === undefined ? {} : { body })

  let id: string
  beforeAll(async () => {
    const config = { url: collectors.splunk, format: 'json', preset: 'splunk_hec', headers }
    const saved = await call<{ id: string; config: object }>('POST', PATH, {
      channel_type: 'siem',
      name: 'Splunk',
      config,
    })
    expect(saved.status).toBe(201)
    expect(JSON.stringify(saved.body)).not.toContain(SPLUNK_TOKEN)
    id = saved.body.id
  })
  beforeEach(() => collectors.reset())

  async function tell(summaries: string[]): Promise<void> {
    for (let from = 0; from < summaries.length; from += AT_ONCE) {
      const events = summaries
        .slice(from, from + AT_ONCE)
        .map((summary) => ({ type: 'policy.violation', summary }))
      expect((await call('POST', '/v1/events', { events })).status).toBe(201)
    }
  }
  const heard = () => collectors.taken.map(({ event }) => (event as EventView).summary)
  const numbered = (count: number) => Array.from({ length: count }, (_, i) => `number ${i}`)

  test('a thousand events arrive once each, in their order and in few requests', async () => {
    const summaries = numbered(1000)
    await tell(summaries)
    await eventually(() => collectors.taken.length >= summaries.length, 15_000)
    expect(heard()).toEqual(summaries)
    expect(collectors.requests.length).toBeLessThanOrEqual(100)
  })

  test('one that is refused costs the others nothing, and is kept for review', async () => {
    const summaries = numbered(60).map((summary) => `${summary}.`)
    const [refused, ...others] = [summaries[17], ...summaries.toSpliced(17, 1)]
    collectors.poison = refused
    await tell(summaries)
    await eventually(() => collectors.taken.length >= others.length)
    expect(heard()).toEqual(others)
    const dead = await eventually(async () => {
      const { body } = await call<Page>('GET', `/v1/deliveries?destination=${id}&state=dead`)
      return body.data.length > 0 ? body.data : undefined
    })
    expect(dead).toMatchObject([{ last_error: 'invalid_data_format' }])
  })

  test('what is refused for a setting waits, and the destination says so until somebody changes it', async () => {
    collectors.splunkCode = 7
    await tell(['into an index that the token may not use'])
    const one = `${PATH}/${id}`
    const found = await eventually(async () => {
      const { body } = await call<{ enabled: boolean; misconfigured: string | null }>('GET', one)
      return body.misconfigured === null ? undefined : body
    })
    expect(found).toMatchObject({ enabled: true, misconfigured: 'incorrect_index' })
    const pending = await call<Page>('GET', `/v1/deliveries?destination=${id}&state=pending`)
    expect(pending.body.data).toContainEqual(expect.objectContaining({ last_error: 'incorrect_index' }))
    const { body } = await call('PATCH', one, { config: { headers } })
    expect(body).toMatchObject({ misconfigured: null })
  })

  test('an approval is told as it was when it was asked for, and again when it is closed', async () => {
    const { body: approval } = await server.running.ask()
    await call('POST', `/v1/approvals/${approval.id}/withdraw`)
    await eventually(() => collectors.taken.length >= 2)
    expect(collectors.taken.map(({ event }) => event)).toMatchObject([
      { type: 'approval.requested', approval_id: approval.id, action: 'pending' },
      { type: 'approval.withdrawn', approval_id: approval.id, action: 'withdrawn' },
    ])
  })

  test.each([
    [{ url: 'https://10.0.0.1/' }, 'not a public address (private)'],
    [{ headers: {} }, 'the preset splunk_hec needs the header Authorization'],
    [{ format: 'leef' }, "must be 'cef', 'ocsf' or 'json'"],
  ])('%j is refused when it is saved, and says why', async (config, sentence) => {
    const { status, body } = await call<{ detail: string }>('PATCH', `${PATH}/${id}`, { config })
    expect(status).toBe(400)
    expect(body.detail).toContain(sentence)
  })
})
