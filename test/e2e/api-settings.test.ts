// Shows that admins configure destinations, in the documented words, with secrets that never come back.

import { beforeAll, describe, expect, test } from 'vitest'
import { ADMIN_KEY, CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { everythingIn, recorded, select } from '../fakes/peek.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'
import { BOT_TOKEN } from '../fakes/slack-server.ts'

const PATH = '/v1/settings/notifications'
const SECOND = 'C0SECURITY'
const INCOMPLETE = 'Slack channels require either bot_token + channel_id or webhook_url'

interface Answer {
  id: string
  name: string
  detail: string
  config: Record<string, string>
  errors: { path: string; message: string }[]
}

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)

  const wanted = (differences: object = {}) => ({
    channel_type: 'slack',
    name: 'Security',
    config: { bot_token: BOT_TOKEN, channel_id: 'C0NOWHERE' },
    // Nothing is sent to it: no such event occurs here.
    events: ['approval.expired'],
    ...differences,
  })
  const post = (body: unknown) => server.running.call<Answer>('POST', PATH, { body })
  const isPosted = (channel: string, id: string) =>
    server.running.slack.messages(channel).some((message) => JSON.stringify(message).includes(id))

  test('what was created comes back as it is, without its secrets', async () => {
    const { status, body } = await post(wanted({ min_severity: 'medium-high' }))
    expect(status).toBe(201)
    expect(body).toMatchObject({
      id: expect.stringMatching(/^dst_[0-9a-z]{26}$/),
      channel_type: 'slack',
      name: 'Security',
      events: ['approval.expired'],
      min_severity: 'medium',
      enabled: true,
      disabled_reason: null,
      created_at: new Date(server.clock.now()).toISOString(),
    })
    expect(body.config).toEqual({ channel_id: 'C0NOWHERE', bot_token: 'set' })
    const { body: list } = await server.running.call<{ data: Answer[]; next_cursor: null }>('GET', PATH)
    expect(list.next_cursor).toBeNull()
    expect(list.data.find(({ id }) => id === body.id)).toEqual(body)
  })

  test.each([
    ['agent', { roles: ['agent'] }],
    ['auditor', { roles: ['auditor'] }],
    ['reviewer', reviewer('Rita')],
  ])('a key with the role %s neither reads nor changes them', async (_role, roles) => {
    const key = await server.running.key(roles)
    const before = await recorded(server.databaseUrl)
    for (const [method, body] of [
      ['GET', undefined],
      ['POST', wanted()],
    ] as const) {
      expect((await server.running.call(method, PATH, { key, body })).status).toBe(403)
    }
    expect(await recorded(server.databaseUrl)).toEqual(before)
  })

  test.each(['msteams', 'slacks', '', null, 5, ['slack'], 'constructor', undefined])(
    'the channel_type %j is refused in the documented words',
    async (channel_type) => {
      const { status, body } = await post(wanted({ channel_type }))
      expect(status).toBe(400)
      expect(body.detail).toMatch(/^channel_type must be 'slack' or 'teams'/)
      expect(body.errors[0]?.path).toBe('channel_type')
    },
  )

  test.each([{}, { bot_token: BOT_TOKEN }, { channel_id: CHANNEL }, { signing_secret: 'a signing secret' }])(
    'the config %j is refused in the documented words',
    async (config) => {
      const { status, body } = await post(wanted({ config }))
      expect([status, body.detail]).toEqual([400, INCOMPLETE])
    },
  )

  test.each([
    ['bot_token', { bot_token: 'a token', channel_id: CHANNEL }],
    ['channel_id', { bot_token: BOT_TOKEN, channel_id: '#approvals' }],
    ['signing_secret', { bot_token: BOT_TOKEN, channel_id: CHANNEL, signing_secret: '' }],
    ['password', { bot_token: BOT_TOKEN, channel_id: CHANNEL, password: 'x' }],
  ])('a wrong %s is named, and its value is not repeated', async (path, config) => {
    const { status, body } = await post(wanted({ config }))
    expect(status).toBe(400)
    expect(body.errors.map((error) => error.path.split('.').at(-1))).toContain(path)
    expect(JSON.stringify(body)).not.toContain('a token')
  })

  test.each([
    ['slack', { bot_token: 'set', channel_id: CHANNEL }, 'bot_token'],
    ['slack', { webhook_url: 'set' }, 'webhook_url'],
    ['discord', { webhook_url: 'set' }, 'webhook_url'],
    ['teams', { webhook_url: 'set' }, 'webhook_url'],
    ['telegram', { bot_token: 'set', chat_id: 1 }, 'bot_token'],
    ['pagerduty', { routing_key: 'set' }, 'routing_key'],
    ['webhook', { url: 'https://hooks.example.com', secret: 'set' }, 'secret'],
    ['siem', { url: 'https://siem.example.com', headers: 'set' }, 'headers'],
  ])('a new %s cannot take a secret from an answer: %j', async (channel_type, config, name) => {
    const { status, body } = await post(wanted({ channel_type, config }))
    const message = '"set" stands for a secret that is kept, and none is; give the secret itself'
    expect(status).toBe(400)
    expect(body.errors).toEqual([{ path: `config.${name}`, message }])
  })

  test('a token that Slack does not take is refused, and one about which Slack cannot be asked is kept', async () => {
    const config = { bot_token: 'xoxb-revoked', channel_id: CHANNEL }
    const before = await recorded(server.databaseUrl)
    expect(await post(wanted({ config }))).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('Slack does not take this token (invalid_auth): ') },
    })
    expect(await recorded(server.databaseUrl)).toEqual(before)
    for (const fault of [
      { status: 503 },
      { status: 429 },
      { dropAfterPosting: false },
      { error: 'fatal_error' },
    ]) {
      server.running.slack.failNext({ method: 'auth.test', ...fault })
      expect((await post(wanted({ config }))).status).toBe(201)
    }
  })

  test.each([
    [[]],
    [['policy.violated']],
    [['approvals']],
    [['**']],
    [['.*']],
    [['approval.requested', '']],
    ['approval.*'],
  ])('the events %j are refused', async (events) => {
    const { status, body } = await post(wanted({ events }))
    expect(status).toBe(400)
    expect(body.errors[0]?.path.split('.')[0]).toBe('events')
    expect(body.detail).toContain(body.errors[0]?.path)
  })

  test.each([
    { name: '' },
    { name: 'a\0' },
    { name: 'x'.repeat(101) },
    { min_severity: 'grave' },
    { enabled: 'yes' },
    { secret: 'x' },
  ])('%j is refused', async (differences) => {
    const [field] = Object.keys(differences)
    const { status, body } = await post(wanted(differences))
    expect([status, body.errors[0]?.path]).toEqual([400, field])
  })

  test('no answer and no byte of the database holds a secret in clear', async () => {
    const secrets = ['xoxb-a-secret-of-this-test', 'a signing secret of this test', ADMIN_KEY]
    const config = { bot_token: secrets[0], signing_secret: secrets[1], channel_id: 'C0NOWHERE' }
    server.running.slack.failNext({ method: 'auth.test', status: 503 })
    const { status, body } = await post(wanted({ name: 'A name to find', config }))
    expect(status).toBe(201)
    const answers = [body, (await server.running.call('GET', PATH)).body]
    for (const secret of secrets) expect(JSON.stringify(answers)).not.toContain(secret)
    const kept = await everythingIn(server.databaseUrl)
    expect(kept).toContain('A name to find')
    for (const secret of secrets) {
      expect(kept).not.toContain(secret)
      expect(kept).not.toContain(Buffer.from(secret ?? '').toString('base64'))
    }
  })

  test('the same secrets are sealed differently for each destination', async () => {
    await post(wanted())
    await post(wanted())
    const rows = await select(server.databaseUrl, 'select sealed_secrets from destinations')
    expect(rows.length).toBeGreaterThan(1)
    expect(new Set(rows.map((row) => row.sealed_secrets)).size).toBe(rows.length)
  })

  describe('the filters', () => {
    beforeAll(async () => {
      await server.running.destination({ name: 'All' })
      await server.running.destination({
        name: 'Filtered',
        config: { bot_token: BOT_TOKEN, channel_id: SECOND },
        events: ['approval.requested'],
        min_severity: 'high',
      })
    })

    test.each([
      ['info', false],
      ['medium', false],
      ['high', true],
      ['critical', true],
    ])('of a destination from high upwards: the risk %s is posted: %s', async (level, expected) => {
      const { body } = await server.running.ask({ risk: { level } })
      await eventually(() => isPosted(CHANNEL, body.id))
      if (expected) await eventually(() => isPosted(SECOND, body.id))
      await server.running.call('POST', `/v1/approvals/${body.id}/withdraw`)
      await eventually(() =>
        server.running.slack
          .messages(CHANNEL)
          .some((message) => message.text.includes('Withdrawn') && JSON.stringify(message).includes(body.id)),
      )
      expect(isPosted(SECOND, body.id)).toBe(expected)
    })

    test('the closing redraws the card of a destination that does not hear closings', async () => {
      const { body } = await server.running.ask({ risk: { level: 'high' } })
      await eventually(() => isPosted(SECOND, body.id))
      await server.running.call('POST', `/v1/approvals/${body.id}/withdraw`)
      const [card, ...others] = await eventually(() => {
        const cards = server.running.slack
          .messages(SECOND)
          .filter((message) => JSON.stringify(message).includes(body.id))
        return cards.some(({ text }) => text.includes('Withdrawn')) ? cards : undefined
      })
      expect(others).toEqual([])
      expect(JSON.stringify(card)).not.toContain('approve_action')
    })
  })
})

describe.each(databases)('with SLACK_BOT_TOKEN on $name', ({ create }) => {
  const server = sharedServer(create, { SLACK_BOT_TOKEN: BOT_TOKEN })

  test('a channel is enough, and its cards are posted with that token', async () => {
    await server.running.destination({ config: { channel_id: CHANNEL } })
    const { body } = await server.running.ask()
    await eventually(() =>
      server.running.slack.messages(CHANNEL).some((message) => JSON.stringify(message).includes(body.id)),
    )
    expect(await everythingIn(server.databaseUrl)).not.toContain(BOT_TOKEN)
  })
})
