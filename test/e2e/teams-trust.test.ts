// Shows whose clicks count in Teams: full members of the tenant, on cards of ours, each only for its own approval.

import { beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded, remembered } from '../fakes/peek.ts'
import { clickOf, payload, postToSlackEndpoint } from '../fakes/slack-requests.ts'
import { type Json, type Press, shown, teamsOffice } from '../fakes/teams-office.ts'

/** What Teams said of a person is kept for ten. */
const ELEVEN_MINUTES_MS = 11 * 60_000
const NOT_A_REVIEWER = '⚠ You are not a reviewer of this approval request'
const GUEST = '⚠ Guests may not decide; ask a full member'
const OUTSIDE = '⚠ Only members of the workspace that was asked may decide'
const BOT = '⚠ Bots may not decide'
const NOT_OPENED = '⚠ Open all of it before you approve: press View details and go to its last page'
const UNVERIFIED =
  "⚠ Your identity could not be verified; try again, or have an admin check the app's permissions"

describe.each(databases)('on $name', ({ create }) => {
  const office = teamsOffice(create)
  let asked: ApprovalView

  beforeAll(async () => {
    const { running, teams } = office
    const { groupChat, personal } = teams.workspace.places
    for (const conversation_id of [groupChat, personal]) {
      await teams.install(conversation_id)
      // It hears of nothing that these tests ask for in the group chat's stead.
      const min_severity = conversation_id === personal ? 'critical' : 'info'
      await running.destination({
        channel_type: 'teams',
        name: conversation_id,
        config: { conversation_id },
        min_severity,
      })
    }
    asked = await office.ask({ expires_in_seconds: 604_800 })
    await office.cardOf(asked, groupChat)
  })

  /** Refused to the clicker by both kinds of button, with nothing on record. */
  async function expectRefused(press: Partial<Press>, text: string, differences: Json = {}): Promise<void> {
    const wanted = { approval: asked, ...press }
    const execute = await office.activityOf({ ...wanted, how: 'execute' }, differences)
    const submit = await office.activityOf({ ...wanted, how: 'submit' }, differences)
    await expectRefusal(execute, text)
    await expectRefusal(submit, text)
  }
  async function expectRefusal(activity: Json, text: string): Promise<void> {
    const before = await recorded(office.databaseUrl)
    const where = (activity.conversation as { id: string }).id.split(';')[0]
    const told = office.told(where).length
    const answer = await office.teams.send(activity)
    expect(answer.status).toBe(200)
    if (activity.type === 'invoke') expect(shown(answer)).toBe(text)
    else if (office.teams.conversations().some(({ id }) => id === where))
      expect(await eventually(() => office.told(where).slice(told).at(0))).toBe(text)
    expect(await recorded(office.databaseUrl)).toEqual(before)
    expect((await office.read(asked)).status).toBe('pending')
  }
  const from = (differences: Json) => ({
    from: { id: office.teams.workspace.people.ana.id, name: 'Ana Ruiz', ...differences },
  })

  test('a guest decides nothing', () => expectRefused({ by: 'guest' }, GUEST))

  test('a person of another tenant decides nothing, in a chat by federation either', () =>
    expectRefused({ by: 'outsider', conversationId: office.teams.workspace.places.groupChat }, OUTSIDE))

  test.each<[string, string, Json]>([
    ['a guest by role alone', GUEST, { userRole: 'guest' }],
    ['a guest by name alone', GUEST, { userPrincipalName: 'ben_partner.example#EXT#@example.com' }],
    ['nobody, in a meeting', OUTSIDE, { userRole: 'anonymous' }],
    ['at home in another tenant', OUTSIDE, { tenantId: '00000000-0000-4000-8000-000000000000' }],
    ['at home nowhere', UNVERIFIED, { tenantId: undefined }],
    ['without a name in the tenant', UNVERIFIED, { userPrincipalName: undefined }],
  ])('somebody who is %s decides nothing', async (_what, text, differences) => {
    const ben = office.teams.workspace.people.ben as object
    const before = { ...ben }
    office.clock.advance(ELEVEN_MINUTES_MS)
    Object.assign(ben, differences)
    try {
      await expectRefused({ by: 'ben' }, text)
    } finally {
      Object.assign(ben, before)
      office.clock.advance(ELEVEN_MINUTES_MS)
    }
  })

  test('a bot decides nothing', async () => {
    const aadObjectId = office.teams.workspace.people.ana.aadObjectId
    await expectRefused({}, BOT, { from: { id: '28:another-bot', name: 'Bot' } })
    await expectRefused({}, BOT, from({ role: 'bot', aadObjectId }))
  })

  test('whom Teams does not name decides nothing', async () => {
    await expectRefused({}, UNVERIFIED, from({}))
    await expectRefused({}, UNVERIFIED, from({ aadObjectId: '' }))
    await expectRefused({}, UNVERIFIED, from({ aadObjectId: null }))
  })

  test('whom the roster does not have, or has as somebody else, decides nothing', async () => {
    const { ana, ben } = office.teams.workspace.people
    await expectRefused({}, UNVERIFIED, {
      from: { id: '29:1nobody', name: 'Nobody', aadObjectId: '99999999-0000-4000-8000-000000000000' },
    })
    const fresh = '99999999-0000-4000-8000-000000000001'
    await expectRefused({}, UNVERIFIED, { from: { id: ana.id, name: ben.name, aadObjectId: fresh } })
  })

  test.each([
    ['mailbox', 'Ben.Okafor@Example.com'],
    ['sign-in name', 'bokafor@example.com'],
  ])(
    'the one on whose behalf the agent asks, by %s, does not decide, and somebody else does',
    async (_by, email) => {
      const approval = await office.ask({ requested_by: { email } })
      const text = '⚠ You cannot decide a request made by you or on your behalf'
      await expectRefused({ approval, by: 'ben' }, text)
      await office.press({ approval, by: 'ana' })
      expect((await office.read(approval)).status).toBe('approved')
    },
  )

  test('a conversation where the card was never posted decides nothing', async () => {
    const { personal, groupChat } = office.teams.workspace.places
    const at = (id: string) => ({ conversation: { id, tenantId: office.teams.tenantId } })
    // Known, but never sent this approval; known, with another's card of it; unknown.
    await expectRefused({}, NOT_A_REVIEWER, at(personal))
    const { id: replyToId } = await office.cardOf(await office.ask(), groupChat)
    await expectRefused({}, NOT_A_REVIEWER, { ...at(groupChat), replyToId })
    await expectRefused({}, NOT_A_REVIEWER, at('19:elsewhere@thread.tacv2'))
  })

  test('the card of one approval does not decide another', async () => {
    const other = await office.ask()
    const { id: replyToId } = await office.cardOf(other)
    await remembered(office.databaseUrl, other.id)
    await expectRefused({}, NOT_A_REVIEWER, { replyToId })
  })

  test.each([undefined, null, ''])('a click on no message (%j) decides nothing', (replyToId) =>
    expectRefused({}, NOT_A_REVIEWER, { replyToId }),
  )

  test.each<[string, Json]>([
    ['another verb', { action: 'withdraw' }],
    ['no verb', { action: undefined }],
    ['a list of verbs', { action: ['approve'] }],
    ['an approval that is a list', { approval_id: ['apr_1'] }],
    ['no approval', { approval_id: undefined }],
    ['a note that is a list', { note: ['why'] }],
    ['a note with NUL', { note: 'a\0b' }],
    ...[undefined, null, '2', [2], -1, 0, 1.5, 1e9].map((page): [string, Json] => [
      `the page ${JSON.stringify(page)}`,
      { action: 'details', page },
    ]),
    ['no approval to go back to', { action: 'back', approval_id: undefined }],
  ])('a button with %s is none of ours', async (_what, differences) => {
    const data = { action: 'approve', approval_id: asked.id, ...differences }
    const before = await recorded(office.databaseUrl)
    const action = { type: 'Action.Execute', verb: 'approve', data }
    const execute = await office.activityOf({ approval: asked }, { value: { action } })
    expect((await office.teams.send(execute)).body).toMatchObject({ statusCode: 400 })
    const submit = await office.activityOf({ approval: asked, how: 'submit' }, { value: data })
    expect((await office.teams.send(submit)).status).toBe(200)
    expect(await recorded(office.databaseUrl)).toEqual(before)
  })

  test.each(['apr_01hzzzzzzzzzzzzzzzzzzzzzzz', 'apr_%', "' or 1=1 --", '', 'a\0b'])(
    'a button of an unknown approval (%j) decides nothing',
    async (approval_id) => {
      const action = { type: 'Action.Execute', data: { action: 'approve', approval_id } }
      const execute = await office.activityOf({ approval: asked }, { value: { action } })
      await expectRefusal(execute, '⚠ Approval request not found')
    },
  )

  test('the same click on another approval or with another verdict is another press', async () => {
    const first = await office.activityOf({ approval: await office.ask() })
    await office.teams.send(first)
    const other = await office.activityOf({ approval: asked }, { id: first.id })
    await expectRefusal(other, '⚠ This Idempotency-Key was used for a different request')
  })

  describe('a card that was posted and forgotten', () => {
    /** Nothing else is on its way, which would take the failures that are meant for it. */
    const forgotten = async () => {
      await eventually(async () => {
        office.clock.advance(1_000)
        const { body } = await office.running.call<{ data: Json[] }>('GET', '/v1/deliveries?state=pending')
        return body.data.length === 0
      })
      office.teams.failNext({ method: 'send', dropAfterPosting: true, times: 2 })
      const { body: approval } = await office.running.ask()
      await office.cardOf(approval)
      return approval
    }
    /** What the lost answer made fail is tried again, and finds the card that was pressed. */
    const isDrawnAgain = (approval: ApprovalView, words: string) =>
      eventually(() => {
        office.clock.advance(1_000)
        const messages = office.teams.messages(office.channel)
        const copies = messages.filter(({ card }) => JSON.stringify(card)?.includes(approval.id))
        expect(copies).toHaveLength(1)
        return copies[0]?.updatedAt !== undefined && JSON.stringify(copies[0].card).includes(words)
      })

    test('counts when somebody denies, and is closed', async () => {
      const approval = await forgotten()
      await office.press({ approval, verdict: 'Deny' })
      expect((await office.read(approval)).status).toBe('denied')
      await isDrawnAgain(approval, 'Denied by')
    })

    test('approves nothing that nobody is known to have shown, until it is drawn again', async () => {
      const approval = await forgotten()
      expect(shown(await office.press({ approval }))).toBe(NOT_OPENED)
      expect((await office.read(approval)).status).toBe('pending')
      await isDrawnAgain(approval, 'With note…')
      await eventually(async () => {
        await office.press({ approval })
        return (await office.read(approval)).status === 'approved'
      })
    })
  })

  test('a disabled destination decides nothing until it is enabled again', async () => {
    const approval = await office.ask()
    const { body } = await office.running.call<{ data: { id: string; config: Json }[] }>(
      'GET',
      '/v1/settings/notifications',
    )
    const here = body.data.find(({ config }) => config.conversation_id === office.channel)
    const enable = (enabled: boolean) =>
      office.running.call('PATCH', `/v1/settings/notifications/${here?.id}`, { body: { enabled } })
    await enable(false)
    await expectRefused({ approval }, '⚠ An admin has switched this destination off')
    await enable(true)
    await office.press({ approval })
    expect((await office.read(approval)).status).toBe('approved')
  })

  test("Teams does not decide with the authority of Slack's card, nor Slack with that of Teams'", async () => {
    const { running, clock, teams } = office
    const slackId = await running.destination()
    const approval = await office.ask()
    const channel = running.slack.workspace.channels[0]?.id as string
    const { ts } = await eventually(() =>
      running.slack.messages(channel).find((message) => JSON.stringify(message).includes(approval.id)),
    )
    await expectRefused({ approval }, NOT_A_REVIEWER, {
      conversation: { id: channel, tenantId: teams.tenantId },
      replyToId: ts,
    })
    const { id } = await office.cardOf(approval)
    const body = payload(clickOf({ approvalId: approval.id, channel: 'C0ELSEWHERE', ts: id }))
    expect((await postToSlackEndpoint(running.url, clock, { body })).status).toBe(200)
    expect((await office.read(approval)).status).toBe('pending')
    await running.call('DELETE', `/v1/settings/notifications/${slackId}`)
  })
})
