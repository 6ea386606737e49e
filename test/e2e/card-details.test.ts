// Shows that what a destination leaves out stays out, also of the answer to a click: the real app, over HTTP.

import { beforeAll, describe, expect, test } from 'vitest'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { remembered } from '../fakes/peek.ts'
import { ANA } from '../fakes/slack-requests.ts'
import { shown, teamsOffice } from '../fakes/teams-office.ts'

const SECRET = 'zqxj'
const WITHHELD = 'Details are left out here.'

describe.each(databases)('on $name', ({ create }) => {
  const office = teamsOffice(create)
  const settings = { include_details: false }

  beforeAll(async () => {
    await office.running.teamsDestination({ name: 'The same channel', settings })
    await office.running.destination({ settings })
  })

  const inTeams = ({ id }: { id: string }) =>
    office.teams
      .messages(office.channel)
      .map(({ card }) => JSON.stringify(card ?? {}))
      .filter((text) => text.includes(id))
  const inSlack = ({ id }: { id: string }) =>
    office.running.slack
      .messages(CHANNEL)
      .map((message) => JSON.stringify(message))
      .filter((text) => text.includes(id))
  const ask = async () => {
    const { body } = await office.running.ask({
      action: { tool: 'stripe.refund', summary: SECRET, arguments: { to: SECRET } },
      reasons: [SECRET],
    })
    await eventually(() => inTeams(body).length === 2 && inSlack(body).length === 1)
    return body
  }

  test('cards without details can be decided, and closing them adds none', async () => {
    const asked = await ask()
    expect(
      inTeams(asked)
        .map((card) => card.includes(SECRET))
        .sort(),
    ).toEqual([false, true])
    expect(inSlack(asked)[0]).toContain(WITHHELD)
    expect(inSlack(asked)[0]).toContain('approve_action')
    await office.press({ approval: asked, verdict: 'Deny' })
    await eventually(() => [...inTeams(asked), ...inSlack(asked)].every((card) => card.includes('Denied by')))
    expect(
      inTeams(asked)
        .map((card) => card.includes(SECRET))
        .sort(),
    ).toEqual([false, true])
    expect(inSlack(asked)[0]).not.toContain(SECRET)
  })

  test('a click is answered without what any destination in the conversation leaves out', async () => {
    const asked = await ask()
    const answer = shown(await office.press({ approval: asked, verdict: 'Deny' }))
    expect(answer).toContain('Denied by')
    expect(answer).toContain(WITHHELD)
    expect(answer).not.toContain(SECRET)
  })

  test('who may decide sees them when they ask, alone, and may then approve', async () => {
    const asked = await ask()
    await remembered(office.databaseUrl, asked.id, 3)
    const { channel, teams } = office
    const withheld = () =>
      teams.messages(channel).find(({ card }) => {
        const text = JSON.stringify(card ?? {})
        return text.includes(asked.id) && text.includes(WITHHELD)
      })
    const press = async (title: string, by: 'ana' | 'guest' = 'ana') => {
      const { id: activityId = '' } = withheld() ?? {}
      const userId = teams.workspace.people[by].id
      return shown(await teams.click({ conversationId: channel, activityId, userId, title, how: 'execute' }))
    }
    expect(await press('View details', 'guest')).toContain('Guests may not decide')
    expect(await press('View details')).toContain(SECRET)
    expect(Object.keys(withheld()?.views ?? {})).toEqual([teams.workspace.people.ana.id])
    expect(await press('Approve')).not.toContain(SECRET)
    expect((await office.read(asked)).status).toBe('approved')
  })

  test('a command shows them to whoever may decide, for the answer is theirs alone', async () => {
    const asked = await ask()
    const show = async (userId: string) =>
      (await office.running.slack.command({ text: `show ${asked.id}`, userId, channel: CHANNEL })).body
    expect(await show(ANA)).toContain(SECRET)
    for (const stranger of ['U0GUEST000', 'U0COUNTER0']) expect(await show(stranger)).not.toContain(SECRET)
  })
})
