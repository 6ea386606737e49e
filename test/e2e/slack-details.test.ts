// Shows that in Slack nobody approves what they have not seen: all of it is there, and the last page must have been.

import { describe, expect, test } from 'vitest'
import { REFUSALS } from '../../src/approvals/refusals.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { Modal } from '../../src/sandbox/slack/modals.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { slackOffice } from '../fakes/slack-office.ts'
import { ANA, BEN, clickOf, payload, postToSlackEndpoint } from '../fakes/slack-requests.ts'

const GUEST = 'U0GUEST000'
const SEEN = 'You have seen all of it.'
const UNSEEN = `:warning: ${REFUSALS.details_not_opened.text}`
/** More than two pages. */
const ROWS = Array.from({ length: 190 }, (_, row) => ({
  row,
  to: `customer-${row}@example.com`,
  what: '<b>"é"</b>',
}))

describe.each(databases)('on $name', ({ create }) => {
  const office = slackOffice(create)
  let asks = 0

  const askMuch = () => office.ask({ action: { tool: 'mail.send', arguments: { rows: ROWS, ask: asks++ } } })
  const turn = async (modal: Modal, to: 'next' | 'previous', text: string) => {
    const { id: viewId, userId } = modal
    await office.running.slack.pressInModal({ viewId, actionId: `${to}_page`, userId })
    return office.modal(text, userId)
  }
  const seen = ({ id }: ApprovalView) =>
    select(office.databaseUrl, `select digest, source from seen where approval_id = '${id}'`)
  const refuses = async (asked: ApprovalView, userId = ANA) => {
    const before = office.toldTo(userId).length
    await office.press(asked, 'approve_action', { userId })
    await eventually(() => office.toldTo(userId).length > before)
    expect(office.toldTo(userId).at(-1)).toBe(UNSEEN)
    expect((await office.read(asked)).status).toBe('pending')
  }
  const approves = async (asked: ApprovalView, userId = ANA) => {
    await office.press(asked, 'approve_action', { userId })
    expect((await office.read(asked)).status).toBe('approved')
  }

  test('Approve counts after the last page and not before, and the pages are all of it', async () => {
    const asked = await askMuch()
    await refuses(asked)
    const modal = await office.open(asked, 'view_details', 'Page 1 of 3')
    let shown = quotedIn(modal)
    await refuses(asked)
    shown += quotedIn(await turn(modal, 'next', 'Page 2 of 3'))
    await refuses(asked)
    await turn(modal, 'previous', 'Page 1 of 3')
    await turn(modal, 'next', 'Page 2 of 3')
    expect(await seen(asked)).toEqual([])

    shown += quotedIn(await turn(modal, 'next', SEEN))
    expect(shown).toBe(JSON.stringify(asked.action.arguments, null, 2))
    expect(JSON.stringify(modal.view)).toContain(asked.digest)
    expect(await seen(asked)).toEqual([{ digest: asked.digest, source: 'slack' }])
    // Of somebody else it says nothing.
    await refuses(asked, BEN)
    await approves(asked)
    const audit = `select id from audit where subject = '${asked.id}' and action = 'approval.seen'`
    expect(await select(office.databaseUrl, audit)).toHaveLength(1)
  })

  test('Deny wants nothing opened, and a card that shows everything has nothing to open', async () => {
    const asked = await askMuch()
    await office.press(asked, 'deny_action')
    expect((await office.read(asked)).status).toBe('denied')
    const short = await office.ask()
    expect(JSON.stringify(await office.cardOf(short))).not.toContain('view_details')
    await approves(short)
  })

  test('where the policy wants it opened, one page is the last: to open it is enough', async () => {
    const asked = await office.ask({}, { details_must_be_opened: true })
    await refuses(asked)
    await office.open(asked, 'view_details', SEEN)
    await approves(asked)
  })

  test('who must open it first is told so before they write a note, and may write one after', async () => {
    const asked = await askMuch()
    const withNote = (text: string) =>
      office.open(asked, 'decide_with_note', text, { option: `approve ${asked.id}` })
    expect((await withNote(REFUSALS.details_not_opened.text)).view.blocks).toHaveLength(1)
    const modal = await office.open(asked, 'view_details', 'Page 1 of 3')
    await turn(modal, 'next', 'Page 2 of 3')
    await turn(modal, 'next', SEEN)
    await office.submit(await withNote(asked.digest), 'all 190 checked')
    expect(await office.read(asked)).toMatchObject({
      status: 'approved',
      decisions: [{ note: 'all 190 checked' }],
    })
  })

  test('what Slack did not show nobody has seen', async () => {
    const asked = await office.ask({}, { details_must_be_opened: true })
    office.running.slack.failNext({ method: 'views.update', status: 503 })
    await office.open(asked, 'view_details', 'Loading…')
    await eventually(() => office.toldTo().some((text) => text.includes('(http_503)')))
    expect(await seen(asked)).toEqual([])
    await refuses(asked)
  })

  test('a page that Slack does not turn stays, and whoever pressed is told so', async () => {
    const asked = await askMuch()
    const modal = await office.open(asked, 'view_details', 'Page 1 of 3')
    office.running.slack.failNext({ method: 'views.update', status: 503 })
    const turned = { viewId: modal.id, actionId: 'next_page', userId: ANA }
    await office.running.slack.pressInModal(turned)
    const text = ':warning: Slack did not turn the page (http_503): press the button once more'
    await eventually(() => office.toldTo().includes(text))
    await turn(modal, 'next', 'Page 2 of 3')
  })

  test('what a turn shows replaces only the page on which it was pressed', async () => {
    const asked = await askMuch()
    const modal = await office.open(asked, 'view_details', 'Page 1 of 3')
    const updates = () => office.running.slack.calls.filter(({ method }) => method === 'views.update')
    const shownAt = modal.hash
    await turn(modal, 'next', 'Page 2 of 3')
    expect(updates().at(-1)?.args).toMatchObject({ view_id: modal.id, hash: shownAt })
  })

  test('who may not decide it is shown nothing of it', async () => {
    const asked = await askMuch()
    const modal = await office.open(asked, 'view_details', 'Guests may not decide', { userId: GUEST })
    expect(modal.view.blocks).toHaveLength(1)
    expect(await seen(asked)).toEqual([])
  })

  test('a page that is turned for somebody who may decide no more shows why', async () => {
    const asked = await askMuch()
    const modal = await office.open(asked, 'view_details', 'Page 1 of 3')
    await office.press(asked, 'deny_action', { userId: BEN })
    await turn(modal, 'next', 'Page 2 of 3')
    await turn(modal, 'next', 'Denied by')
    expect(await seen(asked)).toEqual([])
  })

  test('a card that we do not remember posting counts as one that is cut', async () => {
    const asked = await office.ask()
    const responseUrl = new URL('/respond/unknown', office.running.slack.apiUrl()).href
    const click = clickOf({ approvalId: asked.id, ts: '1.000100', channel: CHANNEL, responseUrl })
    await postToSlackEndpoint(office.running.url, office.clock, { body: payload(click) })
    expect((await office.read(asked)).status).toBe('pending')
    const told = () => office.running.slack.calls.findLast(({ method }) => method === 'response_url')
    await eventually(() => told()?.args.text === UNSEEN)
  })
})

describe('where details are left out of the channel', () => {
  const [onSqlite] = databases
  const office = slackOffice((onSqlite as typeof onSqlite & object).create, {
    settings: { include_details: false },
  })

  test('whoever may decide opens them, and nobody else reads them there', async () => {
    const asked = await office.ask({ action: { tool: 'mail.send', arguments: { secret: 'zqxj' } } })
    expect(JSON.stringify(await office.cardOf(asked))).not.toContain('zqxj')
    await office.press(asked, 'approve_action')
    await eventually(() => office.toldTo().includes(UNSEEN))
    const modal = await office.open(asked, 'view_details', SEEN)
    expect(quotedIn(modal)).toContain('zqxj')
    await office.press(asked, 'approve_action')
    expect((await office.read(asked)).status).toBe('approved')
  })
})

/** What stands in a modal in a box of others' words. */
function quotedIn({ view }: Modal): string {
  const texts: string[] = []
  const visit = (node: unknown, isTheirs: boolean): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, text } = node as { type?: string; text?: unknown }
    const theirs = isTheirs || type === 'rich_text_preformatted'
    if (theirs && typeof text === 'string') texts.push(text)
    for (const inner of Object.values(node)) visit(inner, theirs)
  }
  visit(view.blocks, false)
  return texts.join('')
}
