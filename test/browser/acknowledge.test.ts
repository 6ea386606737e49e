// Shows that every copy of an acknowledged alert says by whom and when, and has nothing left to press.

import { expect } from 'vitest'
import { test } from './fixtures.ts'
import { acknowledge, buttons, shows, watch } from './tab.ts'

/** Longer than the pace at which one group in Telegram is written to. */
const NEXT_IN_TELEGRAM_MS = 10_000
const BY_ANA = 'Acknowledged by Ana Ruiz'

test('an alert that is acknowledged in Slack says so in Teams too, by whom and when, without a reload', async ({
  tab,
}) => {
  await tab.page.evaluate('window.notReloaded = true')
  await tab.ask('violation')
  await acknowledge(tab.teams.cards).waitFor()
  await acknowledge(tab.slack.cards).click()
  await shows(tab.slack.cards, BY_ANA, /Acknowledged by Ana Ruiz · .*\d:\d\d/)
  await shows(tab.teams.cards, BY_ANA, /Acknowledged by Ana Ruiz.*\d:\d\d/)
  for (const { cards } of [tab.slack, tab.teams]) {
    await shows(cards, 'Policy violation', 'no-pii-in-mail')
    expect(await cards.count()).toBe(1)
    expect(await buttons(cards).count()).toBe(0)
    expect(await cards.getByRole('link').allTextContents()).toEqual(['View in Console'])
  }
  expect(await tab.page.evaluate('window.notReloaded')).toBe(true)
  expect(tab.consoleErrors).toEqual([])
})

test('one that is acknowledged in Teams says so in Slack too, and where people are only told', async ({
  tab,
  clock,
}) => {
  await tab.ask('violation')
  const told = [tab.discord, tab.telegram]
  for (const place of told) {
    await place.open()
    await shows(place.cards, 'Policy violation')
  }
  clock.advance(NEXT_IN_TELEGRAM_MS)
  await tab.actAs('Ben Okafor')
  await tab.teams.open()
  await acknowledge(tab.teams.cards).click()
  for (const place of [tab.slack, tab.teams, ...told]) {
    await place.open()
    await shows(place.cards, /Acknowledged\s+by Ben Okafor/, 'Policy violation', 'no-pii-in-mail')
    expect(await place.cards.count()).toBe(1)
    expect(await buttons(place.cards).count()).toBe(0)
  }
})

test('a guest is refused where only the guest sees it, and the alert stays open', async ({ tab }) => {
  await tab.ask('violation')
  await tab.actAs('Gil Guest (guest)')
  for (const place of [tab.slack, tab.teams]) {
    await acknowledge(place.cards).click()
    await shows(place.whispers, 'Guests may not acknowledge an alert; ask a full member')
  }
  await tab.actAs('Ana Ruiz')
  await acknowledge(tab.slack.cards).click()
  for (const { cards } of [tab.slack, tab.teams]) await shows(cards, BY_ANA)
})

test('Investigate opens the record in a tab that cannot reach back, and sees to nothing', async ({
  tab,
  sandbox,
}) => {
  await tab.ask('violation')
  await acknowledge(tab.teams.cards).waitFor()
  for (const { cards } of [tab.slack, tab.teams]) {
    const opened = tab.page.context().waitForEvent('page')
    await cards.getByRole('link', { name: 'Investigate' }).click()
    const console = watch(await opened, sandbox.url)
    await console.page.getByTestId('key').waitFor()
    expect(console.page.url()).toMatch(/\/events\/evt_[0-9a-z]{26}$/)
    expect(await console.page.evaluate('window.opener')).toBe(null)
  }
  for (const { cards } of [tab.slack, tab.teams]) expect(await acknowledge(cards).count()).toBe(1)
})

test('the keyboard is enough', async ({ tab }) => {
  await tab.ask('violation')
  await acknowledge(tab.slack.cards).press('Enter')
  await shows(tab.slack.cards, BY_ANA)
  await tab.slack.pane.locator('[data-testid=message]:focus').waitFor()
})
