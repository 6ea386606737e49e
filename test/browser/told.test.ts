// Shows that Discord and Telegram get the same requests and alerts, with nothing to press but the link.

import { expect } from 'vitest'
import { test } from './fixtures.ts'
import { approve, buttons, shows, watch } from './tab.ts'

/** Longer than the pace at which one group in Telegram is written to. */
const NEXT_IN_TELEGRAM_MS = 10_000

test('a violation arrives in all four places, and can be acknowledged where people answer', async ({
  tab,
}) => {
  await tab.ask('violation')
  await shows(tab.runs, 'Told', 'gmail.send', 'Countersign took the alert')
  for (const place of [tab.slack, tab.teams, tab.discord, tab.telegram]) {
    await place.open()
    await shows(place.cards, 'Policy violation', 'HIGH', 'Ops copilot', 'no-pii-in-mail', /evt_[0-9a-z]{26}/)
    expect(await place.cards.count()).toBe(1)
    const answers = place === tab.slack || place === tab.teams
    expect(await buttons(place.cards).allTextContents()).toEqual(answers ? ['Acknowledge'] : [])
  }
})

test('the message of a request says how it ended, in Discord and in Telegram too', async ({ tab, clock }) => {
  await tab.ask('refund')
  const told = [tab.discord, tab.telegram]
  for (const place of told) {
    await place.open()
    await shows(place.cards, 'Approve ', 'stripe.refund', 'MEDIUM', '"amount": 48000')
    expect(await place.cards.textContent()).not.toContain('edited')
  }
  clock.advance(NEXT_IN_TELEGRAM_MS)
  await approve(tab.slack.cards).click()
  for (const place of told) {
    await place.open()
    await shows(place.cards, 'Approved by Ana Ruiz', 'edited', '"amount": 48000')
    expect(await place.cards.count()).toBe(1)
  }
})

test('how long is left counts down in Discord', async ({ tab, clock }) => {
  await tab.ask('refund')
  await tab.discord.open()
  await shows(tab.discord.cards, 'in 1 hour')
  clock.advance(10_000)
  await tab.slack.type('/governance help')
  await shows(tab.slack.whispers, 'what you can ask')
  await shows(tab.discord.cards, 'in 1 hour')
  clock.advance(20 * 60_000)
  await tab.slack.type('/governance status')
  await shows(tab.discord.cards, 'in 40 minutes')
})

test('the only thing to press is the link, and its tab cannot reach back', async ({ tab, sandbox }) => {
  await tab.ask('sql')
  for (const { open, pane, cards } of [tab.discord, tab.telegram]) {
    await open()
    await shows(pane, 'Only told')
    const opened = tab.page.context().waitForEvent('page')
    await cards.getByRole('link').click()
    const console = watch(await opened, sandbox.url)
    await console.page.getByTestId('key').waitFor()
    expect(await console.page.evaluate('window.opener')).toBe(null)
    expect(await buttons(cards).count()).toBe(0)
    expect(await pane.getByRole('textbox').count()).toBe(0)
    await pane.getByTestId('copy-reviewer-key').waitFor()
  }
})

test('a tab says that there is news behind it, until one looks', async ({ tab }) => {
  const { open, tabButton } = tab.discord
  expect(await tabButton.innerText()).not.toContain('has news')
  await tab.ask('refund')
  await shows(tabButton, 'has news')
  await open()
  await shows(tab.discord.cards, 'Approve ')
  expect(await tabButton.innerText()).not.toContain('has news')
  await tab.teams.open()
  await approve(tab.slack.cards).click()
  await shows(tabButton, 'has news')
})

test('on a phone each place has its tab, and the whole message is in reach', async ({ tab }) => {
  await tab.page.setViewportSize({ width: 390, height: 844 })
  await tab.ask('violation')
  for (const place of [tab.slack, tab.teams, tab.discord, tab.telegram]) {
    await place.open()
    await shows(place.cards, 'Policy violation')
    const overflow = await tab.page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(overflow).toBe(0)
    expect(await tab.page.locator('.pane:visible').count()).toBe(1)
  }
})

test('where there is room Teams and Discord stand side by side', async ({ tab }) => {
  await tab.page.setViewportSize({ width: 1280, height: 800 })
  await tab.discord.open()
  expect(await tab.teams.pane.isVisible()).toBe(false)
  await tab.page.setViewportSize({ width: 1800, height: 1000 })
  for (const { pane } of [tab.slack, tab.teams, tab.discord]) await pane.waitFor()
  expect(await tab.telegram.pane.isVisible()).toBe(false)
})

test('at 1280 by 800 the first request is in view as a whole, with its buttons', async ({ tab }) => {
  await tab.page.setViewportSize({ width: 1280, height: 800 })
  await tab.ask('refund')
  for (const { pane, cards } of [tab.slack, tab.teams]) {
    await approve(cards).waitFor()
    const card = await cards.locator('.attachment, .adaptive').boundingBox()
    const view = await pane.locator('.scroll').boundingBox()
    if (!card || !view) throw new Error('nothing is drawn')
    expect(card.y).toBeGreaterThanOrEqual(view.y)
    expect(card.y + card.height).toBeLessThanOrEqual(view.y + view.height)
  }
})
