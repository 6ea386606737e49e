// Shows that whatever a hostile agent writes is shown to people as text in every place, and does nothing.

import { expect } from 'vitest'
import { cardOf } from '../../src/platforms/slack/card.ts'
import { PENDING } from '../fakes/hostile-approvals.ts'
import { PHISHING } from '../fakes/phishing-texts.ts'
import { usually } from '../fakes/render-options.ts'
import { test } from './fixtures.ts'
import type { RunningSandbox } from './sandbox.ts'
import { buttons, deny, shows, type Tab } from './tab.ts'

const SCRIPT = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
const MENTION = '<!channel> <@U0ANARUIZ0> @here <at>Ana</at>'
const LINK = '<https://evil.example/login|click> https://evil.example [here](https://evil.example)'
const PIXEL = '![](https://evil.example/pixel.png)'
const RIGHT_TO_LEFT = '\u202e'
const MARKDOWN =
  '**bold** ~~gone~~ `end` ```end``` <t:0:R> ||hidden|| @everyone <@123456789012345678> /start #tag'
const POISON = `${SCRIPT} ${MENTION} ${LINK} ${PIXEL} *bold* ${RIGHT_TO_LEFT}live`

async function hostileKey({ call }: RunningSandbox): Promise<string> {
  const body = { name: 'hostile', roles: ['agent'] }
  return (await call<{ key: string }>('/v1/api-keys', { body })).key
}

async function ask(sandbox: RunningSandbox, action: Record<string, unknown>): Promise<void> {
  const key = await hostileKey(sandbox)
  const body = {
    agent: { id: 'hostile', name: POISON.slice(0, 200) },
    action: { tool: POISON.slice(0, 200), environment: SCRIPT, ...action },
    reasons: [SCRIPT, MENTION, LINK],
  }
  await sandbox.call('/v1/approvals', { body, key })
}

async function tell(sandbox: RunningSandbox): Promise<void> {
  const body = {
    type: 'policy.violation',
    agent: { id: MARKDOWN, name: POISON.slice(0, 200) },
    tool: SCRIPT,
    environment: MENTION,
    action: LINK,
    summary: `${POISON} ${MARKDOWN}`,
    data: { [POISON]: [POISON, MARKDOWN] },
  }
  await sandbox.call('/v1/events', { body, key: await hostileKey(sandbox) })
}

async function isHarmless({
  page,
  slack,
  teams,
  discord,
  telegram,
  dialogs,
  consoleErrors,
}: Tab): Promise<void> {
  await page.evaluate('new Promise(requestAnimationFrame)')
  expect(dialogs).toEqual([])
  expect(consoleErrors).toEqual([])
  expect(await page.locator('main script, main iframe, main at, main [onerror]').count()).toBe(0)
  expect(await page.locator('main img:not([src="/sandbox/mark.svg"]), a[href*=evil]').count()).toBe(0)
  for (const { cards } of [slack, teams, discord, telegram]) {
    expect(await cards.locator('.mention, s, em').count()).toBe(0)
    expect(await cards.locator('a:not(.button)').count()).toBe(0)
    expect(await cards.textContent()).not.toContain(RIGHT_TO_LEFT)
  }
}

test('markup, mentions, links and hidden characters in every field stay text', async ({ tab, sandbox }) => {
  await ask(sandbox, { summary: POISON, arguments: { [POISON]: [POISON] } })
  for (const { cards } of [tab.slack, tab.teams]) {
    await shows(cards, SCRIPT)
    await shows(cards, '<!channel> <@U0ANARUIZ0> @here <at>Ana</at>')
    await shows(cards, '<https://evil.example/login|click>')
    await shows(cards, PIXEL)
    await shows(cards, '\\u202elive')
  }
  await isHarmless(tab)

  await tab.slack.type(`/governance ${POISON}`)
  await shows(tab.slack.whispers, 'what you can ask')
  await deny(tab.teams.cards).click()
  for (const { cards } of [tab.slack, tab.teams]) {
    await shows(cards, 'Denied by Ana Ruiz')
    expect(await buttons(cards).count()).toBe(0)
    await shows(cards, SCRIPT)
  }
  await isHarmless(tab)
})

test('no text of an agent stands in our voice on a card in Slack, as it is drawn', async ({ tab }) => {
  const cards = ['Refund order 7', ...Object.values(PHISHING)].map((words) => {
    const action = { ...PENDING.action, summary: words, arguments: { [words]: words } }
    const view = { ...PENDING, agent: { ...PENDING.agent, name: words }, action, reasons: [words] }
    return usually(cardOf)({ kind: 'approval', view }).message
  })
  // What stands beside a bar, or in a box, is the agent's; one button more is there where something was cut.
  const [innocent, ...others]: string[] = await tab.page.evaluate(`(async (cards) => {
    const { drawSlackMessage } = await import('/sandbox/slack-message.js')
    return cards.map((card) => {
      const sent = { blocks: [], ...card, id: 'one', channel: 'C1', ts: '1.1', user: 'U1' }
      const node = drawSlackMessage(sent, { nameOf: (id) => id, userId: () => 'U1' })
      for (const said of node.querySelectorAll('blockquote, pre, .actions-block')) said.remove()
      document.body.append(node)
      const shown = node.innerText
      node.remove()
      return shown.replace(/Truncated: .*? shows all of it\\.\\s*/g, '')
    })
  })(${JSON.stringify(cards)})`)
  expect(innocent).toContain('Asked by agent-123 with the key Sales key')
  for (const shown of others) expect(shown).toBe(innocent)
})

test('in Discord and Telegram a hostile request stays text, and leaves no way out but to the console', async ({
  tab,
  sandbox,
}) => {
  const summary = `${POISON} ${MARKDOWN}`
  await ask(sandbox, { summary, arguments: { [POISON]: [POISON, MARKDOWN] } })
  for (const { open, cards } of [tab.discord, tab.telegram]) {
    await open()
    await shows(cards, SCRIPT)
    await shows(cards, MENTION)
    await shows(cards, LINK)
    await shows(cards, PIXEL)
    await shows(cards, '**bold** ~~gone~~')
    await shows(cards, '||hidden|| @everyone <@123456789012345678> /start #tag')
    await shows(cards, '\\u202elive')
    expect(await cards.getByRole('link').count()).toBe(1)
    const link = cards.getByRole('link', { name: 'View in Console' })
    expect(await link.getAttribute('href')).toMatch(new RegExp(`^${sandbox.url}/approvals/apr_`))
    expect(await link.getAttribute('rel')).toContain('noopener')
  }
  await isHarmless(tab)
})

test('a hostile alert stays text in all four places', async ({ tab, sandbox }) => {
  await tell(sandbox)
  for (const { open, cards } of [tab.slack, tab.teams, tab.discord, tab.telegram]) {
    await open()
    await shows(cards, 'Policy violation')
    await shows(cards, SCRIPT)
    await shows(cards, PIXEL)
    await shows(cards, '\\u202elive')
    expect(await cards.count()).toBe(1)
  }
  await isHarmless(tab)
})

test('60 KB of arguments make cards that say what they leave out, and can be decided', async ({
  tab,
  sandbox,
}) => {
  await ask(sandbox, { arguments: { note: SCRIPT.repeat(61_440 / SCRIPT.length) } })
  for (const { cards } of [tab.slack, tab.teams]) {
    await shows(cards, /Truncated: .*the first [\d,]+ of 6\d,\d{3} characters of the arguments/)
  }
  await isHarmless(tab)
  await deny(tab.slack.cards).click()
  for (const { cards } of [tab.slack, tab.teams]) await shows(cards, 'Denied by Ana Ruiz')
})

test('what a person writes to the bot is as harmless', async ({ tab }) => {
  await tab.teams.type(POISON)
  await shows(tab.teams.cards, SCRIPT)
  await shows(tab.teams.cards, 'what you can ask')
  expect(await tab.page.locator('main script, main at, main [onerror], a[href*=evil]').count()).toBe(0)
  expect([...tab.dialogs, ...tab.consoleErrors]).toEqual([])
})
