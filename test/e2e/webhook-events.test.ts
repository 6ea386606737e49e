// Shows that a webhook hears what happens, from its configuration to a delivery that an independent library verifies.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answered, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { everythingIn } from '../fakes/peek.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

const PATH = '/v1/settings/notifications'

interface Saved {
  id: string
  detail: string
  config: Record<string, unknown>
}
interface Delivered {
  headers: Record<string, string>
  body: string
}

let received: Delivered[] = []
let server: Server
let url: string
beforeAll(async () => {
  server = createServer(async (req, res) => {
    const body = await new Response(req as never).text()
    received.push({ headers: req.headers as Record<string, string>, body })
    res.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const ENV = { EGRESS_ALLOW_CIDRS: '127.0.0.0/8', EGRESS_ALLOW_HTTP: 'true' }
const whsec = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`
const SECRET = whsec(5)

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create, ENV)
  let destinationId: string
  let given: Answered<Saved>

  const call = (method: string, path: string, body?: unknown) =>
    server.running.call<Saved>(method, path, body === undefined ? {} : { body })
  const wanted = (config: object) => ({ channel_type: 'webhook', name: 'A bridge', config })
  const arrived = (type: string, about: string) =>
    eventually(() => received.find(({ body }) => JSON.parse(body).type === type && body.includes(about)))
  const read = ({ headers, body }: Delivered, secret: string) => new Webhook(secret).verify(body, headers)

  beforeAll(async () => {
    received = []
    // The verifiers look at the time of day.
    server.clock.advance(Date.now() - server.clock.now())
    const address = `${url}?token=hush-hush`
    given = await call(
      'POST',
      PATH,
      wanted({ url: address, secret: SECRET, headers: { 'X-Key': 'hush-hush' } }),
    )
    destinationId = given.body.id
  })

  test.each([
    ['http://93.184.216.34/', 'so the URL must begin with https://'],
    ['https://10.0.0.1/', 'not a public address (private) and in no range of EGRESS_ALLOW_CIDRS'],
    ['https://[::ffff:169.254.169.254]/', 'not a public address (link local)'],
    ['https://me:you@93.184.216.34/', 'must not hold a user name or password'],
    ['nowhere', 'This is not a URL'],
  ])('%s is refused when it is saved, and says why', async (address, sentence) => {
    const created = await call('POST', PATH, wanted({ url: address }))
    const changed = await call('PATCH', `${PATH}/${destinationId}`, { config: { url: address } })
    for (const { status, body } of [created, changed]) {
      expect(status).toBe(400)
      expect(body.detail).toContain(sentence)
    }
  })

  test('a secret that is made is shown in that one answer, and never again', async () => {
    const { status, body } = await call('POST', PATH, { ...wanted({ url }), events: ['agent.blocked'] })
    expect(status).toBe(201)
    expect(body.config).toMatchObject({
      url: 'set',
      url_shown: url,
      secret: expect.stringMatching(/^whsec_\S{44}$/),
    })
    const one = `${PATH}/${body.id}`
    const later = [
      await call('GET', one),
      await call('PATCH', one, { name: 'Another bridge' }),
      await call('PATCH', one, { config: { previous_secret_hours: 2 } }),
      await call('GET', PATH),
    ]
    for (const answer of later) {
      expect(answer.status).toBe(200)
      expect(JSON.stringify(answer.body)).not.toContain('whsec_')
    }
    const renewed = await call('PATCH', one, { config: { secret: null } })
    expect(renewed.body.config.secret).toMatch(/^whsec_/)
    expect(renewed.body.config.secret).not.toBe(body.config.secret)
    expect(JSON.stringify(renewed.body)).not.toContain(body.config.secret)
  })

  test('what an admin gave is never repeated', async () => {
    expect(given.status).toBe(201)
    const again = await call('GET', `${PATH}/${destinationId}`)
    expect(JSON.stringify([given.body, again.body])).not.toMatch(/whsec_|hush-hush/)
    expect(await everythingIn(server.databaseUrl)).not.toMatch(/hush-hush/)
  })

  test('of its address origin and path are shown, and what is shown may come back', async () => {
    const one = `${PATH}/${destinationId}`
    const { body } = await call('GET', one)
    expect(body.config).toMatchObject({ url: 'set', url_shown: url, secret: 'set' })
    const back = await call('PUT', one, { config: body.config })
    expect(back).toMatchObject({ status: 200, body: { config: body.config } })
    const moved = await call('PATCH', one, { config: { url: `${url}/there?token=hush-hush` } })
    expect(moved.body.config).toMatchObject({ url_shown: `${url}/there` })
    await call('PATCH', one, { config: { url: `${url}?token=hush-hush` } })
  })

  test('an event arrives signed, with the headers of the destination', async () => {
    const event = { type: 'policy.violation', summary: 'Card numbers in an e-mail', action: 'blocked' }
    expect((await call('POST', '/v1/events', event)).status).toBe(201)
    const delivered = await arrived(event.type, event.summary)
    expect(read(delivered, SECRET)).toMatchObject(event)
    const { id } = JSON.parse(delivered.body)
    expect(delivered.headers).toMatchObject({ 'webhook-id': id, 'x-key': 'hush-hush' })
  })

  test('an approval is told when it is asked for and again when it is closed, as two events', async () => {
    const { body: approval } = await server.running.ask()
    const requested = await arrived('approval.requested', approval.id)
    await call('POST', `/v1/approvals/${approval.id}/withdraw`)
    const closed = await arrived('approval.withdrawn', approval.id)
    for (const delivered of [requested, closed]) {
      expect(read(delivered, SECRET)).toMatchObject({ approval_id: approval.id, url: approval.url })
    }
    expect(read(closed, SECRET)).toMatchObject({ action: 'withdrawn' })
    expect(closed.headers['webhook-id']).not.toBe(requested.headers['webhook-id'])
  })

  test('who decided is told with their address, and where details are left out with neither', async () => {
    const bare = { ...wanted({ url, secret: SECRET }), settings: { include_details: false } }
    const { body: destination } = await call('POST', PATH, bare)
    const { body: approval } = await server.running.ask()
    const key = await server.running.key(reviewer('Wanda Vale'))
    const decision = { key, body: { decision: 'approve' } }
    await server.running.call('POST', `/v1/approvals/${approval.id}/decision`, decision)
    const told = await eventually(() => {
      const about = received.filter(
        ({ body }) => JSON.parse(body).type === 'approval.decided' && body.includes(approval.id),
      )
      return about.length === 2 ? about : undefined
    })
    const bodies = told.map(({ body }) => body).sort((a, b) => a.length - b.length)
    expect(bodies[0]).not.toMatch(/wanda/i)
    expect(JSON.parse(bodies[1] ?? '').data.decisions).toEqual([
      {
        verdict: 'approve',
        reviewer: 'Wanda Vale',
        reviewer_email: 'wanda.vale@example.com',
        source: 'api',
        note: null,
      },
    ])
    await call('DELETE', `${PATH}/${destination.id}`)
  })

  test('a changed secret and the one before both verify for a while', async () => {
    const { status, body } = await call('PATCH', `${PATH}/${destinationId}`, { config: { secret: whsec(8) } })
    expect(status).toBe(200)
    expect(JSON.stringify(body)).not.toContain('whsec_')
    await call('POST', '/v1/events', { type: 'policy.warning', summary: 'After the change' })
    const delivered = await arrived('policy.warning', 'After the change')
    expect(read(delivered, whsec(8))).toEqual(read(delivered, SECRET))
    const back = await call('PATCH', `${PATH}/${destinationId}`, { config: { secret: SECRET } })
    expect(back.status).toBe(200)
  })
})
