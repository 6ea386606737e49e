// Shows that when Microsoft Entra gives no token the test of a destination says why, and cards follow later.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'

const clock = manualClock()
let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let running: Running
let id: string

beforeAll(async () => {
  database = (await databases[0]?.create()) as typeof database
  running = await startCountersign({ databaseUrl: database.url, clock, teams: true })
  // Adding the app asks for two already: Teams is asked which channels the team has. The third is for the card.
  running.teams.failNext({ method: 'token', status: 401, code: 'invalid_client', times: 3 })
  id = await running.teamsDestination()
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
})

const posted = (approvalId: unknown) =>
  running.teams
    .messages(running.teams.workspace.places.approvals)
    .filter(({ card }) => JSON.stringify(card)?.includes(String(approvalId)))

test('a wrong secret is named, and the card follows once it is right', async () => {
  const { status, body } = await running.call('POST', `/v1/settings/notifications/${id}/test`)
  expect(status).toBe(502)
  expect(body).toMatchObject({
    code: 'test_failed',
    error: 'login_invalid_client',
    detail: 'The test did not arrive: login_invalid_client',
  })
  expect((await running.call('GET', `/v1/settings/notifications/${id}`)).body).toMatchObject({
    enabled: true,
  })
  expect(posted(body.approval_id)).toEqual([])
  await eventually(() => {
    clock.advance(1_000)
    return posted(body.approval_id).length > 0
  })
  // Nothing asked again by itself.
  expect(running.teams.calls.filter(({ method }) => method === 'token')).toHaveLength(4)
})
