// Shows that each command typed in the sandbox is answered to the one who typed it, and to nobody else.

import { expect } from 'vitest'
import { test } from './fixtures.ts'
import { approve, shows } from './tab.ts'

test('status, pending and help answer only the one who asks', async ({ tab, openTab }) => {
  const other = await openTab()
  await tab.ask('refund')
  await approve(tab.slack.cards).waitFor()
  await tab.slack.type('/governance status')
  await shows(tab.slack.whispers, 'Governance status')
  await shows(tab.slack.whispers, 'Pending: 1 medium')
  await tab.slack.type('/governance pending')
  await shows(tab.slack.whispers, 'MEDIUM · stripe.refund for sandbox-ops-copilot')
  await tab.slack.type('/governance help')
  await shows(tab.slack.whispers, 'show <id>: one approval request in full')
  expect(await tab.slack.whispers.count()).toBe(3)
  expect(await tab.slack.whispers.filter({ hasText: 'Only visible to you' }).count()).toBe(3)

  await other.actAs('Ben Okafor')
  await other.slack.cards.waitFor()
  expect(await other.slack.whispers.count()).toBe(0)
  await other.actAs('Ana Ruiz')
  await other.slack.whispers.nth(2).waitFor()
})

test('a guest is not shown what is waiting', async ({ tab }) => {
  await tab.ask('refund')
  await approve(tab.slack.cards).waitFor()
  await tab.actAs('Gil Guest (guest)')
  await tab.slack.type('/governance pending')
  await shows(tab.slack.whispers, 'Only full members of this workspace may see what is waiting')
  expect(await tab.slack.whispers.innerText()).not.toContain('stripe.refund')
})

test('a command can be chosen instead of typed, and other text is answered with what is possible', async ({
  tab,
}) => {
  await tab.slack.type('approve everything')
  await shows(tab.page.getByRole('alert'), 'Only /governance is listened to here')
  await tab.slack.pane.getByRole('button', { name: 'status' }).click()
  await shows(tab.slack.whispers, 'Pending: none')
  await expect.poll(() => tab.page.getByRole('alert').count()).toBe(0)
})
