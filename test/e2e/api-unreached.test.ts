// Shows what an agent hears over HTTP when nobody sees its card, from the first sign to the click on a fallback.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { LETS_LOOPBACK, type Receiver, startReceiver } from '../fakes/receiver.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'
import { ANA } from '../fakes/slack-requests.ts'

const ON_CALL = 'C0SECURITY'
const NO_DESTINATION = [{ destination: null, reason: 'no_destination' }]

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver?.close())

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create, { ...LETS_LOOPBACK, UNREACHED_AFTER_SECONDS: '120' })
  let agent: string
  let judge: string

  beforeAll(async () => {
    agent = await server.running.key({ roles: ['agent'] })
    judge = await server.running.key(reviewer('Ana Ruiz'))
  })

  const ask = async (more: Record<string, unknown> = {}) =>
    (await server.running.ask(more, { key: agent })).body
  const read = async ({ id }: { id: string }, seconds = 0) => {
    const path = `/v1/approvals/${id}?wait_seconds=${seconds}`
    return (await server.running.call<ApprovalView>('GET', path, { key: agent })).body
  }
  const timeIsOver = () => server.clock.advance(120_000)
  const gauge = async () => {
    const response = await fetch(`${server.running.url}/metrics`, {
      headers: { authorization: `Bearer ${server.running.config.adminKey}` },
    })
    return /^countersign_unreached_approvals (\d+)$/m.exec(await response.text())?.[1]
  }
  const remove = (id: string) => server.running.call('DELETE', `/v1/settings/notifications/${id}`)

  test('one that waits is told at once, and its next question waits for the decision', async () => {
    const asked = await ask()
    expect(asked).toMatchObject({ reached: true, unreached_reasons: [] })
    const waiting = read(asked, 60)
    expect(await gauge()).toBe('0')
    timeIsOver()
    const told = { status: 'pending', reached: false, unreached_reasons: NO_DESTINATION }
    expect(await waiting).toMatchObject(told)
    expect(await gauge()).toBe('1')
    const { body: list } = await server.running.call<{ data: ApprovalView[] }>('GET', '/v1/approvals', {
      key: agent,
    })
    expect(list.data).toMatchObject([told])

    const again = read(asked, 60)
    expect(await read(asked)).toMatchObject(told)
    const path = `/v1/approvals/${asked.id}/decision`
    await server.running.call('POST', path, { key: judge, body: { decision: 'approve' } })
    expect(await again).toMatchObject({ ...told, status: 'approved' })
    expect(await gauge()).toBe('0')
  })

  test('what expires before anybody could see it says so', async () => {
    const asked = await ask({ expires_in_seconds: 10 })
    const waiting = read(asked, 60)
    server.clock.advance(10_000)
    const told = { status: 'expired', reached: false, unreached_reasons: NO_DESTINATION }
    expect(await waiting).toMatchObject(told)
    expect(await read(asked)).toMatchObject(told)
  })

  test('a webhook that was told is no reviewer, and hears that nobody was reached', async () => {
    const config = { url: receiver.url(`/${server.databaseUrl}`), secret: `whsec_${'A'.repeat(43)}=` }
    const webhook = await server.running.destination({ channel_type: 'webhook', name: 'Bridge', config })
    const asked = await ask()
    const heard = () => receiver.received.filter(({ path }) => path.endsWith(server.databaseUrl))
    await eventually(() => heard().length === 1)
    const waiting = read(asked, 60)
    timeIsOver()
    expect(await waiting).toMatchObject({ reached: false, unreached_reasons: NO_DESTINATION })
    await eventually(() => heard().length === 2)
    expect(heard().map(({ type }) => type)).toEqual(['approval.requested', 'approval.unreached'])
    await remove(webhook)
  })

  test('the fallback gets the card that went nowhere else, and the click on it is the answer', async () => {
    const { running } = server
    const { slack } = running
    await running.destination()
    await running.destination({
      name: 'On call',
      config: { bot_token: 'xoxb-test', channel_id: ON_CALL },
      events: ['incident'],
      settings: { fallback: true },
    })
    slack.failNext({ method: 'chat.postMessage', error: 'msg_too_long' })
    const asked = await ask()
    const given = () => running.call<{ data: object[] }>('GET', '/v1/deliveries?state=dead')
    await eventually(async () => (await given()).body.data.length === 1)
    expect(slack.messages(ON_CALL)).toEqual([])
    const waiting = read(asked, 60)
    timeIsOver()
    const reason = { destination: 'Approvals', reason: 'msg_too_long' }
    expect((await waiting).unreached_reasons).toContainEqual(reason)
    const { ts } = await eventually(() => slack.messages(ON_CALL)[0])
    await eventually(async () => (await read(asked)).reached)
    expect(await read(asked)).toMatchObject({ status: 'pending', unreached_reasons: [] })
    const again = read(asked, 60)
    await slack.click({ channel: ON_CALL, ts, actionId: 'approve_action', userId: ANA })
    expect(await again).toMatchObject({ status: 'approved', reached: true })
    await eventually(() => slack.messages(ON_CALL)[0]?.text.includes('Approved by'))
    expect(slack.messages(CHANNEL)).toEqual([])
  })
})
