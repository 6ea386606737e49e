// Shows that when half press in Slack and half in Teams one press wins, and both cards end the same.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lieOf, readCard } from '../crash/cards.ts'
import { strings } from '../fakes/adaptive-card-rules.ts'
import { CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { remembered } from '../fakes/peek.ts'

const ROUNDS = 8 * EFFORT
const CLICKS_EACH = 10
const IN_SLACK = ['U0ANARUIZ0', 'U0BENOKAFO']

describe.each(databases)('on $name', ({ create }) => {
  let database: Awaited<ReturnType<typeof create>>
  let running: Running

  beforeAll(async () => {
    database = await create()
    running = await startCountersign({ databaseUrl: database.url, teams: true })
    await running.destination()
    await running.teamsDestination()
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
  })

  const slackCard = (approvalId: string) =>
    running.slack
      .messages(CHANNEL)
      .filter((message) => !message.ephemeralFor)
      .map(readCard)
      .find((card) => card.approvalId === approvalId)
  const teamsCard = (approvalId: string) =>
    running.teams
      .messages(running.teams.workspace.places.approvals)
      .find(({ card }) => card && JSON.stringify(card).includes(approvalId))

  test('of conflicting clicks from both one counts, the others are told whose, and both cards say it', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = (await running.ask()).body
      const [inSlack, inTeams] = await eventually(() => {
        const cards = [slackCard(id), teamsCard(id)] as const
        return cards[0] && cards[1] && ([cards[0], cards[1]] as const)
      })
      await remembered(database.url, id, 2)
      const { people } = running.teams.workspace
      const clicks = Array.from({ length: CLICKS_EACH }, (_, i) => {
        const verdict = (i + round) % 2 ? ['approve_action', 'Deny'] : ['deny_action', 'Approve']
        const [actionId = '', title = ''] = verdict
        const slack = { channel: CHANNEL, ts: inSlack.ts, actionId, userId: IN_SLACK[i % 2] as string }
        const { id: activityId, conversationId } = inTeams
        const userId = [people.ana.id, people.ben.id][i % 2] as string
        const teams = { conversationId, activityId, userId, title, how: 'execute' } as const
        return [running.slack.click(slack), running.teams.click(teams)] as const
      })
      const answers = await Promise.all(clicks.flat())
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))

      const { body: approval } = await running.call<{
        status: string
        decisions: { source: string; reviewer: { name: string } }[]
      }>('GET', `/v1/approvals/${id}`)
      const [decision, ...more] = approval.decisions
      expect(more).toEqual([])
      const name = String(decision?.reviewer.name)
      const outcome = `${approval.status} by ${name}`

      const inTeamsAnswers = (await Promise.all(clicks.map(([, teams]) => teams))).map(({ body }) =>
        JSON.stringify(body),
      )
      const refusal = new RegExp(`Already ${outcome}|You have already ${approval.status} this`)
      const refused = inTeamsAnswers.filter((text) => refusal.test(text))
      expect(refused).toHaveLength(CLICKS_EACH - (decision?.source === 'teams' ? 1 : 0))

      await eventually(() => {
        const card = slackCard(id)
        return card && lieOf(card, approval.status, name) === undefined
      })
      const words = approval.status === 'approved' ? '✅ Approved' : '❌ Denied'
      await eventually(() => {
        const { literal } = strings(Object(teamsCard(id)?.card))
        return literal.join('').startsWith(`${words} by ${name}: `)
      })
      expect(JSON.stringify(teamsCard(id)?.card)).not.toContain('Action.Execute')
    }
  })
})
