// Shows that a click by any documented name is answered in time, to Slack alone, which is asked once who clicked.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded, remembered } from '../fakes/peek.ts'
import { sharedServer } from '../fakes/shared-server.ts'
import { ANA, BEN, clickOf, type Press, payload, postToSlackEndpoint } from '../fakes/slack-requests.ts'

const GUEST = 'U0GUEST000'

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)

  beforeAll(() => server.running.destination())

  const ask = async () => {
    const { body } = await server.running.ask()
    const { ts } = await eventually(() =>
      server.running.slack.messages(CHANNEL).find((message) => JSON.stringify(message).includes(body.id)),
    )
    await remembered(server.databaseUrl, body.id)
    return { approvalId: body.id, ts }
  }
  const click = (press: Press, differences = {}) =>
    postToSlackEndpoint(server.running.url, server.clock, { body: payload(clickOf(press, differences)) })
  const statusOf = async ({ approvalId }: { approvalId: string }) =>
    (await server.running.call<ApprovalView>('GET', `/v1/approvals/${approvalId}`)).body.status
  const calls = (method: string) => server.running.slack.calls.filter((call) => call.method === method)

  test.each([
    ['approve_action', 'approved'],
    ['platform_approve', 'approved'],
    ['deny_action', 'denied'],
    ['platform_deny', 'denied'],
  ])('%s means %s', async (actionId, status) => {
    const card = await ask()
    expect((await click({ ...card, actionId })).status).toBe(200)
    expect(await statusOf(card)).toBe(status)
  })

  test.each(['view_console', 'platform_view_console'])(
    '%s is acknowledged and changes nothing',
    async (id) => {
      const card = await ask()
      const before = await recorded(server.databaseUrl)
      const answer = await click({ ...card, actionId: id })
      expect([answer.status, answer.text]).toEqual([200, ''])
      expect(answer.tookMs).toBeLessThan(500)
      expect(await recorded(server.databaseUrl)).toEqual(before)
    },
  )

  test('the same press again gets the same answer, and is recorded once', async () => {
    const card = await ask()
    const press = payload(clickOf(card))
    const post = () => postToSlackEndpoint(server.running.url, server.clock, { body: press })
    expect((await post()).status).toBe(200)
    const before = [await recorded(server.databaseUrl), calls('response_url').length]
    expect((await post()).status).toBe(200)
    expect([await recorded(server.databaseUrl), calls('response_url').length]).toEqual(before)
  })

  test.each(['/respond', '/services/hooks.slack.com'])(
    'a response_url of another origin is never called: %s',
    async (path) => {
      let heard = 0
      const stranger = createServer((_request, response) => {
        heard += 1
        response.end()
      })
      await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
      const { port } = stranger.address() as AddressInfo
      stranger.on('connection', () => {
        heard += 1
      })
      const card = await ask()
      const urls = [
        `http://127.0.0.1:${port}${path}`,
        `http://hooks.slack.com@127.0.0.1:${port}${path}`,
        `http://localhost:${port}/https://hooks.slack.com${path}`,
      ]
      for (const responseUrl of urls) {
        expect((await click({ ...card, user: GUEST, responseUrl })).status).toBe(200)
      }
      // The refusal after these is told where it may be: those before it had their turn.
      const mayBeCalled = new URL('/respond/unknown', server.running.slack.apiUrl()).href
      const before = calls('response_url').length
      await click({ ...card, user: GUEST, responseUrl: mayBeCalled })
      await eventually(() => calls('response_url').length > before)
      expect(heard).toBe(0)
      await new Promise((resolve) => stranger.close(resolve))
    },
  )

  test('a click without a response_url, or with one that is none, is refused all the same', async () => {
    const card = await ask()
    expect((await click({ ...card, user: GUEST })).status).toBe(200)
    expect((await click({ ...card, user: GUEST, responseUrl: 'nowhere' })).status).toBe(200)
    expect(await statusOf(card)).toBe('pending')
  })

  test('ten clicks in ten minutes ask Slack once who clicked', async () => {
    server.clock.advance(11 * 60 * 1000)
    const before = calls('users.info').length
    for (let press = 0; press < 10; press += 1) {
      const card = await ask()
      await click(card)
      expect(await statusOf(card)).toBe('approved')
      server.clock.advance(59_000)
    }
    expect(calls('users.info').slice(before)).toMatchObject([{ args: { user: ANA } }])
    server.clock.advance(60_000)
    await click(await ask())
    expect(calls('users.info')).toHaveLength(before + 2)
  })

  test('when Slack does not say who clicked, the click is refused within its three seconds', async () => {
    const card = await ask()
    server.clock.advance(11 * 60 * 1000)
    const release = server.running.slack.failNext({ method: 'users.info', hang: true })
    const responseUrl = new URL('/respond/unknown', server.running.slack.apiUrl()).href
    const answer = await click({ ...card, user: BEN, responseUrl })
    release()
    expect(answer.status).toBe(200)
    expect(answer.tookMs).toBeLessThan(3_000)
    await eventually(() => String(calls('response_url').at(-1)?.args.text).includes('could not be verified'))
    expect(await statusOf(card)).toBe('pending')
    expect((await click({ ...card, user: BEN })).status).toBe(200)
    expect(await statusOf(card)).toBe('approved')
  })
})
