// Shows that a click in Teams decides: the real app, the real Bot Framework, real HTTP, on both databases.

import { beforeAll, describe, expect, test } from 'vitest'
import type { Message } from '../../src/sandbox/teams/messages.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded, remembered, select } from '../fakes/peek.ts'
import { shown, teamsOffice } from '../fakes/teams-office.ts'

/** What Teams said of a person is kept for ten. */
const ELEVEN_MINUTES_MS = 11 * 60_000

describe.each(databases)('on $name', ({ create }) => {
  const office = teamsOffice(create)

  beforeAll(() => office.running.destination())

  const styleOf = ({ card }: Pick<Message, 'card'>) =>
    (card as { body: { style: string }[] } | undefined)?.body[0]?.style
  /** The card as everybody sees it, once it says so. */
  const redrawn = async (approval: Parameters<typeof office.cardOf>[0], words: string) => {
    const { id } = await office.cardOf(approval)
    return eventually(() =>
      office.teams
        .messages(office.channel)
        .find((message) => message.id === id && JSON.stringify(message.card).includes(words)),
    )
  }
  const cardsOf = ({ id }: { id: string }) =>
    office.teams.messages(office.channel).filter(({ card }) => JSON.stringify(card)?.includes(id))

  test.each([
    { how: 'execute', verdict: 'Approve', status: 'approved', words: 'Approved by', style: 'good' },
    { how: 'execute', verdict: 'Deny', status: 'denied', words: 'Denied by', style: 'attention' },
    { how: 'submit', verdict: 'Approve', status: 'approved', words: 'Approved by', style: 'good' },
    { how: 'submit', verdict: 'Deny', status: 'denied', words: 'Denied by', style: 'attention' },
  ] as const)(
    '$verdict by $how decides, is audited, and closes the card for all',
    async ({ how, verdict, status, words, style }) => {
      const asked = await office.ask()
      const { id: messageId } = await office.cardOf(asked)
      const waiting = office.running.call('GET', `/v1/approvals/${asked.id}?wait_seconds=60`)
      const answer = await office.press({ approval: asked, verdict, how })
      expect(answer.status).toBe(200)
      expect(answer.tookMs).toBeLessThan(5_000)

      expect((await waiting).body).toMatchObject({
        status,
        review_notes: `${verdict === 'Deny' ? 'Denied' : 'Approved'} by Ana Ruiz via teams`,
        decisions: [{ source: 'teams', reviewer: { name: 'Ana Ruiz' } }],
      })
      const { card } = await redrawn(asked, words)
      expect(styleOf({ card: card as object as Record<string, unknown> })).toBe(style)
      expect(JSON.stringify(card)).not.toMatch(/Action\.(Execute|Submit)/)
      expect(cardsOf(asked)).toHaveLength(1)

      const [row] = await select(
        office.databaseUrl,
        `select canonical from audit where action = 'approval.reviewed' and subject = '${asked.id}'`,
      )
      const { aadObjectId } = office.teams.workspace.people.ana
      expect(JSON.parse(String(row?.canonical))).toMatchObject({
        facts: {
          source: 'teams',
          reviewer: { platform: 'teams', tenant: office.teams.tenantId, user_id: aadObjectId },
          card: { handle: `${office.channel}/${messageId}` },
        },
      })
    },
  )

  test.each([
    ['Ben Okafor', 'Ben Okafor'],
    ['', 'bokafor@example.com'],
  ])('with %j in the roster the name on record is %j, whatever the click says', async (name, recorded) => {
    const ben = office.teams.workspace.people.ben as { name: string }
    const before = ben.name
    ben.name = name
    office.clock.advance(ELEVEN_MINUTES_MS)
    try {
      const approval = await office.ask()
      const { from } = await office.activityOf({ approval, by: 'ben' })
      const differences = { from: { ...(from as object), name: 'Ana (CISO)' } }
      await office.teams.send(await office.activityOf({ approval, by: 'ben' }, differences))
      expect(await office.read(approval)).toMatchObject({
        review_notes: `Approved by ${recorded} via teams`,
        decisions: [{ reviewer: { name: recorded, email: 'ben.okafor@example.com' } }],
      })
    } finally {
      ben.name = before
      office.clock.advance(ELEVEN_MINUTES_MS)
    }
  })

  test('the one who executed sees the decided card at once, before it is redrawn for all', async () => {
    const asked = await office.ask()
    office.teams.failNext({ method: 'update', status: 500 })
    const answer = await office.press({ approval: asked, verdict: 'Deny' })
    expect(answer).toMatchObject({
      status: 200,
      body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive' },
    })
    expect(shown(answer)).toContain('Denied by')
    expect(shown(answer)).not.toMatch(/Action\.(Execute|Submit)/)
    // The redraw that failed is tried again.
    await eventually(async () => {
      office.clock.advance(1_000)
      return JSON.stringify((await office.cardOf(asked)).card).includes('Denied by')
    })
  })

  test('the same click sent again gets the first outcome, and counts once', async () => {
    const asked = await office.ask()
    const activity = await office.activityOf({ approval: asked })
    const first = await office.teams.send(activity)
    const before = await recorded(office.databaseUrl)
    const second = await office.teams.send(activity)
    expect(second.body).toEqual(first.body)
    expect(shown(second)).toContain('Approved by')
    expect(await recorded(office.databaseUrl)).toEqual(before)
    expect((await office.read(asked)).decisions).toHaveLength(1)
  })

  test('a second click is told who decided first, and the card is drawn again', async () => {
    const asked = await office.ask()
    const late = await office.activityOf({ approval: asked, by: 'ben', verdict: 'Deny' })
    const again = await office.activityOf({ approval: asked })
    const lateSubmit = await office.activityOf({ approval: asked, by: 'ben', verdict: 'Deny', how: 'submit' })
    await office.press({ approval: asked })
    const { updatedAt } = await redrawn(asked, 'Approved by')
    office.clock.advance(1_000)
    const answer = await office.teams.send(late)
    expect(answer).toMatchObject({
      status: 200,
      body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message' },
    })
    expect(shown(answer)).toBe('⚠ Already approved by Ana Ruiz')
    expect(shown(await office.teams.send(again))).toBe('⚠ You have already approved this')
    await eventually(async () => (await office.cardOf(asked)).updatedAt !== updatedAt)
    await office.teams.send(lateSubmit)
    await eventually(() => office.told().at(-1) === '⚠ Already approved by Ana Ruiz')
    expect((await office.read(asked)).status).toBe('approved')
  })

  test('a click after the expiry marks it expired and says so', async () => {
    const asked = await office.ask({ expires_in_seconds: 10 })
    const activity = await office.activityOf({ approval: asked })
    office.clock.advance(10_000)
    expect(shown(await office.teams.send(activity))).toBe('⚠ Approval request has expired')
    expect(await office.read(asked)).toMatchObject({ status: 'expired', decisions: [] })
    expect(styleOf(await redrawn(asked, '⌛ Expired'))).toBe('emphasis')
  })

  test('a click after the agent withdrew decides nothing', async () => {
    const asked = await office.ask()
    const activity = await office.activityOf({ approval: asked })
    await office.running.call('POST', `/v1/approvals/${asked.id}/withdraw`)
    expect(shown(await office.teams.send(activity))).toBe('⚠ Already withdrawn')
    expect(styleOf(await redrawn(asked, '🚫 Withdrawn'))).toBe('emphasis')
  })

  test('a decision in Teams closes the card in Slack, and one in Slack that in Teams', async () => {
    const { slack } = office.running
    const channel = slack.workspace.channels[0]?.id as string
    const inSlack = ({ id }: { id: string }, words = '') =>
      eventually(() =>
        slack
          .messages(channel)
          .find((message) => JSON.stringify(message).includes(id) && message.text.includes(words)),
      )
    const [one, other] = [await office.ask(), await office.ask()]
    const { ts } = await inSlack(other)
    await inSlack(one)
    await remembered(office.databaseUrl, other.id, 2)
    await office.press({ approval: one, verdict: 'Deny' })
    expect((await inSlack(one, 'Denied by')).text).toContain('Ana Ruiz')
    await slack.click({ channel, ts, actionId: 'approve_action', userId: 'U0BENOKAFO' })
    expect(JSON.stringify((await redrawn(other, 'Approved by')).card)).toContain('Ben Okafor')
  })

  test('the critical one asks once more, and then counts', async () => {
    const asked = await office.ask({ risk: { level: 'critical' } })
    await office.press({ approval: asked, verdict: 'Yes, approve' })
    expect((await office.read(asked)).status).toBe('approved')
  })

  test('a roster that hangs holds a click up for two seconds, and it decides nothing', async () => {
    const asked = await office.ask()
    office.clock.advance(ELEVEN_MINUTES_MS)
    const fresh = await office.ask()
    const release = office.teams.failNext({ method: 'member', hang: true })
    const answer = await office.press({ approval: fresh })
    release()
    expect(answer.tookMs).toBeLessThan(5_000)
    expect(answer.status).toBe(200)
    expect(shown(answer)).toContain('⚠ Your identity could not be verified')
    expect((await office.read(fresh)).status).toBe('pending')
    // Nothing of the failure is kept.
    await office.press({ approval: fresh })
    expect((await office.read(fresh)).status).toBe('approved')
    expect((await office.read(asked)).decisions).toEqual([])
  })
})
