// Shows that a press on a forgotten copy of a card redraws it, also while its other copy is being redrawn.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { readCard } from './cards.ts'
import { ANA } from './load.ts'
import { takeSnapshot } from './snapshot.ts'

const LONGER_THAN_A_RETRY_MS = 7_000

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let running: Running

  beforeAll(async () => {
    database = await create()
    running = await startCountersign({ databaseUrl: database.url, clock })
    await running.destination()
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
  })

  const cardsOf = (approvalId: string) =>
    running.slack
      .messages(CHANNEL)
      .filter((message) => !message.ephemeralFor)
      .map(readCard)
      .filter((card) => card.approvalId === approvalId)
  const nothingWaits = async () =>
    (await takeSnapshot(database.url)).deliveries.every((delivery) => delivery.state !== 'pending')

  test('a copy that is pressed while the other card is redrawn is redrawn too', async () => {
    running.slack.failNext({ method: 'chat.postMessage', dropAfterPosting: true })
    const { id } = (await running.ask()).body
    await eventually(() => cardsOf(id).length === 1)
    const [forgotten] = cardsOf(id)
    await eventually(async () => {
      clock.advance(LONGER_THAN_A_RETRY_MS)
      return cardsOf(id).length === 2 && (await nothingWaits())
    })

    const release = running.slack.failNext({ method: 'chat.update', hang: true })
    const redraws = () => running.slack.calls.filter(({ method }) => method === 'chat.update').length
    const before = redraws()
    await running.call('POST', `/v1/approvals/${id}/withdraw`)
    await eventually(() => redraws() > before)
    const { ts } = forgotten as { ts: string }
    const press = { channel: CHANNEL, ts, actionId: 'approve_action', userId: ANA }
    expect((await running.slack.click(press)).status).toBe(200)
    release()

    await eventually(nothingWaits)
    expect(cardsOf(id).map(({ text, buttons }) => [text.split(',')[0], buttons])).toEqual([
      ['*🚫 Withdrawn*', []],
      ['*🚫 Withdrawn*', []],
    ])
  })
})
