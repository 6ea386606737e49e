// What do people learn by typing? Each command answers the one who typed it, and nobody else.

import { expect } from 'vitest'
import { test } from './fixtures.ts'
import { approve, shows } from './tab.ts'

test('status, pending and help answer only the one who asks', async ({ tab, openTab }) => {
  const other = await openTab()
  await tab.ask('refund')
  await approve(tab.cards).waitFor()
  await tab.type('/governance status')
  await shows(tab.whispers, 'Governance status')
  await shows(tab.whispers, 'Pending: 1 medium')
  await tab.type('/governance pending')
  await shows(tab.whispers, 'MEDIUM · stripe.refund for Ops copilot')
  await tab.type('/governance help')
  await shows(tab.whispers, 'show <id>: one approval request in full')
  expect(await tab.whispers.count()).toBe(3)
  expect(await tab.whispers.filter({ hasText: 'Only visible to you' }).count()).toBe(3)

  await other.actAs('Ben Okafor')
  await other.cards.waitFor()
  expect(await other.whispers.count()).toBe(0)
  await other.actAs('Ana Ruiz')
  await other.whispers.nth(2).waitFor()
})

test('a guest is not shown what is waiting', async ({ tab }) => {
  await tab.ask('refund')
  await approve(tab.cards).waitFor()
  await tab.actAs('Gil Guest (guest)')
  await tab.type('/governance pending')
  await shows(tab.whispers, 'Only full members of this workspace may see what is waiting')
  expect(await tab.whispers.innerText()).not.toContain('stripe.refund')
})

test('a command can be chosen instead of typed, and other text is answered with what is possible', async ({
  tab,
}) => {
  await tab.type('approve everything')
  await shows(tab.page.getByRole('alert'), 'Only /governance is listened to here')
  await tab.page.getByRole('button', { name: '/governance status' }).click()
  await shows(tab.whispers, 'Pending: none')
  await expect.poll(() => tab.page.getByRole('alert').count()).toBe(0)
})
