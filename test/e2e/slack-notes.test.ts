// Shows that a note in Slack is asked for in a modal, and that what is sent from it counts as a click does.

import { beforeAll, describe, expect, test } from 'vitest'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded } from '../fakes/peek.ts'
import { slackOffice } from '../fakes/slack-office.ts'
import {
  ANA,
  BEN,
  clickOf,
  payload,
  postToSlackEndpoint,
  type Sent,
  submissionOf,
} from '../fakes/slack-requests.ts'

const GUEST = 'U0GUEST000'
const MENU = 'decide_with_note'
const LOADING = 'Loading…'
const APPROVE = 'Approve with note'
const DENY = 'Deny with note'

describe.each(databases)('on $name', ({ create }) => {
  const office = slackOffice(create)
  const calls = (method: string) => office.running.slack.calls.filter((call) => call.method === method)
  const openMenu = (approval: { id: string }, verdict: 'approve' | 'deny', text: string, userId = ANA) =>
    office.open(approval, MENU, text, { option: `${verdict} ${approval.id}`, userId })
  const isOpen = ({ id }: { id: string }) => office.running.slack.modals().some((modal) => modal.id === id)

  test('a note goes on record with the decision, and onto the card', async () => {
    const asked = await office.ask({ risk: { level: 'critical' } })
    const modal = await openMenu(asked, 'approve', asked.digest)
    const shown = JSON.stringify(modal.view)
    for (const known of [APPROVE, 'stripe.refund', 'agent-1', 'CRITICAL', 'Approve a critical action?']) {
      expect(shown).toContain(known)
    }
    expect((await office.submit(modal, '  checked with finance\n')).body).toBe('{"response_action":"clear"}')
    expect(isOpen(modal)).toBe(false)
    expect(await office.read(asked)).toMatchObject({
      status: 'approved',
      review_notes: 'Approved by Ana Ruiz via slack: checked with finance',
      decisions: [{ verdict: 'approve', source: 'slack', note: 'checked with finance' }],
    })
    await eventually(async () =>
      JSON.stringify(await office.cardOf(asked)).includes('“checked with finance”'),
    )
  })

  test('where the policy wants none, a note may be left out', async () => {
    const asked = await office.ask()
    await office.submit(await openMenu(asked, 'deny', asked.digest))
    expect(await office.read(asked)).toMatchObject({ status: 'denied', decisions: [{ note: null }] })
  })

  test('where the policy wants one, the button itself asks for it, and nothing counts without', async () => {
    const asked = await office.ask({}, { note_required: ['approve', 'deny'] })
    expect(JSON.stringify(await office.cardOf(asked))).not.toMatch(
      /approve_action|deny_action|decide_with_note/,
    )
    const modal = await office.open(asked, 'deny_note', asked.digest)

    expect((await office.submit(modal)).body).toBe('')
    expect((await office.modal(DENY)).errors).toEqual({ note: 'Please complete this required field.' })
    const before = await recorded(office.databaseUrl)
    // Slack takes blanks for a note.
    await office.submit(modal, ' \n ')
    expect((await office.modal(DENY)).errors).toEqual({
      note: 'The policy asks for a note with this decision',
    })
    expect(await recorded(office.databaseUrl)).toEqual(before)

    await office.submit(modal, 'too much')
    expect(await office.read(asked)).toMatchObject({ status: 'denied', decisions: [{ note: 'too much' }] })
    expect(isOpen(modal)).toBe(false)
  })

  test('a press of a button that is not on the card decides nothing without the note', async () => {
    const asked = await office.ask({}, { note_required: ['approve'] })
    const { ts } = await office.cardOf(asked)
    await post(payload(clickOf({ approvalId: asked.id, ts, responseUrl: unknownUrl() })))
    await eventually(() => saidIn(calls('response_url').at(-1)).includes('asks for a note'))
    expect((await office.read(asked)).status).toBe('pending')
  })

  test('Cancel decides nothing', async () => {
    const asked = await office.ask()
    const modal = await openMenu(asked, 'approve', asked.digest)
    const before = await recorded(office.databaseUrl)
    await office.running.slack.closeModal({ viewId: modal.id, userId: ANA })
    expect(await recorded(office.databaseUrl)).toEqual(before)
  })

  test('whoever sends it too late reads in the modal who was first', async () => {
    const asked = await office.ask()
    const modal = await openMenu(asked, 'approve', asked.digest)
    await office.press(asked, 'deny_action', { userId: BEN })
    const before = await recorded(office.databaseUrl)
    await office.submit(modal, 'yes')
    await office.modal('Already denied by Ben Okafor')
    expect(await recorded(office.databaseUrl)).toEqual(before)
  })

  test('what Slack sends twice is recorded once, and answered alike', async () => {
    const asked = await office.ask()
    const { id, view } = await openMenu(asked, 'approve', asked.digest)
    const sent = payload(submissionOf({ metadata: String(view.private_metadata), viewId: id, note: 'once' }))
    const first = await post(sent)
    expect(JSON.parse(first.text)).toEqual({ response_action: 'clear' })
    const before = await recorded(office.databaseUrl)
    expect((await post(sent)).text).toBe(first.text)
    expect(await recorded(office.databaseUrl)).toEqual(before)
  })

  test('whoever may not decide reads why, and no field is there', async () => {
    const asked = await office.ask()
    const modal = await openMenu(asked, 'approve', 'Guests may not decide; ask a full member', GUEST)
    expect(modal.view.blocks).toHaveLength(1)
  })

  test('of what is decided already it says by whom, and asks for nothing', async () => {
    const asked = await office.ask()
    office.running.slack.failNext({ method: 'chat.update', error: 'fatal_error' })
    await office.press(asked, 'approve_action', { userId: BEN })
    const modal = await openMenu(asked, 'deny', 'Already approved by Ben Okafor')
    expect(modal.view.blocks).toHaveLength(1)
  })

  test('the modal is open before Slack is asked who pressed, and filled however long that takes', async () => {
    const asked = await office.ask()
    office.clock.advance(11 * 60_000)
    const release = office.running.slack.failNext({ method: 'users.info', hang: true })
    const modal = await openMenu(asked, 'approve', LOADING)
    // The trigger is long gone.
    office.clock.advance(4_000)
    release()
    expect((await office.modal(asked.digest)).id).toBe(modal.id)
  })

  test('a press is answered while Slack still opens the modal', async () => {
    const asked = await office.ask()
    const release = office.running.slack.failNext({ method: 'views.open', hang: true })
    await office.press(asked, MENU, { option: `approve ${asked.id}` })
    expect(JSON.stringify(office.running.slack.modals())).not.toContain(asked.id)
    release()
    await office.modal(asked.id)
  })

  test.each(['expired_trigger_id', 'invalid_auth', 'internal_error'])(
    'where Slack opens none (%s), whoever pressed is told so, and may press again',
    async (error) => {
      const asked = await office.ask()
      const before = await recorded(office.databaseUrl)
      office.running.slack.failNext({ method: 'views.open', error })
      await office.press(asked, MENU, { option: `approve ${asked.id}` })
      const text = `:warning: Slack did not open the window (${error}): press the button once more`
      await eventually(() => office.toldTo().includes(text))
      expect(await recorded(office.databaseUrl)).toEqual(before)
      await office.submit(await openMenu(asked, 'approve', asked.digest))
      expect((await office.read(asked)).status).toBe('approved')
    },
  )

  test('where Slack does not fill it, whoever pressed is told so', async () => {
    const asked = await office.ask()
    office.running.slack.failNext({ method: 'views.update', status: 503 })
    await openMenu(asked, 'approve', LOADING)
    await eventually(() => office.toldTo().some((text) => text.includes('(http_503)')))
  })

  describe('a submission that is not what it seems', () => {
    const GUESTS = 'Guests may not decide; ask a full member'
    const OUTSIDE = 'Only members of the workspace that was asked may decide'
    const NOBODY = 'You are not a reviewer of this approval request'
    const UNKNOWN = 'Approval request not found'
    const NO_PLACE = 'dst_01hzzzzzzzzzzzzzzzzzzzzzzz'
    /** Of what is pending all the time, and of the card of another. */
    let ref: Record<string, unknown>
    let otherTs: string

    beforeAll(async () => {
      const [asked, other] = [await office.ask(), await office.ask()]
      const { ts } = await office.cardOf(asked)
      ref = { approvalId: asked.id, channelId: CHANNEL, ts, verdict: 'approve' }
      otherTs = (await office.cardOf(other)).ts
      const { view } = await openMenu(asked, 'approve', asked.digest)
      expect(JSON.parse(String(view.private_metadata))).toEqual(ref)
    })

    const forgeries: [string, string, () => Omit<Sent, 'metadata'> & { ref?: unknown }][] = [
      ['from another workspace', OUTSIDE, () => ({ team: 'T0ELSEWHERE' })],
      ['by a guest', GUESTS, () => ({ user: GUEST })],
      ['about another channel', NOBODY, () => ({ ref: { ...ref, channelId: 'C0ELSEWHERE' } })],
      ['about a channel that was not asked', NOBODY, () => ({ ref: { ...ref, channelId: 'C0SECURITY' } })],
      ['about a card of another approval', NOBODY, () => ({ ref: { ...ref, ts: otherTs } })],
      ['about no approval', UNKNOWN, () => ({ ref: { ...ref, approvalId: "' or 1=1 --" } })],
      ['about a destination that is none', NOBODY, () => ({ ref: { ...ref, destinationId: NO_PLACE } })],
      ['of another verdict', UNKNOWN, () => ({ ref: { ...ref, verdict: 'withdraw' } })],
      ['with more than we wrote', UNKNOWN, () => ({ ref: { ...ref, roles: ['reviewer'] } })],
      ['with nothing that we wrote', UNKNOWN, () => ({ ref: 'approve' })],
      ['without anything', UNKNOWN, () => ({ ref: '' })],
    ]

    test.each(forgeries)('%s decides nothing: %s', async (_what, sentence, forge) => {
      const { ref: forged = ref, ...sent } = forge()
      const before = await recorded(office.databaseUrl)
      const metadata = typeof forged === 'string' ? forged : JSON.stringify(forged)
      const { status, text } = await post(payload(submissionOf({ metadata, note: 'yes', ...sent })))
      expect(status).toBe(200)
      expect(JSON.parse(text)).toMatchObject({ response_action: 'update' })
      expect(text).toContain(sentence)
      expect(await recorded(office.databaseUrl)).toEqual(before)
    })

    test('and as we wrote it, after all of these, it decides', async () => {
      const sent = submissionOf({ metadata: JSON.stringify(ref), note: 'yes' })
      expect((await post(payload(sent))).text).toBe('{"response_action":"clear"}')
    })

    test('and is not signed, or by another app, is refused at the door', async () => {
      const asked = await office.ask()
      const { view } = await openMenu(asked, 'approve', asked.digest)
      const body = payload(submissionOf({ metadata: String(view.private_metadata) }))
      const before = await recorded(office.databaseUrl)
      for (const secret of ['another secret of the same length', ''])
        expect((await post(body, { secret })).status).toBe(401)
      expect((await post(body, { timestamp: -301 })).status).toBe(401)
      expect(await recorded(office.databaseUrl)).toEqual(before)
    })
  })

  function post(body: string, more: { secret?: string; timestamp?: number } = {}) {
    return postToSlackEndpoint(office.running.url, office.clock, { body, ...more })
  }
  const unknownUrl = () => new URL('/respond/unknown', office.running.slack.apiUrl()).href
  const saidIn = (call: { args: Record<string, unknown> } | undefined) => String(call?.args.text)
})
