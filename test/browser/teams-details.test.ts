// Shows that in the sandbox's Teams somebody writes a note, and opens what no card can show, as in the real one.

import type { Locator } from 'playwright-core'
import { expect } from 'vitest'
import { test } from './fixtures.ts'
import type { RunningSandbox } from './sandbox.ts'
import { approve, deny, shows } from './tab.ts'

const button = (card: Locator, name: string) => card.getByRole('button', { name, exact: true })

async function askLong({ call }: RunningSandbox): Promise<void> {
  const { key } = await call<{ key: string }>('/v1/api-keys', { body: { name: 'payroll', roles: ['agent'] } })
  const action = { tool: 'payroll.send', arguments: { rows: Array(1200).fill('A-1') } }
  await call('/v1/approvals', { body: { agent: { id: 'payroll' }, action }, key })
}

test('a note is written and sent with the keyboard alone, and everybody reads it', async ({ tab }) => {
  await tab.ask('refund')
  const { cards } = tab.teams
  const unfold = button(cards, 'With note…')
  await unfold.press('Enter')
  expect(await unfold.getAttribute('aria-expanded')).toBe('true')
  await button(cards, 'Deny with note').press('Enter')
  await shows(cards, 'Write a note first')
  await shows(tab.runs, 'Waiting')
  await cards.getByRole('textbox').pressSequentially('No invoice yet')
  await tab.page.keyboard.press('Tab')
  await tab.page.keyboard.press('Tab')
  await tab.page.keyboard.press('Enter')
  for (const place of [tab.teams, tab.slack]) await shows(place.cards, 'Note by Ana Ruiz: “No invoice yet”')
  await tab.teams.pane.locator('[data-testid=message]:focus').waitFor()
  expect(tab.consoleErrors).toEqual([])
})

test('what was cut is opened to its end by who approves it, and others see the card meanwhile', async ({
  tab,
  sandbox,
}) => {
  await askLong(sandbox)
  const { cards, whispers } = tab.teams
  await approve(cards).click()
  await shows(whispers, 'Open all of it before you approve: press View details and go to its last page')
  await button(cards, 'View details').click()
  await shows(cards, 'Page 1 of 3, shown to you alone')
  await button(cards, 'Next page').press('Enter')
  await shows(cards, 'Page 2 of 3')
  expect(await approve(cards).count()).toBe(0)
  await tab.actAs('Ben Okafor')
  await shows(cards, 'Truncated: showing the first')
  await deny(cards).waitFor()
  await tab.actAs('Ana Ruiz')
  await button(cards, 'Next page').click()
  await shows(cards, 'Page 3 of 3')
  await button(cards, 'With note…').click()
  await cards.getByRole('textbox').fill('All 1,200 checked')
  await button(cards, 'Approve with note').click()
  await shows(cards, 'Note by Ana Ruiz: “All 1,200 checked”')
})
