// Shows that one who has no key yet gets from the card through "View in Console" to a decision.

import { expect } from 'vitest'
import { test } from './fixtures.ts'
import { approve, buttons, shows, type Tab, watch } from './tab.ts'

const copyKey = ({ slack }: Tab) => slack.pane.getByTestId('copy-reviewer-key')
const shownKey = ({ slack }: Tab) => slack.pane.getByTestId('reviewer-key')

test('the copied key opens the console in a new tab, and what is approved there arrives everywhere', async ({
  tab,
  sandbox,
}) => {
  await tab.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await tab.ask('refund')
  await copyKey(tab).click()
  await shows(copyKey(tab), 'Copied')
  await shows(tab.page.locator('#announcer'), 'Ana’s key is copied')

  const console = await viewInConsole(tab, sandbox.url)
  await console.page.getByTestId('key').focus()
  await console.page.keyboard.press('ControlOrMeta+v')
  await console.page.getByTestId('open').click()
  await console.page.getByTestId('note').fill('checked with finance')
  await console.page.getByTestId('approve').click()
  await shows(console.page.getByTestId('status'), 'Approved by Ana Ruiz')

  await shows(tab.slack.cards, 'Approved by Ana Ruiz', 'checked with finance')
  expect(await buttons(tab.slack.cards).count()).toBe(0)
  await shows(tab.runs, 'Receipt verified', 'By Ana Ruiz', 'checked with finance', /released \d+ ms after/)
  expect([...console.foreignRequests, ...console.scriptErrors]).toEqual([])
})

test('without a clipboard the key is shown, selected', async ({ tab, sandbox }) => {
  await tab.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
  await tab.ask('refund')
  await copyKey(tab).click()
  await shownKey(tab).waitFor()
  const key = await shownKey(tab).inputValue()
  expect(key).toMatch(/^csk_/)
  expect(await tab.page.evaluate('getSelection().toString()')).toBe(key)
  expect(await tab.page.evaluate('document.activeElement.dataset.testid')).toBe('reviewer-key')

  await tab.actAs('Gil Guest (guest)')
  expect(await shownKey(tab).isVisible()).toBe(false)
  expect(await shownKey(tab).inputValue()).toBe('')
  const { page } = await viewInConsole(tab, sandbox.url)
  await page.getByTestId('key').fill(key)
  await page.getByTestId('open').click()
  await approve(page.locator('main')).waitFor()
})

test('Ana’s key is offered to her alone, where a card asks for one, and a copy that fails says so', async ({
  tab,
  sandbox,
}) => {
  await tab.page.getByTestId('ask-refund').isEnabled()
  expect(await copyKey(tab).isVisible()).toBe(false)
  await tab.ask('refund')
  await copyKey(tab).waitFor()
  for (const name of ['Gil Guest', 'Ben Okafor']) {
    await tab.actAs(name === 'Gil Guest' ? `${name} (guest)` : name)
    expect(await copyKey(tab).isVisible()).toBe(false)
    await shows(tab.slack.pane.locator('.reviewer-key'), `asks for a key, and ${name} has none`)
  }
  await tab.actAs('Ana Ruiz')
  await sandbox.stop()
  await copyKey(tab).click()
  await shows(tab.page.getByRole('alert'), 'The sandbox does not answer')
  await shows(copyKey(tab), 'Copy Ana’s console key')
})

async function viewInConsole(tab: Tab, origin: string): Promise<Tab> {
  const opened = tab.page.context().waitForEvent('page')
  await tab.slack.cards.getByRole('link', { name: 'View in Console' }).click()
  return watch(await opened, origin)
}
