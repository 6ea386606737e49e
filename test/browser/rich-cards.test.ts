// Shows that the page draws rich text and foldable cards as Slack and Teams do, with every word literal.

import { expect } from 'vitest'
import { test } from './fixtures.ts'
import { shows } from './tab.ts'

const MARKUP = '<b>&amp; *bold* :x:'
const part = (type: string, text: string, style = {}) => ({
  type: `rich_text_${type}`,
  elements: [{ type: 'text', text, style }],
})
const BLOCKS = [
  {
    type: 'rich_text',
    elements: [
      part('section', `strong ${MARKUP}`, { bold: true }),
      part('section', `key ${MARKUP}`, { code: true }),
      part('quote', `said ${MARKUP}`),
      part('preformatted', `{} ${MARKUP}`),
    ],
  },
  {
    type: 'section',
    text: { type: 'plain_text', text: 'A question '.repeat(9) },
    accessory: {
      type: 'button',
      action_id: 'open',
      text: { type: 'plain_text', text: 'View' },
      url: 'https://x.example',
    },
  },
]
const CARD = {
  type: 'AdaptiveCard',
  version: '1.5',
  body: [
    {
      type: 'ActionSet',
      actions: [{ type: 'Action.ToggleVisibility', title: 'Show details', targetElements: ['details'] }],
    },
    {
      type: 'Container',
      id: 'details',
      isVisible: false,
      items: [
        {
          type: 'ColumnSet',
          columns: [
            { type: 'Column', style: 'attention', items: [{ type: 'TextBlock', text: 'folded away' }] },
          ],
        },
      ],
    },
  ],
}

test('rich text has its quotes, code and buttons, and a card in Teams unfolds', async ({ tab }) => {
  const message = (more: object) =>
    JSON.stringify({
      id: '1',
      from: 'Countersign',
      byBot: true,
      text: '',
      blocks: [],
      attachments: [],
      ...more,
    })
  await tab.page.evaluate(`(async () => {
    const { drawSlackMessage } = await import('/sandbox/slack-message.js')
    const { drawTeamsMessage } = await import('/sandbox/teams-message.js')
    const put = (pane, message) => {
      const list = document.createElement('ol')
      list.append(message)
      document.querySelector(pane + ' .scroll').append(list)
    }
    put('#slack', drawSlackMessage(${message({ ts: '1', blocks: BLOCKS })}, {}))
    put('#teams', drawTeamsMessage(${message({ card: CARD })}, () => ({})))
  })()`)

  const slack = tab.slack.cards
  await shows(slack.locator('.rich-block strong'), `strong ${MARKUP}`)
  await shows(slack.locator('.rich-block code'), `key ${MARKUP}`)
  await shows(slack.locator('.rich-block blockquote'), `said ${MARKUP}`)
  await shows(slack.locator('.rich-block pre'), `{} ${MARKUP}`)
  const look = (selector: string, name: string) =>
    tab.page.evaluate(`getComputedStyle(document.querySelector('#slack ${selector}')).${name}`)
  expect(await look('code', 'fontFamily')).toMatch(/mono/i)
  expect(await look('code', 'backgroundColor')).not.toBe('rgba(0, 0, 0, 0)')
  expect(Number.parseInt(String(await look('blockquote', 'borderLeftWidth')), 10)).toBeGreaterThan(2)
  const [words, button] = [slack.getByText('A question'), slack.getByRole('link', { name: 'View' })]
  const [left, right] = [await words.boundingBox(), await button.boundingBox()]
  expect(right?.x).toBeGreaterThan((left?.x ?? 0) + (left?.width ?? 0))
  expect(right?.y).toBe(left?.y)

  const folded = tab.teams.cards.getByText('folded away')
  expect(await folded.isVisible()).toBe(false)
  const toggle = tab.teams.cards.getByRole('button', { name: 'Show details' })
  await toggle.click()
  expect(await folded.isVisible()).toBe(true)
  await toggle.click()
  expect(await folded.isVisible()).toBe(false)
})
