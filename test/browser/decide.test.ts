// Shows that a person can ask in the sandbox and decide on the card in Slack, and that the agent is told.

import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { test } from './fixtures.ts'
import { approve, buttons, deny, shows, type Tab } from './tab.ts'

test('Approve replaces the card, and the agent runs what was approved: nothing else, and once', async ({
  tab,
}) => {
  await tab.page.evaluate('window.notReloaded = true')
  await tab.ask('refund')
  await approve(tab.slack.cards).click()
  await shows(tab.slack.cards, 'Approved by Ana Ruiz')
  expect(await tab.slack.cards.count()).toBe(1)
  expect(await buttons(tab.slack.cards).count()).toBe(0)
  await shows(tab.runs, 'Ran', 'By Ana Ruiz', /released \d+ ms after the decision/)
  await shows(tab.slack.cards, 'Run at')
  await readReceipt(tab)
  await tryMore(tab)
  await approve(tab.slack.cards).waitFor()
  expect(await tab.slack.cards.count()).toBe(2)
  await shows(tab.runs, 'Waiting')
  // What was opened stays open, and fits a phone.
  const sent = tab.page.getByTestId('receipt').locator('pre')
  await tab.page.setViewportSize({ width: 390, height: 844 })
  expect(await sent.isVisible()).toBe(true)
  expect(await tab.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
  expect(await tab.page.evaluate('window.notReloaded')).toBe(true)
})

async function readReceipt({ page }: Tab): Promise<void> {
  const receipt = page.getByTestId('receipt')
  await receipt.getByText('Receipt verified').click()
  await shows(receipt, 'Ana Ruiz, slack', 'stripe.refund', 'production', /sha256:[0-9a-f]{64}/)
  await receipt.getByText('As it was sent').click()
  await shows(receipt.locator('pre'), /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{86}$/)
}

async function tryMore({ page }: Tab): Promise<void> {
  const [change, twice] = [page.getByTestId('attempt-change'), page.getByTestId('attempt-twice')]
  const refusal = page.getByTestId('refusal')
  await change.click()
  await shows(refusal, 'This is not the action that was approved: action.arguments.amount differs')
  await shows(refusal, /48000 480000/)
  const digests = (await refusal.innerText()).match(/sha256:[0-9a-f]{64}/g)
  expect(new Set(digests).size).toBe(2)
  await twice.click()
  await shows(refusal, 'Already redeemed: what was approved may run once')
  for (const button of [change, twice]) expect(await button.count()).toBe(0)
}

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
  await shows(tab.runs, 'Receipt verified')
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
  await shows(tab.runs, 'Receipt verified')
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
