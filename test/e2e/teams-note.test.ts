// Shows that what somebody writes beside a button in Teams is on record with their decision: over HTTP, on both databases.

import { describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded } from '../fakes/peek.ts'
import { ruled } from '../fakes/ruled.ts'
import { shown, teamsOffice } from '../fakes/teams-office.ts'

const NEEDED = '⚠ The policy asks for a note with this decision'
const TOO_LONG = '⚠ Your note is too long: write at most 2,000 characters'

describe.each(databases)('on $name', ({ create }) => {
  const office = teamsOffice(create)

  const noteOn = async (approval: ApprovalView) => (await office.read(approval)).decisions[0]?.note
  const titlesOn = async (approval: ApprovalView) =>
    ((await office.cardOf(approval)).card as { actions: { title: string }[] }).actions.map(
      ({ title }) => title,
    )

  test.each([
    ['execute', 'Approve with note', 'approved'],
    ['execute', 'Deny with note', 'denied'],
    ['submit', 'Approve with note', 'approved'],
    ['submit', 'Deny with note', 'denied'],
  ] as const)('by %s, %s records the note, and the card quotes it to all', async (how, verdict, status) => {
    const approval = await office.ask()
    await office.press({ approval, how, verdict, note: '  **checked** with\n[Gil](https://evil.example) ' })
    expect(await office.read(approval)).toMatchObject({
      status,
      decisions: [{ note: '**checked** with\n[Gil](https://evil.example)' }],
    })
    const quoted = '“**checked** with [Gil](https://evil.example)”'
    await eventually(async () => JSON.stringify((await office.cardOf(approval)).card).includes(quoted))
  })

  test('a note is not asked for by the buttons that act at once', async () => {
    const approval = await office.ask()
    await office.press({ approval })
    expect(await noteOn(approval)).toBeNull()
  })

  test('where the policy asks for one, nothing counts without, and the card is drawn with the button for it', async () => {
    const approval = await office.ask()
    const blank = await office.activityOf({ approval, verdict: 'Deny with note', note: ' \n ' })
    const plain = await office.activityOf({ approval, verdict: 'Deny', how: 'submit' })
    await ruled(office.databaseUrl, approval.id, { noteRequired: ['deny'] })
    expect(shown(await office.press({ approval, verdict: 'Deny' }))).toBe(NEEDED)
    expect(shown(await office.teams.send(blank))).toBe(NEEDED)
    await office.teams.send(plain)
    await eventually(() => office.told().at(-1) === NEEDED)
    expect((await office.read(approval)).decisions).toEqual([])
    await eventually(async () => (await titlesOn(approval)).includes('Deny with note…'))
    expect(await titlesOn(approval)).toEqual(['Approve', 'Deny with note…', 'View in Console'])
    await office.press({ approval, verdict: 'Deny with note', note: 'No invoice' })
    expect(await noteOn(approval)).toBe('No invoice')
  })

  test('the policy asks for a note in the question about what is critical too', async () => {
    const approval = await office.ask({ risk: { level: 'critical' } })
    const yes = await office.activityOf({ approval, verdict: 'Yes, approve' })
    await ruled(office.databaseUrl, approval.id, { noteRequired: ['approve'] })
    expect(shown(await office.teams.send(yes))).toBe(NEEDED)
    await eventually(async () => (await titlesOn(approval))[0] === 'Approve with note…')
    await office.press({ approval, verdict: 'Yes, approve with note', note: 'Agreed in the meeting' })
    expect(await noteOn(approval)).toBe('Agreed in the meeting')
  })

  test.each(['execute', 'submit'] as const)('one that is too long is said to be, by %s', async (how) => {
    const approval = await office.ask()
    const before = await recorded(office.databaseUrl)
    const press = { approval, verdict: 'Approve with note', how } as const
    const answer = await office.press({ ...press, note: `${'x'.repeat(2000)}y` })
    if (how === 'execute') expect(shown(answer)).toBe(TOO_LONG)
    else await eventually(() => office.told().at(-1) === TOO_LONG)
    expect(await recorded(office.databaseUrl)).toEqual(before)
    await office.press({ ...press, note: ` ${'😀'.repeat(1000)}\n` })
    expect(await noteOn(approval)).toBe('😀'.repeat(1000))
  })

  test('one that a client cut in the middle of a character is kept', async () => {
    const approval = await office.ask()
    await office.press({ approval, verdict: 'Approve with note', note: 'see ticket \ud83d' })
    expect(await noteOn(approval)).toBe('see ticket \ufffd')
  })
})
