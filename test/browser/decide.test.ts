// Shows that a person can ask in the sandbox and decide on the card in Slack, and that the agent is told.

import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { test } from './fixtures.ts'
import { approve, buttons, deny, shows } from './tab.ts'

test('Approve replaces the card and releases the agent, without a reload', async ({ tab }) => {
  await tab.page.evaluate('window.notReloaded = true')
  await tab.ask('refund')
  await approve(tab.slack.cards).click()
  await shows(tab.slack.cards, 'Approved by Ana Ruiz')
  expect(await tab.slack.cards.count()).toBe(1)
  expect(await buttons(tab.slack.cards).count()).toBe(0)
  await shows(tab.runs, 'Approved', 'By Ana Ruiz', /released \d+ ms after the decision/)
  expect(await tab.page.evaluate('window.notReloaded')).toBe(true)
})

test('Deny replaces the card and tells the agent no', async ({ tab }) => {
  await tab.ask('email')
  await deny(tab.slack.cards).click()
  await shows(tab.slack.cards, 'Denied by Ana Ruiz')
  expect(await buttons(tab.slack.cards).count()).toBe(0)
  await shows(tab.runs, 'Denied', 'By Ana Ruiz', /told \d+ ms after the decision, and did not run/)
})

test('a critical action is asked about twice, and Go back or Escape leaves it pending', async ({ tab }) => {
  await tab.ask('sql')
  const dialog = tab.page.getByTestId('confirm')
  for (const leave of [
    () => dialog.getByRole('button', { name: 'Go back' }).click(),
    () => tab.page.keyboard.press('Escape'),
  ]) {
    await approve(tab.slack.cards).click()
    await shows(dialog, 'Approve a critical action?')
    await leave()
    await dialog.waitFor({ state: 'hidden' })
  }
  // A click that had been sent would have been answered before this one is.
  await tab.slack.type('/governance status')
  await shows(tab.slack.whispers, 'Pending: 1 critical')
  await shows(tab.runs, 'Waiting')

  await approve(tab.slack.cards).click()
  await dialog.getByRole('button', { name: 'Yes, approve', exact: true }).click()
  await shows(tab.slack.cards, 'Approved by Ana Ruiz')
  await shows(tab.runs, 'Approved')
})

test('the click of a guest is refused where the guest sees it, and decides nothing', async ({ tab }) => {
  await tab.ask('refund')
  await tab.actAs('Gil Guest (guest)')
  await approve(tab.slack.cards).click()
  await shows(tab.slack.whispers, 'Guests may not decide; ask a full member')
  expect(await approve(tab.slack.cards).isVisible()).toBe(true)
  await shows(tab.runs, 'Waiting')
  await tab.actAs('Ana Ruiz')
  await approve(tab.slack.cards).click()
  await shows(tab.runs, 'By Ana Ruiz')
})

test('the keyboard alone is enough, and the focus stays on the card', async ({ tab }) => {
  await tab.page.getByTestId('ask-refund').isEnabled()
  await pressUntilFocused(tab.page, '[data-testid=ask-refund]')
  await tab.page.keyboard.press('Enter')
  await approve(tab.slack.cards).waitFor()
  await pressUntilFocused(tab.page, '[data-action-id=approve_action]')
  await tab.page.keyboard.press('Enter')
  await shows(tab.slack.cards, 'Approved by Ana Ruiz')
  await tab.page.locator('[data-testid=message]:focus').waitFor()
})

test('nothing leaves this machine, and the browser has nothing to complain about', async ({ tab }) => {
  await tab.ask('refund')
  await approve(tab.slack.cards).click()
  await shows(tab.runs, 'Approved')
  await tab.page.locator('[data-channel=C0SECURITY]').click()
  await tab.slack.type('/governance help')
  await shows(tab.slack.whispers, 'what you can ask')
  await tab.page.emulateMedia({ colorScheme: 'dark' })
  await tab.page.setViewportSize({ width: 390, height: 800 })
  await tab.page.getByRole('button', { name: 'Slack' }).click()
  expect(tab.requests.map((url) => new URL(url).pathname)).toEqual(
    expect.arrayContaining(['/sandbox', '/sandbox/page.js', '/sandbox/state', '/sandbox/slack-click']),
  )
  expect(tab.foreignRequests).toEqual([])
  expect(tab.consoleErrors).toEqual([])
})

async function pressUntilFocused(page: Page, selector: string): Promise<void> {
  const focused = page.locator(`${selector}:focus`)
  for (let presses = 0; presses < 40 && (await focused.count()) === 0; presses += 1) {
    await page.keyboard.press('Tab')
  }
  expect(await focused.count()).toBe(1)
}
