// Shows that the sandbox's Slack opens what a press leads to: a note, and all of what is to be decided.

import { expect } from 'vitest'
import { test } from './fixtures.ts'
import type { RunningSandbox } from './sandbox.ts'
import { approve, shows, type Tab } from './tab.ts'

/** Too many for a card, and for one page. */
const ROWS = Array.from({ length: 240 }, (_, row) => ({ row, to: `customer-${row}@example.com` }))

const modalOf = ({ page }: Tab) => page.getByTestId('modal')
const buttonIn = (tab: Tab, name: string) => modalOf(tab).getByRole('button', { name, exact: true })
const menuOf = (tab: Tab) => tab.slack.cards.getByRole('button', { name: 'More actions' })

test('a note is written by keyboard alone, in the tab where it was asked for, and is on the card', async ({
  openTab,
}) => {
  const [tab, other] = [await openTab(), await openTab()]
  await tab.ask('sql')
  await menuOf(tab).press('Enter')
  await tab.page.keyboard.press('ArrowDown')
  await tab.page.keyboard.press('ArrowUp')
  await tab.page.keyboard.press('Enter')
  await shows(modalOf(tab), 'Approve a critical action?')
  await tab.page.locator('textarea:focus').waitFor()
  await tab.page.keyboard.type('checked with finance')
  expect(await modalOf(other).isVisible()).toBe(false)

  // What was written elsewhere is gone, and nothing was decided.
  await tab.page.keyboard.press('Escape')
  await modalOf(tab).waitFor({ state: 'hidden' })
  await shows(tab.runs, 'Waiting')
  await menuOf(tab).click()
  await tab.page.getByRole('menuitem', { name: 'Approve with note…' }).click()
  const field = tab.page.getByTestId('field')
  expect(await field.inputValue()).toBe('')
  await field.fill('checked with finance')
  await buttonIn(tab, 'Approve').press('Enter')
  await modalOf(tab).waitFor({ state: 'hidden' })
  await shows(tab.slack.cards, 'Note by Ana Ruiz: “checked with finance”')
  await shows(other.slack.cards, 'Approved by Ana Ruiz')
  await shows(tab.runs, 'Receipt verified', 'checked with finance')
})

test('where a note is wanted, the button asks for it, and says so until it is there', async ({ tab }) => {
  await tab.ask('payout')
  await tab.slack.cards.getByRole('button', { name: 'Deny with note…' }).click()
  await buttonIn(tab, 'Deny').click()
  await shows(modalOf(tab), 'Please complete this required field.')
  await tab.page.getByTestId('field').fill('   ')
  await buttonIn(tab, 'Deny').click()
  await shows(modalOf(tab), 'The policy asks for a note with this decision')
  await tab.page.getByTestId('field').fill('not this month')
  await buttonIn(tab, 'Deny').click()
  await shows(tab.slack.cards, 'Denied by Ana Ruiz', 'not this month')
})

test('what does not fit the card is read page by page, and only then approved', async ({ tab, sandbox }) => {
  await askMuch(sandbox)
  await approve(tab.slack.cards).click()
  await shows(tab.slack.whispers, 'press View details')
  await tab.slack.cards.getByRole('button', { name: 'View details' }).click()
  await shows(modalOf(tab), 'Page 1 of 3')
  await buttonIn(tab, 'Next').click()
  await shows(modalOf(tab), 'Page 2 of 3')
  await buttonIn(tab, 'Previous').click()
  await shows(modalOf(tab), 'Page 1 of 3')
  for (const page of [2, 3]) {
    await buttonIn(tab, 'Next').click()
    await shows(modalOf(tab), `Page ${page} of 3`)
  }
  await shows(modalOf(tab), 'customer-239@example.com', 'You may press Approve on the card now.')
  await buttonIn(tab, 'Close').click()
  await approve(tab.slack.cards).click()
  await shows(tab.slack.cards, 'Approved by Ana Ruiz')
  expect(tab.consoleErrors).toEqual([])
})

async function askMuch({ call }: RunningSandbox): Promise<void> {
  const { key } = await call<{ key: string }>('/v1/api-keys', {
    body: { name: 'mailer', roles: ['agent'] },
  })
  const action = { tool: 'mail.send', arguments: { rows: ROWS } }
  await call('/v1/approvals', { body: { agent: { id: 'mailer', name: 'Mailer' }, action }, key })
}
