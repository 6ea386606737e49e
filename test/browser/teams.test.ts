// Shows that an approval decided in Teams closes in Slack, and the other way round, and that the agent is told.

import { expect } from 'vitest'
import { test } from './fixtures.ts'
import { approve, buttons, deny, shows, watch } from './tab.ts'

test('Approve in Teams closes the card in Slack too and releases the agent, without a reload', async ({
  tab,
}) => {
  await tab.page.evaluate('window.notReloaded = true')
  await tab.ask('refund')
  await approve(tab.slack.cards).waitFor()
  await approve(tab.teams.cards).click()
  for (const { cards } of [tab.teams, tab.slack]) {
    await shows(cards, 'Approved by Ana Ruiz')
    expect(await cards.count()).toBe(1)
    expect(await buttons(cards).count()).toBe(0)
  }
  await shows(tab.runs, 'Receipt verified', 'By Ana Ruiz', /released \d+ ms after the decision/)
  expect(await tab.page.evaluate('window.notReloaded')).toBe(true)
  expect(tab.consoleErrors).toEqual([])
})

test('Deny in Slack closes the card in Teams', async ({ tab }) => {
  await tab.ask('email')
  await approve(tab.teams.cards).waitFor()
  await deny(tab.slack.cards).click()
  await shows(tab.teams.cards, 'Denied by Ana Ruiz')
  expect(await buttons(tab.teams.cards).count()).toBe(0)
  await shows(tab.runs, 'Denied', 'By Ana Ruiz')
})

test('a critical action is approved in Teams with a second press, below the warning', async ({ tab }) => {
  await tab.ask('sql')
  await tab.teams.cards.getByRole('button', { name: 'Approve…', exact: true }).click()
  await shows(tab.teams.cards, 'Approve it only if you have read all of its arguments')
  // A click that had been sent would have been answered before this is.
  await tab.teams.type('status')
  await shows(tab.teams.cards, '1 critical')
  await shows(tab.runs, 'Waiting')
  await tab.teams.cards.getByRole('button', { name: 'Yes, approve', exact: true }).click()
  await shows(tab.teams.cards, 'Approved by Ana Ruiz')
  await shows(tab.slack.cards, 'Approved by Ana Ruiz')
  await shows(tab.runs, 'Receipt verified')
})

test('the click of a guest is refused in Teams where only the guest sees it, and decides nothing', async ({
  tab,
}) => {
  await tab.ask('refund')
  await tab.actAs('Gil Guest (guest)')
  await approve(tab.teams.cards).click()
  await shows(tab.teams.whispers, 'Guests may not decide; ask a full member')
  await shows(tab.teams.whispers, 'Only visible to you')
  await shows(tab.runs, 'Waiting')
  await tab.actAs('Ben Okafor')
  await expect.poll(() => tab.teams.whispers.count()).toBe(0)
  await approve(tab.teams.cards).click()
  await shows(tab.runs, 'By Ben Okafor')
})

test('the keyboard is enough in Teams too, and the focus stays on the card', async ({ tab }) => {
  await tab.ask('refund')
  await approve(tab.teams.cards).press('Enter')
  await shows(tab.teams.cards, 'Approved by Ana Ruiz')
  await tab.teams.pane.locator('[data-testid=message]:focus').waitFor()
})

test('the bot answers in the channel, where everybody reads it', async ({ tab, openTab }) => {
  const ben = await openTab()
  await ben.actAs('Ben Okafor')
  await tab.ask('refund')
  await approve(tab.teams.cards).waitFor()
  await tab.teams.type('status')
  await tab.teams.pane.getByRole('button', { name: 'pending' }).click()
  for (const { teams } of [tab, ben]) {
    await shows(teams.cards, '@Countersign status', 'Governance status', '@Countersign pending')
    await shows(teams.cards, /MEDIUM · stripe\.refund for sandbox-ops-copilot/)
    expect(await teams.whispers.count()).toBe(0)
  }
  await tab.teams.type(' ')
  await shows(tab.teams.pane.getByRole('alert'), 'Write something to the bot first')
})

test('the answer to what one writes comes into view, wherever one had scrolled to', async ({ tab }) => {
  await tab.ask('sql')
  await tab.teams.type('x'.repeat(2000))
  await shows(tab.teams.cards, 'what you can ask')
  const scroll = "document.querySelector('#teams .scroll')"
  await tab.page.evaluate(`${scroll}.scrollTop = 0`)
  await tab.teams.type('status')
  await shows(tab.teams.cards, 'Governance status')
  const fromTheEnd = `(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(${scroll})`
  await expect.poll(() => tab.page.evaluate(fromTheEnd)).toBeLessThan(2)
})

test('a click says that it is under way, and one that comes too late says that it did', async ({
  tab,
  openTab,
}) => {
  const late = await openTab()
  await tab.ask('refund')
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  await late.page.route('**/sandbox/teams-click', async (route) => {
    await released
    await route.continue()
  })
  await deny(late.teams.cards).click()
  await late.teams.cards.locator('[aria-busy=true]', { hasText: 'Deny' }).waitFor()
  await approve(tab.slack.cards).click()
  await shows(late.teams.cards, 'Approved by Ana Ruiz')
  release()
  await shows(late.teams.cards.getByRole('alert'), 'This button is no longer on the card')
  await shows(late.runs, 'Receipt verified')
})

test('a click that nobody answers says so on its card', async ({ tab, sandbox }) => {
  await tab.ask('refund')
  await approve(tab.teams.cards).waitFor()
  await sandbox.stop()
  await approve(tab.teams.cards).click()
  await shows(tab.teams.cards.getByRole('alert'), 'The sandbox does not answer')
  expect(await approve(tab.teams.cards).getAttribute('aria-busy')).toBe(null)
})

test('View in Console opens the request in a tab that cannot reach back', async ({ tab, sandbox }) => {
  await tab.ask('refund')
  const opened = tab.page.context().waitForEvent('page')
  await tab.teams.cards.getByRole('link', { name: 'View in Console' }).click()
  const console = watch(await opened, sandbox.url)
  await console.page.getByTestId('key').waitFor()
  expect(new URL(console.page.url()).origin).toBe(sandbox.url)
  expect(await console.page.evaluate('window.opener')).toBe(null)
  await tab.teams.pane.getByTestId('copy-reviewer-key').waitFor()
})

test('on a phone the tabs lead from the agent to both places', async ({ tab }) => {
  await tab.page.setViewportSize({ width: 390, height: 844 })
  await tab.ask('refund')
  expect(await tab.teams.pane.isVisible()).toBe(false)
  await tab.page.getByRole('button', { name: 'Teams 1' }).click()
  expect(await tab.slack.pane.isVisible()).toBe(false)
  await approve(tab.teams.cards).click()
  await tab.page.getByRole('button', { name: 'Slack', exact: true }).click()
  await shows(tab.slack.cards, 'Approved by Ana Ruiz')
  await tab.page.setViewportSize({ width: 1280, height: 800 })
  for (const { pane } of [tab.slack, tab.teams]) await pane.waitFor()
})
