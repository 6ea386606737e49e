// What do several people see who look at the same card? The same, at once, and only the first decision counts.

import { expect, vi } from 'vitest'
import { test } from './fixtures.ts'
import type { RunningSandbox } from './sandbox.ts'
import { approve, buttons, deny, shows, type Tab } from './tab.ts'

test('a second tab follows without a reload', async ({ tab, openTab }) => {
  const other = await openTab()
  await other.page.evaluate('window.notReloaded = true')
  await tab.ask('refund')
  await approve(other.cards).waitFor()
  await deny(tab.cards).click()
  await shows(other.cards, 'DENIED by Ana Ruiz')
  expect(await buttons(other.cards).count()).toBe(0)
  await shows(other.runs, 'Denied')
  expect(await other.page.evaluate('window.notReloaded')).toBe(true)
})

test('of two opposite clicks one counts, and only the other clicker is told who was first', async ({
  tab: ana,
  openTab,
  sandbox,
}) => {
  const ben = await openTab()
  await ben.actAs('Ben Okafor')
  await ana.ask('refund')
  await Promise.all([approve(ana.cards).waitFor(), approve(ben.cards).waitFor()])
  using redraws = holdRedraws()
  await Promise.all([approve(ana.cards).click(), deny(ben.cards).click()])

  await ana.runs.filter({ hasNotText: 'Waiting' }).waitFor()
  const approved = (await ana.runs.getAttribute('data-status')) === 'approved'
  const [winner, loser, sentence, outcome] = approved
    ? [ana, ben, 'Already approved by Ana Ruiz', 'APPROVED by Ana Ruiz']
    : [ben, ana, 'Already denied by Ben Okafor', 'DENIED by Ben Okafor']
  await shows(loser.whispers, sentence)
  await shows(loser.whispers, 'Only visible to you')
  expect(await winner.whispers.count()).toBe(0)
  // It is the person who sees it, not the tab.
  await winner.actAs(approved ? 'Ben Okafor' : 'Ana Ruiz')
  await shows(winner.whispers, sentence)
  await loser.actAs(approved ? 'Ana Ruiz' : 'Ben Okafor')
  await expect.poll(() => loser.whispers.count()).toBe(0)

  redraws.release()
  await shows(ana.cards, outcome)
  await shows(ben.cards, outcome)
  expect(await decisionsOn(ana, sandbox)).toEqual([approved ? 'approve' : 'deny'])
})

test('a click that arrives after the card was redrawn changes nothing, and the new card says so for a while', async ({
  tab,
  openTab,
  sandbox,
}) => {
  const late = await openTab()
  await late.page.clock.install()
  await tab.ask('refund')
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  await late.page.route('**/sandbox/click', async (route) => {
    await released
    await route.continue()
  })
  await deny(late.cards).click()
  await approve(tab.cards).click()
  await shows(late.cards, 'APPROVED by Ana Ruiz')
  release()
  const alert = late.cards.getByRole('alert')
  await shows(alert, 'This button is no longer on the card')
  // In another channel nobody looks at it; back in this one it is still said.
  await late.page.locator('[data-channel=C0SECURITY]').click()
  await late.cards.waitFor({ state: 'detached' })
  await late.page.locator('[data-channel=C0APPROVALS]').click()
  await shows(alert, 'This button is no longer on the card')
  await late.page.clock.fastForward(15_000)
  await alert.waitFor({ state: 'detached' })
  await shows(late.cards, 'APPROVED by Ana Ruiz')
  expect(await decisionsOn(late, sandbox)).toEqual(['approve'])
})

/** Slack does not change a card until released: what was clicked keeps its buttons on every screen. */
function holdRedraws(): Disposable & { release(): void } {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const send = globalThis.fetch
  const held = vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    if (String(url).endsWith('/chat.update')) await released
    return send(url, init)
  })
  return {
    release,
    // Before the product stops, which waits for what it sends.
    [Symbol.dispose]() {
      release()
      held.mockRestore()
    },
  }
}

async function decisionsOn({ cards }: Tab, { call }: RunningSandbox): Promise<string[]> {
  const [id] = /apr_[0-9a-z]{26}/.exec((await cards.textContent()) ?? '') ?? []
  const { decisions } = await call<{ decisions: { verdict: string }[] }>(`/v1/approvals/${id}`)
  return decisions.map(({ verdict }) => verdict)
}
