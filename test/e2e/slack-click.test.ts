// Shows that a signed click in Slack decides: the real app, the real Bolt, real HTTP, on both databases.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'

const ANA = 'U0ANARUIZ0'
const BEN = 'U0BENOKAFO'
const GUEST = 'U0GUEST000'

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

  const cardOf = (approval: ApprovalView) =>
    eventually(() =>
      running.slack.messages(CHANNEL).find((message) => JSON.stringify(message).includes(approval.id)),
    )
  const click = async (approval: ApprovalView, actionId: string, userId: string, more = {}) =>
    running.slack.click({ channel: CHANNEL, ts: (await cardOf(approval)).ts, actionId, userId, ...more })
  const read = async (approval: ApprovalView) =>
    (await running.call<ApprovalView>('GET', `/v1/approvals/${approval.id}`)).body
  const toldTo = (userId: string) =>
    running.slack
      .messages(CHANNEL)
      .filter((message) => message.ephemeralFor === userId)
      .map((message) => message.text)

  test('Approve releases the waiting agent, records who and where, and replaces the card', async () => {
    const { body: asked } = await running.ask()
    await cardOf(asked)
    const waiting = running.call<ApprovalView>('GET', `/v1/approvals/${asked.id}?wait_seconds=60`)
    expect((await click(asked, 'approve_action', ANA)).status).toBe(200)

    const { body: answer } = await waiting
    expect(answer).toMatchObject({
      status: 'approved',
      review_notes: 'Approved by Ana Ruiz via slack',
      decisions: [{ verdict: 'approve', source: 'slack', note: null, reviewer: { name: 'Ana Ruiz' } }],
    })
    const card = await eventually(() =>
      running.slack
        .messages(CHANNEL)
        .find(
          (message) => message.text.includes('Approved by') && JSON.stringify(message).includes(asked.id),
        ),
    )
    expect(card.text).toContain('*✅ Approved by* Ana Ruiz: ')
    expect(JSON.stringify(card)).not.toContain('approve_action')
  })

  test('the name on record is the directory’s, whatever somebody calls themselves', async () => {
    const ben = running.slack.workspace.users.find(({ id }) => id === BEN)
    if (!ben) throw new Error('there is no Ben')
    const before = { ...ben.profile }
    // Only a handle begins with `@`.
    Object.assign(ben.profile, { real_name: '@Ben Okafor', display_name: 'Ana (CISO)' })
    try {
      const { body: asked } = await running.ask()
      await click(asked, 'approve_action', BEN)
      const name = 'Ben Okafor (@Ana (CISO))'
      expect(await read(asked)).toMatchObject({
        review_notes: `Approved by ${name} via slack`,
        decisions: [{ reviewer: { name, email: 'ben.okafor@example.com' } }],
      })
      await eventually(async () => (await cardOf(asked)).text.includes('by* `Ben Okafor (@Ana (CISO))`'))
      const { body } = await running.call<{ data: { name: string }[] }>('GET', '/v1/people')
      expect(body.data.map((person) => person.name)).toContain(name)
    } finally {
      Object.assign(ben.profile, before)
      // What Slack said is kept for ten minutes.
      clock.advance(11 * 60_000)
    }
  })

  test('Deny by the documented platform_deny is a denial', async () => {
    const { body: asked } = await running.ask()
    await cardOf(asked)
    await click(asked, 'deny_action', BEN)
    expect(await read(asked)).toMatchObject({
      status: 'denied',
      review_notes: 'Denied by Ben Okafor via slack',
    })
  })

  test('a second click is told who decided first, and only the clicker is', async () => {
    const { body: asked } = await running.ask()
    const { ts } = await cardOf(asked)
    const press = { channel: CHANNEL, ts, userId: BEN }
    running.slack.failNext({ method: 'chat.update', error: 'fatal_error' })
    await click(asked, 'approve_action', ANA)
    // The redraw failed, so the card still has its buttons.
    await running.slack.click({ ...press, actionId: 'deny_action' })
    await eventually(() => toldTo(BEN).includes(':warning: Already approved by Ana Ruiz'))
    expect(toldTo(ANA)).toEqual([])
    await running.slack.click({ ...press, userId: ANA, actionId: 'approve_action' })
    await eventually(() => toldTo(ANA).includes(':warning: You have already approved this'))
    expect((await read(asked)).status).toBe('approved')
    // The redraw that failed is tried again.
    await eventually(() => {
      clock.advance(1_000)
      return running.slack
        .messages(CHANNEL)
        .find((message) => message.ts === ts && message.text.includes('Approved by'))
    })
  })

  test('a click after the expiry marks it expired and says so', async () => {
    const { body: asked } = await running.ask({ expires_in_seconds: 10 })
    await cardOf(asked)
    clock.advance(10_000)
    await click(asked, 'approve_action', ANA).catch(() => undefined)
    expect(await read(asked)).toMatchObject({ status: 'expired', decisions: [] })
  })

  test('a guest decides nothing', async () => {
    const { body: asked } = await running.ask()
    await click(asked, 'approve_action', GUEST)
    await eventually(() =>
      toldTo(GUEST).some((text) => text.includes('Guests may not decide; ask a full member')),
    )
    expect((await read(asked)).status).toBe('pending')
  })

  test('whom Slack does not vouch for in time decides nothing', async () => {
    const { body: asked } = await running.ask()
    running.slack.failNext({ method: 'users.info', error: 'internal_error' })
    clock.advance(11 * 60 * 1000)
    const { body: fresh } = await running.ask()
    await click(fresh, 'approve_action', BEN)
    await eventually(() => toldTo(BEN).some((text) => text.includes('could not be verified')))
    expect((await read(fresh)).status).toBe('pending')
    expect((await read(asked)).decisions).toEqual([])
  })

  test('the one on whose behalf the agent acts does not decide', async () => {
    const ana = running.slack.workspace.users.find((user) => user.id === ANA)
    const { body: asked } = await running.ask({ requested_by: { email: ana?.profile.email?.toUpperCase() } })
    await click(asked, 'approve_action', ANA)
    await eventually(() => toldTo(ANA).some((text) => text.includes('on your behalf')))
    expect((await read(asked)).status).toBe('pending')
    await click(asked, 'approve_action', BEN)
    expect((await read(asked)).status).toBe('approved')
  })

  test('the holder of the API key that asked does not decide in Slack either', async () => {
    const email = running.slack.workspace.users.find((user) => user.id === ANA)?.profile.email
    const key = await running.key({ roles: ['agent', 'reviewer'], person: { name: 'Ana', email } })
    const { body: asked } = await running.ask({}, { key })
    const before = toldTo(ANA).length
    await click(asked, 'approve_action', ANA)
    await eventually(() => toldTo(ANA).length > before)
    expect(toldTo(ANA).at(-1)).toContain('made by you')
    expect((await read(asked)).status).toBe('pending')
  })
})
