// Shows that an admin reads of each person how they vote, and that a vote counts once, for the person whose it is.

import { beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { remembered } from '../fakes/peek.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

const DAY_SECONDS = 86_400

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  let keys: { ana: string; ben: string }

  const read = async (query = '') => {
    const path = `/v1/people/reviewing${query}`
    const { status, body } = await server.running.call<{ data: unknown[]; detail: string }>('GET', path)
    return { status, ...body }
  }
  const at = (secondsAgo: number) =>
    encodeURIComponent(new Date(server.clock.now() - secondsAgo * 1000).toISOString())
  const ask = async () => (await server.running.ask({ expires_in_seconds: 604_800 })).body
  const decide = async (
    { id }: Pick<ApprovalView, 'id'>,
    key: string,
    decision: 'approve' | 'deny',
    seconds: number,
  ) => {
    server.clock.advance(seconds * 1000)
    const path = `/v1/approvals/${id}/decision`
    expect((await server.running.call('POST', path, { key, body: { decision } })).status).toBe(200)
  }

  beforeAll(async () => {
    const { running, clock } = server
    keys = { ana: await running.key(reviewer('Ana Ruiz')), ben: await running.key(reviewer('Ben Okafor')) }
    await decide(await ask(), keys.ben, 'deny', 5)
    clock.advance(2 * DAY_SECONDS * 1000)
    await decide(await ask(), keys.ana, 'approve', 2)
    const { digest, ...opened } = await ask()
    await running.call('POST', `/v1/approvals/${opened.id}/seen`, { key: keys.ana, body: { digest } })
    await decide(opened, keys.ana, 'approve', 40)
    await decide(await ask(), keys.ana, 'deny', 10)
    await decide(await ask(), keys.ben, 'approve', 60)
    await running.call('POST', `/v1/approvals/${(await ask()).id}/withdraw`)
  })

  const ana = {
    person: { id: expect.stringMatching(/^per_/), name: 'Ana Ruiz' },
    votes: 3,
    approvals: 2,
    denials: 1,
    approved_share: 2 / 3,
    median_seconds: 10,
    within_3_seconds: 1,
    approvals_without_opening: 1,
  }

  test('of the last 24 hours, whoever voted most often first', async () => {
    const { status, data } = await read()
    expect([status, data.length]).toEqual([200, 2])
    expect(data).toMatchObject([
      ana,
      { person: { name: 'Ben Okafor' }, votes: 1, approved_share: 1, median_seconds: 60 },
    ])
    expect((await read('?limit=1')).data).toHaveLength(1)
  })

  test('of another time, up to a month', async () => {
    const before = await read(`?since=${at(3 * DAY_SECONDS)}&until=${at(DAY_SECONDS)}`)
    expect(before.data).toMatchObject([{ person: { name: 'Ben Okafor' }, denials: 1, approvals: 0 }])
    expect((await read(`?since=${at(31 * DAY_SECONDS)}`)).data).toMatchObject([ana, { votes: 2 }])
    for (const query of [`?since=${at(31 * DAY_SECONDS + 1)}`, `?since=${at(1)}&until=${at(1)}`]) {
      const detail = '`since` must be before `until`, by 31 days at most'
      expect(await read(query)).toMatchObject({ status: 400, detail })
    }
  })

  test('a press on a card is the person’s to whom it was joined, and is timed from when the card came', async () => {
    const { running, clock } = server
    await running.destination()
    const asked = await ask()
    await remembered(server.databaseUrl, asked.id)
    const card = await eventually(() =>
      running.slack.messages(CHANNEL).find((message) => JSON.stringify(message).includes(asked.id)),
    )
    clock.advance(3_000)
    await running.slack.click({
      channel: CHANNEL,
      ts: card.ts,
      actionId: 'deny_action',
      userId: 'U0BENOKAFO',
    })
    const { body: closed } = await running.call<ApprovalView>('GET', `/v1/approvals/${asked.id}`)
    const [vote] = closed.decisions
    const { body: people } = await running.call<{ data: { id: string; name: string }[] }>('GET', '/v1/people')
    const ben = people.data.find(({ name, id }) => name === 'Ben Okafor' && id !== vote?.reviewer.id)
    await running.call('POST', `/v1/people/${ben?.id}/join`, { body: { person_id: vote?.reviewer.id } })
    const { data } = await read()
    expect(data).toMatchObject([ana, { votes: 2, denials: 1, within_3_seconds: 1 }])
  })
})
