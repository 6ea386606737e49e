// Shows what a person sees when nobody decides, or the server restarts, while they look at the card.

import { expect } from 'vitest'
import { test } from './fixtures.ts'
import { approve, buttons, shows } from './tab.ts'

test('a card that expires while one looks at it says so, and the agent hears expired, not denied', async ({
  tab,
  clock,
}) => {
  await tab.page.getByTestId('expiry').selectOption({ label: '30 seconds' })
  await tab.ask('refund')
  await approve(tab.slack.cards).waitFor()
  clock.advance(29_999)
  await tab.slack.type('/governance status')
  await shows(tab.slack.whispers, 'in 1 ms')
  await shows(tab.runs, 'expires in 0:00')
  expect(await approve(tab.slack.cards).isVisible()).toBe(true)
  clock.advance(1)
  await shows(tab.slack.cards, 'Expired')
  await shows(tab.teams.cards, 'Expired')
  expect(await buttons(tab.slack.cards).count()).toBe(0)
  expect(await tab.runs.getAttribute('data-status')).toBe('expired')
  await shows(tab.runs, 'Nobody decided in time')
  expect(`${await tab.slack.cards.innerText()} ${await tab.runs.innerText()}`).not.toMatch(/denied/i)
})

test('after a restart the page finds back, and the old card still decides', async ({ tab, sandbox }) => {
  const link = tab.page.getByTestId('connection')
  await shows(link, 'Live')
  await tab.ask('email')
  await approve(tab.slack.cards).click()
  await shows(tab.slack.cards, 'Run at')
  await shows(tab.teams.cards, 'Run at')
  await tab.teams.type('help')
  await shows(tab.teams.cards, 'what you can ask')
  await tab.ask('refund')
  const places = [tab.slack.cards, tab.teams.cards]
  for (const cards of places) await approve(cards).waitFor()
  const texts = () => Promise.all(places.map((cards) => cards.allInnerTexts()))
  const before = await texts()

  await sandbox.stop()
  await shows(link, 'Reconnecting')
  await tab.ask('sql')
  await shows(tab.page.getByRole('alert'), 'The sandbox does not answer')
  await sandbox.start()
  await shows(link, 'Live')
  expect(await texts()).toEqual(before)
  await shows(tab.runs, 'Waiting')

  await approve(tab.teams.cards).click()
  for (const cards of places) {
    await cards.filter({ hasText: 'Approved by Ana Ruiz' }).nth(1).waitFor()
    expect(await buttons(cards).count()).toBe(0)
  }
  await tab.runs.and(tab.page.locator('[data-status=ran]')).nth(1).waitFor()
})

test('after a restart Discord and Telegram show what they showed, and it is still edited', async ({
  tab,
  sandbox,
  clock,
}) => {
  await tab.ask('refund')
  const told = [tab.discord, tab.telegram]
  const texts = async () => {
    const all = []
    for (const { open, cards } of told) {
      await open()
      await shows(cards, 'Approve ')
      all.push(await cards.allTextContents())
    }
    return all
  }
  const before = await texts()
  const link = tab.page.getByTestId('connection')
  await sandbox.stop()
  await shows(link, 'Reconnecting')
  await sandbox.start()
  await shows(link, 'Live')
  expect(await texts()).toEqual(before)
  clock.advance(10_000)
  await approve(tab.slack.cards).click()
  for (const { open, cards } of told) {
    await open()
    await shows(cards, 'Approved by Ana Ruiz', 'edited')
    expect(await cards.count()).toBe(1)
  }
})
