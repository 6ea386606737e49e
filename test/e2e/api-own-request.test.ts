// Shows that nobody approves what they asked for themselves, under any key of theirs or after taking it back.

import { beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { databases } from '../fakes/databases.ts'
import { recorded } from '../fakes/peek.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  let asker: string
  let ben: string

  beforeAll(async () => {
    asker = await server.running.key(reviewer('Ana Ruiz', { roles: ['agent', 'reviewer'] }))
    ben = await server.running.key(reviewer('Ben Okafor'))
  })

  const approve = (id: string, key: string) =>
    server.running.call('POST', `/v1/approvals/${id}/decision`, { key, body: { decision: 'approve' } })
  const withdraw = (id: string, body?: object) =>
    server.running.call<ApprovalView>('POST', `/v1/approvals/${id}/withdraw`, {
      key: asker,
      ...(body && { body }),
    })

  test('not with the key that asked', async () => {
    const { body: asked } = await server.running.ask({}, { key: asker })
    const before = await recorded(server.databaseUrl)
    expect(await approve(asked.id, asker)).toMatchObject({
      status: 403,
      body: {
        code: 'own_request',
        detail: 'You cannot decide a request made by you or on your behalf',
      },
    })
    expect(await recorded(server.databaseUrl)).toEqual(before)
    expect((await approve(asked.id, ben)).status).toBe(200)
  })

  test.each(['ana.ruiz@example.com', 'Ana.Ruiz@Example.COM'])(
    'not with another reviewer key of the same person, %s',
    async (email) => {
      const second = await server.running.key({ roles: ['reviewer'], person: { name: 'Ana Ruiz', email } })
      const { body: asked } = await server.running.ask({}, { key: asker })
      expect(await approve(asked.id, second)).toMatchObject({ status: 403, body: { code: 'own_request' } })
    },
  )

  test.each(['ben.okafor@example.com', 'BEN.OKAFOR@EXAMPLE.COM'])(
    'not when the agent acts on behalf of %s',
    async (email) => {
      const { body: asked } = await server.running.ask({ requested_by: { email } })
      expect(await approve(asked.id, ben)).toMatchObject({ status: 403, body: { code: 'own_request' } })
      expect((await approve(asked.id, asker)).status).toBe(200)
    },
  )

  test('what was taken back is withdrawn, and taking it back again changes nothing', async () => {
    const { body: asked } = await server.running.ask({}, { key: asker })
    const first = await withdraw(asked.id, { reason: 'solved otherwise' })
    expect(first.status).toBe(200)
    expect(first.body).toMatchObject({
      status: 'withdrawn',
      review_notes: 'Withdrawn: solved otherwise',
      decisions: [],
    })
    const before = await recorded(server.databaseUrl)
    const again = await withdraw(asked.id)
    expect([again.status, again.body]).toEqual([200, first.body])
    expect(await recorded(server.databaseUrl)).toEqual(before)
    expect(await approve(asked.id, ben)).toMatchObject({ status: 409, body: { detail: 'Already withdrawn' } })
  })

  test('a decision stays what it is, and what was approved and has not run may not run any more', async () => {
    const { body: asked } = await server.running.ask({}, { key: asker })
    await approve(asked.id, ben)
    const grant = { state: 'revoked', reason: 'Withdrawn' }
    expect(await withdraw(asked.id)).toMatchObject({ status: 200, body: { status: 'approved', grant } })
    const { body: late } = await server.running.ask({}, { key: asker })
    await approve(late.id, ben)
    server.clock.advance(600_000)
    expect(await withdraw(late.id)).toMatchObject({
      status: 409,
      body: { code: 'already_decided', detail: 'Already approved', decided_by: 'Ben Okafor' },
    })
  })

  test('what nobody decided in time cannot be taken back', async () => {
    const { body: asked } = await server.running.ask({ expires_in_seconds: 10 }, { key: asker })
    server.clock.advance(10_000)
    expect(await withdraw(asked.id)).toMatchObject({ status: 410, body: { code: 'approval_expired' } })
  })
})
