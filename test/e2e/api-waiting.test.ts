// Shows that an agent waits over HTTP until the decision and not a moment longer, and leaves nothing behind.

import { beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

const WAITING = 50

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  let judge: string

  beforeAll(async () => {
    judge = await server.running.key(reviewer('Ana Ruiz'))
  })

  const wait = (id: string, seconds: number | string) =>
    server.running.call<ApprovalView>('GET', `/v1/approvals/${id}?wait_seconds=${seconds}`)
  const approve = (id: string) =>
    server.running.call('POST', `/v1/approvals/${id}/decision`, { key: judge, body: { decision: 'approve' } })

  /** Resolves once so many agents sit and wait: each holds one timer of the process. */
  const seated = (agents: number) => eventually(() => timers() >= agents)

  test.each(['-1', '61', '100', '1.5', '1e1', '0x1', 'abc', '', '%201', '%00', '1&wait_seconds=2', '１'])(
    'wait_seconds=%s is refused',
    async (seconds) => {
      const { body } = await server.running.ask()
      const { status, body: problem } = await wait(body.id, seconds)
      expect(status).toBe(400)
      expect(problem).toMatchObject({
        code: 'invalid_request',
        detail: expect.stringMatching(/^wait_seconds: /),
      })
    },
  )

  test('an unknown part of the query is refused by name', async () => {
    const { status, body } = await server.running.call('GET', '/v1/approvals/x?wait=5')
    expect([status, body.errors]).toEqual([400, [{ path: 'wait', message: 'Unknown field' }]])
  })

  test('a closed approval answers at once', async () => {
    const { body } = await server.running.ask()
    await approve(body.id)
    const startedMs = performance.now()
    expect((await wait(body.id, 60)).body.status).toBe('approved')
    expect(performance.now() - startedMs).toBeLessThan(2_000)
  })

  test('when the time is over, the answer is that it is pending', async () => {
    const { body } = await server.running.ask()
    const startedMs = performance.now()
    const { status, body: view } = await wait(body.id, 1)
    expect([status, view.status]).toEqual([200, 'pending'])
    expect(performance.now() - startedMs).toBeGreaterThan(990)
    expect(performance.now() - startedMs).toBeLessThan(4_000)
  })

  test('a decision releases the agent within a quarter of a second', async () => {
    const tookMs: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const { body } = await server.running.ask()
      const waiting = wait(body.id, 60).then((answer) => ({ ...answer, atMs: performance.now() }))
      expect((await wait(body.id, 0)).body.status).toBe('pending')
      await approve(body.id)
      const committedMs = performance.now()
      const { body: view, atMs } = await waiting
      expect(view.status).toBe('approved')
      tookMs.push(atMs - committedMs)
    }
    // The middle one: a busy machine may be late once.
    expect(tookMs.sort((a, b) => a - b)[2]).toBeLessThan(250)
  })

  test('its withdrawal and its expiry release the agent too', async () => {
    const { body: withdrawn } = await server.running.ask()
    const { body: expired } = await server.running.ask({ expires_in_seconds: 10 })
    const waiting = [wait(withdrawn.id, 60), wait(expired.id, 60)]
    await server.running.call('POST', `/v1/approvals/${withdrawn.id}/withdraw`)
    server.clock.advance(10_000)
    const answers = await Promise.all(waiting)
    expect(answers.map(({ body }) => body.status)).toEqual(['withdrawn', 'expired'])
  })

  test('200 agents that wait for one approval are all released by its decision', async () => {
    const { body } = await server.running.ask()
    const waiting = Array.from({ length: 200 }, () => wait(body.id, 60))
    await seated(200)
    await approve(body.id)
    const answers = await Promise.all(waiting)
    expect(answers.filter((answer) => answer.body.status === 'approved')).toHaveLength(200)
  })

  test('a decision releases only those who wait for that approval', async () => {
    const { body: decided } = await server.running.ask()
    const { body: other } = await server.running.ask()
    const stillWaiting = wait(other.id, 2)
    const waiting = wait(decided.id, 60)
    await approve(decided.id)
    expect((await waiting).body.status).toBe('approved')
    expect((await stillWaiting).body.status).toBe('pending')
  })

  test('an agent that hangs up leaves nothing behind', async () => {
    const { body } = await server.running.ask()
    const hangUp = new AbortController()
    const waiting = Array.from({ length: WAITING }, () =>
      fetch(`${server.running.url}/v1/approvals/${body.id}?wait_seconds=60`, {
        headers: { authorization: `Bearer ${judge}` },
        signal: hangUp.signal,
      }).catch((error: Error) => error.name),
    )
    await seated(WAITING)
    hangUp.abort()
    expect(await Promise.all(waiting)).toEqual(Array(WAITING).fill('AbortError'))
    await eventually(() => timers() < WAITING / 2)
    expect((await approve(body.id)).status).toBe(200)
  })
})

/** Those that keep the process alive: whoever waits for an answer holds one. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}
