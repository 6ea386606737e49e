// Shows that the page makes possible what it asks for, where it asks for it, and that the tour can begin again.

import { expect } from 'vitest'
import { test } from './fixtures.ts'
import type { RunningSandbox } from './sandbox.ts'
import { approve, shows, type Tab } from './tab.ts'

const step = ({ page }: Tab) => page.getByTestId('slack-step')
/** Every page that is open loads anew. */
async function beginAgain(tab: Tab, ...others: Tab[]): Promise<void> {
  const loads = [tab, ...others].map(({ page }) => page.waitForEvent('load'))
  await Promise.all([...loads, tab.page.getByTestId('begin-again').click()])
}

async function isEmpty(tab: Tab): Promise<void> {
  // It has words once the page has heard how things stand.
  await shows(step(tab), /\w/)
  for (const { cards } of [tab.slack, tab.teams, tab.discord, tab.telegram]) {
    expect(await cards.count()).toBe(0)
  }
  expect(await tab.runs.count()).toBe(0)
}

const pending = async ({ call }: RunningSandbox) =>
  (await call<{ data: unknown[] }>('/v1/approvals?status=pending')).data.length

test('a second channel is made to hear where the page asks for it, and its cards decide too', async ({
  tab,
}) => {
  await tab.page.locator('[data-channel=C0SECURITY]').click()
  await shows(tab.slack.pane, 'does not post to #security yet')
  await step(tab).click()
  await shows(step(tab), 'Let it ask for a refund')
  await step(tab).click()
  await approve(tab.slack.cards).click()
  await shows(tab.slack.cards, 'Approved by Ana Ruiz')
  await tab.page.locator('[data-channel=C0APPROVALS]').click()
  await shows(tab.slack.cards, 'Approved by Ana Ruiz')

  await beginAgain(tab)
  await isEmpty(tab)
  await shows(step(tab), 'Let it ask for a refund')
  await tab.page.locator('[data-channel=C0SECURITY]').click()
  await shows(step(tab), 'Add the destination')
})

test('it begins again on every page, while somebody is asked or has pressed, and after a restart', async ({
  tab,
  openTab,
  sandbox,
}) => {
  const other = await openTab()
  await tab.ask('sql')
  await approve(tab.slack.cards).click()
  await tab.page.getByTestId('confirm').waitFor()
  await beginAgain(other, tab)
  for (const one of [tab, other]) await isEmpty(one)
  expect(await tab.page.getByTestId('confirm').isVisible()).toBe(false)
  await expect.poll(() => pending(sandbox)).toBe(0)

  await tab.actAs('Ben Okafor')
  await tab.ask('refund')
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  await tab.page.route('**/sandbox/slack-click', async (route) => {
    await released
    await route.continue().catch(() => {})
  })
  await approve(tab.slack.cards).click()
  await beginAgain(tab, other)
  release()
  await isEmpty(tab)
  await expect.poll(() => pending(sandbox)).toBe(0)
  expect(await tab.page.getByTestId('acting-as').inputValue()).toBe('U0ANARUIZ0')

  const link = tab.page.getByTestId('connection')
  await sandbox.stop()
  await shows(link, 'Reconnecting')
  await sandbox.start()
  await shows(link, 'Live')
  await isEmpty(tab)
  await tab.page.unrouteAll()
  await tab.ask('refund')
  await approve(tab.slack.cards).click()
  await shows(tab.slack.cards, 'Approved by Ana Ruiz')
  await shows(tab.runs, 'Receipt verified')
})
