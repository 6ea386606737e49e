// Shows that people who look at the same card see the same at once, and that only the first decision counts.

import { expect, vi } from 'vitest'
import { test } from './fixtures.ts'
import type { RunningSandbox } from './sandbox.ts'
import { approve, buttons, deny, shows, type Tab } from './tab.ts'

test('a second tab follows without a reload', async ({ tab, openTab }) => {
  const other = await openTab()
  await other.page.evaluate('window.notReloaded = true')
  await tab.ask('refund')
  await approve(other.slack.cards).waitFor()
  await deny(tab.slack.cards).click()
  await shows(other.slack.cards, 'Denied by Ana Ruiz')
  expect(await buttons(other.slack.cards).count()).toBe(0)
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
  await Promise.all([approve(ana.slack.cards).waitFor(), approve(ben.slack.cards).waitFor()])
  using redraws = holdRedraws()
  await Promise.all([approve(ana.slack.cards).click(), deny(ben.slack.cards).click()])

  await ana.runs.filter({ hasNotText: 'Waiting' }).waitFor()
  const approved = (await ana.runs.getAttribute('data-status')) !== 'denied'
  const [winner, loser, sentence, outcome] = approved
    ? [ana, ben, 'Already approved by Ana Ruiz', 'Approved by Ana Ruiz']
    : [ben, ana, 'Already denied by Ben Okafor', 'Denied by Ben Okafor']
  await shows(loser.slack.whispers, sentence)
  await shows(loser.slack.whispers, 'Only visible to you')
  expect(await winner.slack.whispers.count()).toBe(0)
  // It is the person who sees it, not the tab.
  await winner.actAs(approved ? 'Ben Okafor' : 'Ana Ruiz')
  await shows(winner.slack.whispers, sentence)
  await loser.actAs(approved ? 'Ana Ruiz' : 'Ben Okafor')
  await expect.poll(() => loser.slack.whispers.count()).toBe(0)

  redraws.release()
  await shows(ana.slack.cards, outcome)
  await shows(ben.slack.cards, outcome)
  expect(await decisionsOn(ana, sandbox)).toEqual([approved ? 'approve' : 'deny'])
})

test('of two opposite clicks, one in each place, one counts and the other clicker is told who was first', async ({
  tab: ana,
  openTab,
  sandbox,
}) => {
  const ben = await openTab()
  await ben.actAs('Ben Okafor')
  await ana.ask('refund')
  await Promise.all([approve(ana.slack.cards).waitFor(), approve(ben.teams.cards).waitFor()])
  using redraws = holdRedraws()
  await Promise.all([approve(ana.slack.cards).click(), deny(ben.teams.cards).click()])

  await ana.runs.filter({ hasNotText: 'Waiting' }).waitFor()
  const approved = (await ana.runs.getAttribute('data-status')) !== 'denied'
  const [winner, loser, sentence, outcome] = approved
    ? [ana.slack, ben.teams, 'Already approved by Ana Ruiz', 'Approved by Ana Ruiz']
    : [ben.teams, ana.slack, 'Already denied by Ben Okafor', 'Denied by Ben Okafor']
  await shows(loser.whispers, sentence)
  expect(await winner.whispers.count()).toBe(0)

  redraws.release()
  for (const { slack, teams } of [ana, ben]) {
    await shows(slack.cards, outcome)
    await shows(teams.cards, outcome)
    expect(await buttons(teams.cards).count()).toBe(0)
  }
  expect(await decisionsOn(ana, sandbox)).toEqual([approved ? 'approve' : 'deny'])
})

test('in Teams the card closes at once for the one who clicked, and for the others when it is redrawn', async ({
  tab: ana,
  openTab,
}) => {
  const ben = await openTab()
  await ben.actAs('Ben Okafor')
  await ana.ask('refund')
  await Promise.all([approve(ana.teams.cards).waitFor(), approve(ben.teams.cards).waitFor()])
  using redraws = holdRedraws()
  await approve(ana.teams.cards).click()
  await shows(ana.teams.cards, 'Approved by Ana Ruiz')
  await shows(ana.runs, 'Receipt verified')
  await ana.actAs('Ben Okafor')
  for (const { teams } of [ana, ben]) await approve(teams.cards).waitFor()
  redraws.release()
  for (const { teams } of [ana, ben]) await shows(teams.cards, 'Approved by Ana Ruiz')
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
  await late.page.route('**/sandbox/slack-click', async (route) => {
    await released
    await route.continue()
  })
  await deny(late.slack.cards).click()
  await approve(tab.slack.cards).click()
  await shows(late.slack.cards, 'Approved by Ana Ruiz')
  release()
  const alert = late.slack.cards.getByRole('alert')
  await shows(alert, 'This button is no longer on the card')
  // In another channel nobody looks at it; back in this one it is still said.
  await late.page.locator('[data-channel=C0SECURITY]').click()
  await late.slack.cards.waitFor({ state: 'detached' })
  await late.page.locator('[data-channel=C0APPROVALS]').click()
  await shows(alert, 'This button is no longer on the card')
  await late.page.clock.fastForward(15_000)
  await alert.waitFor({ state: 'detached' })
  await shows(late.slack.cards, 'Approved by Ana Ruiz')
  expect(await decisionsOn(late, sandbox)).toEqual(['approve'])
})

/** Neither place changes a card until released: what was clicked keeps its buttons on every screen. */
function holdRedraws(): Disposable & { release(): void } {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const send = globalThis.fetch
  const held = vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    if (String(url).endsWith('/chat.update') || init?.method === 'PUT') await released
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

async function decisionsOn({ slack }: Tab, { call }: RunningSandbox): Promise<string[]> {
  const [id] = /apr_[0-9a-z]{26}/.exec((await slack.cards.textContent()) ?? '') ?? []
  const { decisions } = await call<{ decisions: { verdict: string }[] }>(`/v1/approvals/${id}`)
  return decisions.map(({ verdict }) => verdict)
}
