// Shows, in Microsoft's own renderer, that an agent's words on a Teams card stay text and nothing is fetched.

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import { LABELS } from '../../src/platforms/content/content.ts'
import { cardOf, detailsCard, digestCard, refusalText, replyCard } from '../../src/platforms/teams/cards.ts'
import { openBrowser } from '../fakes/browser.ts'
import { type CardPage, openCardPage } from '../fakes/card-page.ts'
import { acting, closed, PENDING, TRICKS } from '../fakes/hostile-approvals.ts'
import { ALERT } from '../fakes/hostile-events.ts'
import { PHISHING } from '../fakes/phishing-texts.ts'
import { usually } from '../fakes/render-options.ts'

const draw = usually(cardOf)
const alertCard = (event: EventView) => draw({ kind: 'alert', event }).card
const approvalCard = (view: ApprovalView) => draw({ kind: 'approval', view }).card

const ALIVE = 'a, img, script, iframe, b, at, [onerror]'
const LINK = '[Approve](https://evil.example/login)'
const OPTIONS = { details: true, interactive: true, dialogs: true, mention: false, removed: false }
const POISON = TRICKS.join(' ')
const HOSTILE = {
  ...acting({ tool: POISON, summary: POISON, environment: POISON, arguments: { [POISON]: [POISON] } }),
  agent: { id: POISON, name: POISON },
  reasons: TRICKS,
  requested_by: { email: POISON },
}

let browser: Browser
let cards: CardPage

beforeAll(async () => {
  browser = await openBrowser()
  const page = await browser.newPage({
    timezoneId: 'UTC',
    locale: 'en-US',
    viewport: { width: 390, height: 800 },
  })
  cards = await openCardPage(page)
})
afterAll(() => browser?.close())

async function isHarmless({ page, card, requests, dialogs }: CardPage): Promise<void> {
  await page.evaluate('new Promise(requestAnimationFrame)')
  expect(await card.locator(ALIVE).count()).toBe(0)
  expect(requests).toEqual([])
  expect(dialogs).toEqual([])
}

describe('the words of an agent', () => {
  test('would come alive in what reads markdown', async () => {
    const text = `${LINK} ![](https://evil.example/pixel.png) <b>bold</b> {{DATE(2020-01-01T00:00:00Z)}}`
    await cards.draw({
      type: 'AdaptiveCard',
      version: '1.5',
      body: [{ type: 'TextBlock', text, wrap: true }],
    })
    await cards.card.locator('img').waitFor({ state: 'attached' })
    expect(await cards.card.locator(ALIVE).count()).toBe(3)
    expect(await cards.card.textContent()).not.toContain('{{DATE')
    await expect.poll(() => cards.requests).toEqual(['https://evil.example/pixel.png'])
  })

  test('stay words on every page of the details', async () => {
    for (const page of [1, 2]) {
      await cards.draw(detailsCard({ view: HOSTILE, page }, OPTIONS))
      await isHarmless(cards)
    }
  })

  test.each([
    ['waits', HOSTILE],
    ['is critical', { ...HOSTILE, risk: { level: 'critical' as const, score: 1 } }],
    ['was approved by one with such a name', { ...HOSTILE, ...closedBy(POISON) }],
    ['was withdrawn', { ...HOSTILE, status: 'withdrawn' as const, review_notes: POISON }],
  ])('stay words on a card that %s', async (_, view) => {
    await cards.draw(approvalCard(view))
    await isHarmless(cards)
    expect(await cards.card.textContent()).toContain(LINK)
  })

  test.each(TRICKS)('stay words on an alert, as the name %j of who acknowledged it does', async (by) => {
    const acknowledged = { by, source: 'slack', at: '2026-11-20T12:01:30.000Z' }
    const agent = { id: POISON, name: POISON }
    await cards.draw(alertCard({ ...ALERT, agent, tool: POISON, summary: POISON, acknowledged }))
    await isHarmless(cards)
    const text = await cards.card.textContent()
    expect(text).toContain(LINK)
    expect(text).toMatch(/Acknowledged by .*Fri, Nov 20, 2026 12:01 PM/)
  })

  test('stay words in an answer', async () => {
    const fact = { label: POISON, value: POISON }
    const reply = { title: POISON, facts: [fact], lines: [POISON], payload: POISON }
    const link = { label: POISON, url: PENDING.url }
    await cards.draw(replyCard({ ...reply, quote: { label: POISON, text: POISON }, note: POISON, link }))
    await isHarmless(cards)
    expect(await cards.card.textContent()).toContain(LINK)
  })

  test('call no function of the card: the only times on it are ours', async () => {
    await cards.draw(
      approvalCard(
        acting({ summary: '{{DATE(2020-02-03T00:00:00Z,SHORT)}} {{TIME(2020-02-03T04:05:00Z)}}' }),
      ),
    )
    const text = await cards.card.textContent()
    expect(text).toContain('ExpiresFri, Nov 20, 2026 1:00 PM')
    expect(text).toContain('DATE(2020-02-03T00:00:00Z,SHORT)')
    expect(text).not.toMatch(/Feb|4:05 AM/)
  })
})

test('in a digest nothing but its titles leads anywhere', async () => {
  const events = TRICKS.map((trick) => ({ ...ALERT, agent: { id: trick, name: trick }, summary: trick }))
  await cards.draw(usually(digestCard)({ events }).card)
  const links = cards.card.locator('a')
  expect(await links.allTextContents()).toEqual(events.map(() => 'Policy violation'))
  expect(await cards.card.locator(ALIVE).count()).toBe(await links.count())
  expect(cards.requests).toEqual([])
})

test.each(TRICKS)('a refusal that names %j is only words', async (name) => {
  const refusal = { code: 'already_decided', status: 409, text: 'Already approved', first: name } as const
  const body = [{ type: 'TextBlock', text: refusalText(refusal), wrap: true }]
  await cards.draw({ type: 'AdaptiveCard', version: '1.5', body })
  await isHarmless(cards)
})

describe('what stands on a card in our voice', () => {
  /** As it is drawn, without what stands beside a bar, in a box, as code or between quotation marks. */
  async function ours(view: ApprovalView): Promise<string[]> {
    await cards.draw(approvalCard(view))
    const text: string = await cards.page.evaluate(`(() => {
      const card = document.querySelector('main').cloneNode(true)
      for (const said of card.querySelectorAll('#agent_said, #agent_payload')) said.remove()
      document.body.append(card)
      const shown = card.innerText
      card.remove()
      return shown
    })()`)
    return (
      text
        .replace(/Truncated: .*? shows all of it\./g, '')
        .split('\n')
        // What was cut is one press away.
        .filter((line) => line !== '' && line !== LABELS.details)
    )
  }
  const saying = (words: string): ApprovalView => ({
    ...acting({ summary: words, arguments: { [words]: words } }),
    agent: { id: PENDING.agent.id, name: words },
    reasons: [words],
  })

  test.each(Object.entries(PHISHING))('is not changed by an agent: %s', async (_, words) => {
    expect(await ours(saying(words))).toEqual(await ours(saying('Refund order 7')))
  })

  test('tells how far each requirement is met, on one line of its own', async () => {
    const approved = [{ id: 'per_1', name: 'Ana [Ruiz](https://evil.example)' }]
    const progress = [
      { requirement: 'payments', approved, missing: 1 },
      { requirement: 'security', approved: [], missing: 1 },
    ]
    expect(await ours({ ...PENDING, progress })).toContain(
      '1 of 2 payments: Ana [Ruiz](https://evil.example) · 0 of 1 security',
    )
  })

  test('breaks no label on a narrow screen', async () => {
    await cards.draw(approvalCard(PENDING))
    for (const label of ['Requested by', 'Expires']) {
      const box = await cards.card.getByText(label, { exact: true }).boundingBox()
      expect(box?.height).toBeLessThan(30)
    }
  })
})

describe('the buttons', () => {
  const press = (name: string) => cards.page.getByRole('button', { name, exact: true })
  const DECIDES = { approval_id: PENDING.id }
  const pressed = (verb: 'approve' | 'deny') => [
    expect.objectContaining({
      type: 'Action.Execute',
      verb,
      data: { ...DECIDES, action: verb },
    }),
  ]

  test.each(['Approve', 'Deny'] as const)('%s is one press, and names the approval', async (name) => {
    await cards.draw(approvalCard(PENDING))
    await press(name).click()
    expect(await cards.presses()).toEqual(pressed(name === 'Approve' ? 'approve' : 'deny'))
  })

  test('a critical one is approved with a second press, after the warning', async () => {
    await cards.draw(approvalCard({ ...PENDING, risk: { level: 'critical', score: 1 } }))
    const question = cards.card.getByText('Approve it only if you have read all of its arguments.')
    expect(await question.isVisible()).toBe(false)
    await press('Approve…').click()
    await question.waitFor()
    await press('Go back').click()
    expect(await question.isVisible()).toBe(false)
    await press('Approve…').click()
    expect(await cards.presses()).toEqual([])
    await press('Yes, approve').click()
    expect(await cards.presses()).toEqual(pressed('approve'))
  })

  test.each(['Approve', 'Deny'] as const)(
    '%s with note sends what was written, and nothing before something is',
    async (name) => {
      await cards.draw(approvalCard(PENDING))
      const note = cards.card.getByLabel('Your note, for the record')
      expect(await note.count()).toBe(0)
      await press('With note…').click()
      await press(`${name} with note`).click()
      await cards.card.getByText('Write a note first').waitFor()
      expect(await cards.presses()).toEqual([])
      expect(await cards.page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
      await note.fill('Not today\n**never**')
      await press(`${name} with note`).click()
      const action = name.toLowerCase()
      const data = { action, approval_id: PENDING.id, note: 'Not today\n**never**' }
      expect(await cards.presses()).toEqual([expect.objectContaining({ verb: action, data })])
    },
  )

  test('what was written stays where it is when a button that acts at once is pressed', async () => {
    await cards.draw(approvalCard(PENDING))
    await press('With note…').click()
    await cards.card.getByLabel('Your note, for the record').fill('Not today')
    await press('Approve').click()
    expect(await cards.presses()).toEqual(pressed('approve'))
  })

  test('a critical one with a note is approved below the same warning', async () => {
    await cards.draw(approvalCard({ ...PENDING, risk: { level: 'critical', score: 1 } }))
    await press('With note…').click()
    const warning = 'Approve it only if you have read all of its arguments.'
    await cards.card.locator('.ac-adaptiveCard', { hasText: warning }).last().waitFor()
    await cards.card.getByRole('textbox').fill('As agreed')
    await press('Yes, approve with note').click()
    expect(await cards.presses()).toEqual([
      expect.objectContaining({ data: { ...DECIDES, action: 'approve', note: 'As agreed' } }),
    ])
  })

  test('the pages of the details lead from one to the next, and name it', async () => {
    const text = 'x'.repeat(12_000)
    await cards.draw(detailsCard({ view: acting({ arguments: { text } }), page: 2 }, OPTIONS))
    await isHarmless(cards)
    await press('Next page').click()
    await press('Previous page').click()
    expect(await cards.presses()).toEqual(
      [3, 1].map((page) => expect.objectContaining({ data: { ...DECIDES, action: 'details', page } })),
    )
  })

  test('Acknowledge is one press, and names the alert', async () => {
    await cards.draw(alertCard(ALERT))
    await press('Acknowledge').click()
    const data = { action: 'acknowledge', event_id: ALERT.id }
    expect(await cards.presses()).toEqual([
      expect.objectContaining({ type: 'Action.Execute', verb: 'acknowledge', data }),
    ])
  })

  test('a closed card has none that decides', async () => {
    await cards.draw(approvalCard(closed('denied')))
    expect(await cards.page.getByRole('link').allTextContents()).toEqual(['View in Console'])
    expect(await cards.page.getByRole('button').count()).toBe(0)
  })
})

test('the arguments keep their lines and indentation on a narrow screen', async () => {
  await cards.draw(approvalCard(acting({ arguments: { path: { deep: 'a  b   c' } } })))
  const shown: string = await cards.page.evaluate("document.querySelector('main').innerText")
  expect(shown.replace(/\u00a0/g, ' ')).toContain('{\n  "path": {\n    "deep": "a  b   c"\n  }\n}')
})

function closedBy(name: string) {
  const { status, decisions, closed_at } = closed('approved', name, name)
  return { status, decisions, closed_at }
}
