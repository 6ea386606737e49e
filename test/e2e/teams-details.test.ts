// Shows that in Teams who approves what a card cannot show has opened all of it: over HTTP, on both databases.

import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded, select } from '../fakes/peek.ts'
import { underRule } from '../fakes/rules-in-force.ts'
import { type Json, type Press, shown, teamsOffice } from '../fakes/teams-office.ts'

const NOT_OPENED = '⚠ Open all of it before you approve: press View details and go to its last page'
const NOT_A_REVIEWER = '⚠ You are not a reviewer of this approval request'
const ELSEWHERE =
  '⚠ This version of Teams cannot show the details to one person alone: read them with View in Console'

describe.each(databases)('on $name', ({ create }) => {
  const office = teamsOffice(create)

  /** Three pages: what is said, and two of the arguments. */
  function askLong(wanted: Json = {}): Promise<ApprovalView> {
    const args = { batch: randomUUID(), rows: Array(700).fill('A-1') }
    return office.ask({
      action: { tool: 'stripe.refund', summary: 'Refund them', arguments: args },
      ...wanted,
    })
  }
  const seenOf = ({ id }: ApprovalView) =>
    select(office.databaseUrl, `select digest, source from seen where approval_id = '${id}'`)
  const statusOf = async (approval: ApprovalView) => (await office.read(approval)).status
  /** Until there is no further page; resolves with what each showed. */
  async function openAll(approval: ApprovalView, by: 'ana' | 'ben' = 'ana'): Promise<string[]> {
    const pages = [shown(await office.press({ approval, by, verdict: 'View details' }))]
    while (pages.at(-1)?.includes('"Next page"')) {
      pages.push(shown(await office.press({ approval, by, verdict: 'Next page' })))
    }
    return pages
  }

  async function refusedUnopened(approval: ApprovalView, by: 'ana' | 'ben' = 'ana'): Promise<void> {
    expect(shown(await office.press({ approval, by }))).toBe(NOT_OPENED)
    expect(await statusOf(approval)).toBe('pending')
  }

  test('what was cut is approved only once its last page was shown, to that person, as is on record', async () => {
    const approval = await askLong()
    await refusedUnopened(approval)
    expect(shown(await office.press({ approval, verdict: 'View details' }))).toContain('Page 1 of 3')
    expect(shown(await office.press({ approval, verdict: 'Next page' }))).toContain('Page 2 of 3')
    expect(shown(await office.press({ approval, verdict: 'Previous page' }))).toContain('Page 1 of 3')
    await office.press({ approval, verdict: 'Back to the card' })
    expect(await seenOf(approval)).toEqual([])

    expect(await openAll(approval)).toHaveLength(3)
    expect(await seenOf(approval)).toEqual([{ digest: approval.digest, source: 'teams' }])
    await refusedUnopened(approval, 'ben')
    expect(shown(await office.press({ approval }))).toContain('Approved by')
    expect(await office.read(approval)).toMatchObject({ decisions: [{ reviewer: { name: 'Ana Ruiz' } }] })

    const { id: messageId } = await office.cardOf(approval)
    const rows = await select(
      office.databaseUrl,
      `select canonical from audit where action = 'approval.seen' and subject = '${approval.id}'`,
    )
    expect(rows.map(({ canonical }) => JSON.parse(String(canonical)).facts)).toMatchObject([
      {
        digest: approval.digest,
        source: 'teams',
        reviewer: { user_id: office.teams.workspace.people.ana.aadObjectId },
        card: { handle: `${office.channel}/${messageId}` },
      },
    ])
  })

  test('the pages have all that will run, and the last one its buttons and the note', async () => {
    const approval = await askLong()
    const pages = await openAll(approval)
    expect(pages.join('').match(/A-1/g)).toHaveLength(700)
    for (const page of pages) expect(page).toContain(approval.digest)
    await office.press({ approval, verdict: 'Approve with note', note: 'All 700 checked' })
    expect(await office.read(approval)).toMatchObject({
      status: 'approved',
      decisions: [{ note: 'All 700 checked' }],
    })
  })

  test('they are shown to who pressed alone, who can go back to what all others see', async () => {
    const approval = await askLong()
    const before = (await office.cardOf(approval)).card
    await openAll(approval)
    const { card, views } = await office.cardOf(approval)
    expect(card).toEqual(before)
    expect(Object.keys(views)).toEqual([office.teams.workspace.people.ana.id])
    await office.press({ approval, verdict: 'Back to the card' })
    const { ana } = office.teams.workspace.people
    expect((await office.cardOf(approval)).views[ana.id]).toEqual(before)
    expect(shown(await office.press({ approval }))).toContain('Approved by')
  })

  test('a redraw meanwhile is of the card that all see, and a page of what is closed decides nothing', async () => {
    const approval = await askLong()
    const next = await office.activityOf({ approval, verdict: 'View details' })
    await office.press({ approval, verdict: 'View details' })
    await office.press({ approval, by: 'ben', verdict: 'Deny' })
    await eventually(async () => JSON.stringify((await office.cardOf(approval)).card).includes('Denied by'))
    const { card, views } = await office.cardOf(approval)
    expect(views).toEqual({})
    expect(JSON.stringify(card)).not.toContain('Page 1 of 3')
    const late = shown(await office.teams.send({ ...next, id: randomUUID() }))
    expect(late).toContain('Denied by')
    expect(late).not.toMatch(/"(Approve|Deny)/)
    expect(await seenOf(approval)).toEqual([])
  })

  test('where the policy asks, what fits is opened too: its one page is the last', async () => {
    const approval = await underRule(office.running, { details_must_be_opened: true }, office.ask)
    expect(shown(await office.press({ approval }))).toBe(NOT_OPENED)
    expect(await openAll(approval)).toHaveLength(1)
    expect(shown(await office.press({ approval }))).toContain('Approved by')
  })

  test('who denies need not read on', async () => {
    const approval = await askLong()
    await office.press({ approval, verdict: 'Deny' })
    expect(await statusOf(approval)).toBe('denied')
  })

  describe('whoever may not decide', () => {
    const refused = async (press: Partial<Press> & { approval: ApprovalView }, differences: Json = {}) => {
      const before = await recorded(office.databaseUrl)
      const activity = await office.activityOf({ verdict: 'View details', ...press }, differences)
      const answer = shown(await office.teams.send(activity))
      expect(answer).not.toContain('A-1')
      expect(await seenOf(press.approval)).toEqual([])
      expect(await recorded(office.databaseUrl)).toEqual(before)
      return answer
    }
    const pressing = (data: Json) => ({ value: { action: { type: 'Action.Execute', data } } })

    test('looks at nothing', async () => {
      const approval = await askLong()
      expect(await refused({ approval, by: 'guest' })).toContain('Guests may not decide')
      const own = await askLong({ requested_by: { email: 'ana.ruiz@example.com' } })
      expect(await refused({ approval: own })).toContain('made by you or on your behalf')
    })

    test.each(['details', 'back'])('looks at nothing by a forged %s', async (action) => {
      const { groupChat } = office.teams.workspace.places
      const [approval, other] = [await askLong(), await askLong()]
      const data = { action, page: 3, approval_id: approval.id }
      // On the card of another approval, in another conversation, on no card, and of none.
      const { id: replyToId } = await office.cardOf(other)
      expect(await refused({ approval }, { ...pressing(data), replyToId })).toBe(NOT_A_REVIEWER)
      const conversation = { id: groupChat, tenantId: office.teams.tenantId }
      expect(await refused({ approval }, { ...pressing(data), conversation })).toBe(NOT_A_REVIEWER)
      expect(await refused({ approval }, { ...pressing(data), replyToId: null })).toBe(NOT_A_REVIEWER)
      const unknown = pressing({ ...data, approval_id: 'apr_01hzzzzzzzzzzzzzzzzzzzzzzz' })
      expect(await refused({ approval }, unknown)).toBe('⚠ Approval request not found')
    })
  })

  test('a page that is not there is the first, and counts for nothing', async () => {
    const approval = await askLong()
    const activity = await office.activityOf({ approval, verdict: 'View details' })
    const data = { action: 'details', approval_id: approval.id, page: 4 }
    const answer = await office.teams.send({ ...activity, value: { action: { data } } })
    expect(shown(answer)).toContain('Page 1 of 3')
    expect(await seenOf(approval)).toEqual([])
  })

  test('a client that can show them to nobody alone is sent to the console, and nothing is on record', async () => {
    const approval = await askLong()
    const before = await recorded(office.databaseUrl)
    const told = office.told().length
    await office.press({ approval, verdict: 'View details', how: 'submit' })
    expect(await eventually(() => office.told()[told])).toBe(ELSEWHERE)
    await office.press({ approval, how: 'submit' })
    expect(await eventually(() => office.told()[told + 1])).toBe(NOT_OPENED)
    expect(await statusOf(approval)).toBe('pending')
    expect(await seenOf(approval)).toEqual([])
    expect(await recorded(office.databaseUrl)).toEqual(before)
    expect((await office.cardOf(approval)).views).toEqual({})
  })
})
