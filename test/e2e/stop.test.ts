// Shows that the server stops quickly, with an answer for everybody who waits.

import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { ADMIN_KEY, CHANNEL, eventually, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { ANA } from '../fakes/slack-requests.ts'

const AGENTS = 50
const headers = { authorization: `Bearer ${ADMIN_KEY}` }

describe.each(databases)('on $name', ({ create }) => {
  test('50 waiting agents are answered, idle connections are not waited for, within 2 s', async () => {
    const database = await create()
    const running = await startCountersign({ databaseUrl: database.url })
    const { body: asked } = await running.ask()
    const keepAlive = new Agent({ keepAlive: true })
    const idle = await Promise.all(
      Array.from({ length: 10 }, () => getWith(keepAlive, `${running.url}/healthz`)),
    )
    expect(idle).toEqual(Array(10).fill(200))
    const waiting = Array.from({ length: AGENTS }, async () => {
      const url = `${running.url}/v1/approvals/${asked.id}?wait_seconds=60`
      const answer = await fetch(url, { headers })
      return { status: answer.status, body: (await answer.json()) as ApprovalView }
    })
    await eventually(() => timers() >= AGENTS)
    // Other timers count too: whoever asked before these round trips is seated after them.
    for (let trip = 0; trip < 5; trip += 1) await running.call('GET', `/v1/approvals/${asked.id}`)

    const startedMs = performance.now()
    await running.stop()
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    const answers = await Promise.all(waiting)
    expect(answers.map(({ status, body }) => `${status} ${body.status}`)).toEqual(
      Array(AGENTS).fill('200 pending'),
    )
    await expect(fetch(`${running.url}/healthz`)).rejects.toThrow('fetch failed')
    keepAlive.destroy()
    await database.drop()
  })

  test('connections that never asked, or only half, do not hold it up', async () => {
    const database = await create()
    const running = await startCountersign({ databaseUrl: database.url })
    const silent = await Promise.all(
      ['', 'GET /healthz HT', 'GET /healthz HTTP/1.1\r\nHost: x\r\n'].map((text) =>
        connected(running.config.port, text),
      ),
    )
    // It has been accepted, since those after it are answered.
    expect((await running.call('GET', '/healthz')).status).toBe(200)
    const startedMs = performance.now()
    await running.stop()
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    for (const socket of silent) socket.destroy()
    await database.drop()
  })

  test('a click under way is decided and answered before it stops', async () => {
    const database = await create()
    const running = await startCountersign({ databaseUrl: database.url })
    await running.destination()
    await running.ask()
    const { ts } = await eventually(() => running.slack.messages(CHANNEL)[0])
    const release = running.slack.failNext({ method: 'users.info', hang: true })
    const clicking = running.slack.click({ channel: CHANNEL, ts, actionId: 'approve_action', userId: ANA })
    await eventually(() => running.slack.calls.some((call) => call.method === 'users.info'))
    const stopping = running.stop()
    release()
    expect((await clicking).status).toBe(200)
    await stopping
    expect(await select(database.url, 'select verdict from decisions')).toEqual([{ verdict: 'approve' }])
    await database.drop()
  })
})

async function connected(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

function getWith(agent: Agent, url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode))
    }).on('error', reject)
  })
}

/** Those that keep the process alive: whoever waits for an answer holds one. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}
