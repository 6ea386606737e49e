// Shows that what somebody writes beside a button in Teams is on record with their decision: over HTTP, on both databases.

import { describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded } from '../fakes/peek.ts'
import { underRule } from '../fakes/rules-in-force.ts'
import { type Json, shown, teamsOffice } from '../fakes/teams-office.ts'

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

  const askUnder = (rule: Json, wanted: Json = {}) =>
    underRule(office.running, rule, () => office.ask(wanted))
  /** As a button would send it that is not on the card. */
  const pressOf = ({ id: approval_id }: ApprovalView, action: string, how: 'execute' | 'submit') => {
    const data = { action, approval_id }
    return { value: how === 'execute' ? { action: { type: 'Action.Execute', data } } : data }
  }

  test('where the policy asks for one, its button takes the place of the other, and nothing counts without', async () => {
    const approval = await askUnder({ note_required: ['deny'] })
    expect(await titlesOn(approval)).toEqual(['Approve', 'Deny with note…', 'View in Console'])
    for (const how of ['execute', 'submit'] as const) {
      const told = office.told().length
      const forged = await office.activityOf({ approval, how }, pressOf(approval, 'deny', how))
      const answer = await office.teams.send(forged)
      if (how === 'execute') expect(shown(answer)).toBe(NEEDED)
      else expect(await eventually(() => office.told()[told])).toBe(NEEDED)
    }
    const blank = { approval, verdict: 'Deny with note', note: ' \n ' } as const
    expect(shown(await office.press(blank))).toBe(NEEDED)
    expect((await office.read(approval)).decisions).toEqual([])
    await office.press({ approval, verdict: 'Deny with note', note: 'No invoice' })
    expect(await noteOn(approval)).toBe('No invoice')
  })

  test('the policy asks for a note in the question about what is critical too', async () => {
    const approval = await askUnder({ note_required: ['approve'] }, { risk: { level: 'critical' } })
    expect((await titlesOn(approval))[0]).toBe('Approve with note…')
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
