// Shows that webhooks that accept and never answer hold up no card.

import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { LETS_LOOPBACK } from '../fakes/receiver.ts'

const WEBHOOKS = 50

describe.each(databases)('on $name', ({ create }) => {
  let database: Awaited<ReturnType<typeof create>>
  let running: Running
  /** Takes connections and says nothing. */
  const sockets = new Set<import('node:net').Socket>()
  const silent = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })

  beforeAll(async () => {
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    database = await create()
    running = await startCountersign({
      databaseUrl: database.url,
      env: LETS_LOOPBACK,
    })
    const { port } = silent.address() as { port: number }
    for (let i = 0; i < WEBHOOKS; i++) {
      const config = { url: `http://127.0.0.1:${port}/${i}` }
      await running.destination({ channel_type: 'webhook', name: `webhook ${i}`, config })
    }
    await running.destination()
  })
  afterAll(async () => {
    silent.close()
    for (const socket of sockets) socket.destroy()
    await database?.drop()
  })

  test('with fifty of them a card is in Slack at once, also the next ones', async () => {
    await running.call('POST', '/v1/events', { body: { type: 'incident', summary: 'before all' } })
    await eventually(() => sockets.size > 0)
    for (const tool of ['first', 'second', 'third']) {
      const { body } = await running.ask({ action: { tool } })
      await eventually(() => JSON.stringify(running.slack.messages(CHANNEL)).includes(body.id))
    }
    expect(sockets.size).toBeGreaterThan(0)
  })

  test('a server that stops waits for none of them', async () => {
    const from = performance.now()
    await running.stop()
    expect(performance.now() - from).toBeLessThan(5_000)
  })
})
