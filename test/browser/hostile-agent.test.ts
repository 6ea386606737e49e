// What if the agent is hostile? Whatever it writes is read by people as text, and does nothing.

import { expect } from 'vitest'
import { test } from './fixtures.ts'
import type { RunningSandbox } from './sandbox.ts'
import { approve, buttons, shows, type Tab } from './tab.ts'

const SCRIPT = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
const MENTION = '<!channel> <@U0ANARUIZ0> @here'
const LINK = '<https://evil.example/login|click> https://evil.example [here](https://evil.example)'
const RIGHT_TO_LEFT = '\u202e'
const POISON = `${SCRIPT} ${MENTION} ${LINK} *bold* ${RIGHT_TO_LEFT}live`

async function ask({ call }: RunningSandbox, action: Record<string, unknown>): Promise<void> {
  const { key } = await call<{ key: string }>('/v1/api-keys', {
    body: { name: 'hostile', roles: ['agent'] },
  })
  const body = {
    agent: { id: 'hostile', name: POISON.slice(0, 200) },
    action: { tool: POISON.slice(0, 200), environment: SCRIPT, ...action },
    reasons: [SCRIPT, MENTION, LINK],
  }
  await call('/v1/approvals', { body, key })
}

async function isHarmless({ page, cards, dialogs, consoleErrors }: Tab): Promise<void> {
  await page.evaluate('new Promise(requestAnimationFrame)')
  expect(dialogs).toEqual([])
  expect(consoleErrors).toEqual([])
  expect(await page.locator('main script, img[src=x], a[href*=evil], main iframe').count()).toBe(0)
  expect(await cards.locator('.mention').count()).toBe(0)
  expect(await cards.textContent()).not.toContain(RIGHT_TO_LEFT)
}

test('markup, mentions, links and hidden characters in every field stay text', async ({ tab, sandbox }) => {
  await ask(sandbox, { summary: POISON, arguments: { [POISON]: [POISON] } })
  await shows(tab.cards, SCRIPT)
  await shows(tab.cards, '<!channel> <@U0ANARUIZ0>')
  await shows(tab.cards, '<https://evil.example/login|click>')
  await shows(tab.cards, '\\u202elive')
  await isHarmless(tab)

  await tab.type(`/governance ${POISON}`)
  await shows(tab.whispers, 'what you can ask')
  await approve(tab.cards).click()
  await shows(tab.cards, 'APPROVED by Ana Ruiz')
  expect(await buttons(tab.cards).count()).toBe(0)
  await shows(tab.cards, SCRIPT)
  await isHarmless(tab)
})

test('60 KB of arguments make a card that says what it leaves out, and can be decided', async ({
  tab,
  sandbox,
}) => {
  await ask(sandbox, { arguments: { note: SCRIPT.repeat(61_440 / SCRIPT.length) } })
  await shows(tab.cards, /Truncated: .*the first [\d,]+ of 6\d,\d{3} characters of the arguments/)
  await isHarmless(tab)
  await approve(tab.cards).click()
  await shows(tab.cards, 'APPROVED by Ana Ruiz')
})
