// Shows that a destination's settings for quiet keep what a change does not name, and refuse what cannot be.

import { describe, expect, test } from 'vitest'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { sharedServer } from '../fakes/shared-server.ts'
import { BOT_TOKEN } from '../fakes/slack-server.ts'

const PATH = '/v1/settings/notifications'
const CHANNEL = 'C0SECURITY'
const USUAL = {
  include_details: true,
  mention_on_critical: false,
  quiet_hours_start: null,
  quiet_hours_end: null,
  timezone: 'UTC',
  rate_per_minute: null,
  digest_after: null,
  repeated: null,
  fallback: false,
}
const CHOSEN = {
  include_details: false,
  mention_on_critical: true,
  quiet_hours_start: '22:00',
  quiet_hours_end: '08:00',
  timezone: 'Europe/Berlin',
  rate_per_minute: 6,
  digest_after: 20,
  repeated: { count: 5, minutes: 10 },
  fallback: true,
}

interface Answer {
  id: string
  settings: typeof USUAL
  detail: string
  errors: { path: string; message: string }[]
}

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  const call = (method: string, path: string, body?: unknown) =>
    server.running.call<Answer>(method, path, { body })
  const post = (differences: object = {}) =>
    call('POST', PATH, {
      channel_type: 'slack',
      name: 'Security',
      config: { bot_token: BOT_TOKEN, channel_id: 'C0NOWHERE' },
      events: ['approval.expired'],
      ...differences,
    })
  /** A destination that hears, for one test. */
  async function withPlace(settings: object, work: (id: string) => Promise<void>) {
    const config = { bot_token: BOT_TOKEN, channel_id: CHANNEL }
    const { body } = await post({ config, events: ['policy.warning'], settings })
    await work(body.id)
    await call('DELETE', `${PATH}/${body.id}`)
  }

  test('without settings all is as usual, and what was chosen comes back', async () => {
    const { body } = await post()
    expect(body.settings).toEqual(USUAL)
    expect((await post({ settings: null })).body.settings).toEqual(USUAL)
    const { status, body: chosen } = await post({ settings: CHOSEN })
    expect(status).toBe(201)
    expect(chosen.settings).toEqual(CHOSEN)
    expect((await call('GET', `${PATH}/${chosen.id}`)).body.settings).toEqual(CHOSEN)
  })

  test('a change keeps what it does not name; null is the usual, for one field or for all', async () => {
    const { body } = await post({ settings: CHOSEN })
    const patch = async (settings: unknown) =>
      (await call('PATCH', `${PATH}/${body.id}`, { settings })).body.settings
    expect(await patch({ rate_per_minute: null, timezone: null })).toEqual({
      ...CHOSEN,
      rate_per_minute: null,
      timezone: 'UTC',
    })
    expect((await call('PATCH', `${PATH}/${body.id}`, { name: 'Other' })).body.settings.digest_after).toBe(20)
    expect(await patch(null)).toEqual(USUAL)
    const entries = await select(
      server.databaseUrl,
      `select canonical from audit where subject = '${body.id}' order by id`,
    )
    expect(entries.map(({ canonical }) => JSON.parse(String(canonical)).facts.settings)).toEqual([
      CHOSEN,
      { ...CHOSEN, rate_per_minute: null, timezone: 'UTC' },
      { ...CHOSEN, rate_per_minute: null, timezone: 'UTC' },
      USUAL,
    ])
  })

  test.each([
    ['a start without an end', { quiet_hours_start: '22:00' }, 'belong together'],
    ['an end without a start', { quiet_hours_end: '22:00' }, 'belong together'],
    ['the same time twice', { quiet_hours_start: '22:00', quiet_hours_end: '22:00' }, 'the same time'],
    ['no time of day', { quiet_hours_start: '24:00', quiet_hours_end: '08:00' }, 'such as 22:00'],
    ['a time with seconds', { quiet_hours_start: '22:00:00', quiet_hours_end: '08:00' }, 'such as 22:00'],
    ['a place that is none', { timezone: 'Europe/Atlantis' }, 'Europe/Berlin'],
    ['an offset', { timezone: '+02:00' }, 'Europe/Berlin'],
    ['an abbreviation', { timezone: 'EST' }, 'instead of EST write America/New_York'],
    ['no alert at all', { rate_per_minute: 0 }, 'a whole number from 1 to 600'],
    ['half an alert', { rate_per_minute: 0.5 }, 'a whole number from 1 to 600'],
    ['too long a digest', { digest_after: 1001 }, 'a whole number from 1 to 1000'],
    ['an unknown setting', { quiet: true }, 'quiet'],
    ['a word for a switch', { fallback: 'yes' }, 'true or false'],
  ])('%s is refused, and says why', async (_what, settings, words) => {
    const { status, body } = await post({ settings })
    expect(status).toBe(400)
    expect(body.errors[0]?.path).toMatch(/^settings/)
    expect(JSON.stringify(body)).toContain(words)
  })

  test('quiet hours are refused where an order was promised that they would break', async () => {
    const { status, body } = await post({
      channel_type: 'pagerduty',
      config: { routing_key: 'r'.repeat(32) },
      settings: { quiet_hours_start: '22:00', quiet_hours_end: '08:00' },
    })
    expect(status).toBe(400)
    expect(body.detail).toContain('min_severity')
  })

  test('what quiet hours hold comes at once when they are taken back', async () => {
    const hour = new Date(server.clock.now()).getUTCHours()
    const at = (hours: number) => `${String((hour + hours) % 24).padStart(2, '0')}:00`
    const quiet = { quiet_hours_start: at(0), quiet_hours_end: at(2) }
    await withPlace(quiet, async (id) => {
      const alert = { type: 'policy.warning', summary: 'held for the night' }
      await call('POST', '/v1/events', alert)
      const held = async () => {
        const path = `/v1/deliveries?destination=${id}`
        const { body } = await server.running.call<{ data: { event_id: string; next_attempt_at: string }[] }>(
          'GET',
          path,
        )
        return body.data[0]
      }
      const end = new Date(server.clock.now()).setUTCHours(hour + 2, 0, 0, 0)
      await eventually(async () => (await held())?.next_attempt_at === new Date(end).toISOString())
      const told = async () => {
        const messages = JSON.stringify(server.running.slack.messages(CHANNEL))
        return messages.includes(String((await held())?.event_id))
      }
      expect(await told()).toBe(false)
      await call('PATCH', `${PATH}/${id}`, { settings: { quiet_hours_start: null, quiet_hours_end: null } })
      await eventually(told)
    })
  })

  test('a test of a destination comes through quiet hours', async () => {
    const quiet = { quiet_hours_start: '00:00', quiet_hours_end: '23:59' }
    await withPlace(quiet, async (id) => {
      const { status } = await call('POST', `${PATH}/${id}/test`, { event: 'policy.violation' })
      expect(status).toBe(201)
    })
  })
})
