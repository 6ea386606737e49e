// Shows that nobody decides on what they cannot see: at every width each word of a card is there to be read.

import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { test } from './fixtures.ts'
import type { RunningSandbox } from './sandbox.ts'
import { shows } from './tab.ts'

const WIDTHS = [390, 768, 1280]
/** Neither short enough for one line nor for one look. */
const ARGUMENTS = {
  unbroken: 'x'.repeat(300),
  rows: Array.from({ length: 25 }, (_, index) => `row ${index}`),
  net_salary: '¤',
}

/** The words of a pane's messages that something cuts off or covers, once one has scrolled to them. */
const HIDDEN_WORDS = `(pane) => {
  const scroll = document.querySelector('#' + pane + ' .scroll')
  const words = document.createTreeWalker(scroll.querySelector('.messages'), NodeFilter.SHOW_TEXT)
  const hidden = []
  const isCut = (rect, from) => {
    for (let box = from; box !== scroll.parentElement; box = box.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(box)
      const { left, right, top, bottom } = box.getBoundingClientRect()
      if (overflowX !== 'visible' && (rect.left < left - 1 || rect.right > right + 1)) return true
      if (overflowY !== 'visible' && (rect.top < top - 1 || rect.bottom > bottom + 1)) return true
    }
    return false
  }
  while (words.nextNode()) {
    const range = document.createRange()
    range.selectNodeContents(words.currentNode)
    const around = words.currentNode.parentElement
    for (let line = 0; line < range.getClientRects().length; line += 1) {
      const place = () => range.getClientRects()[line]
      if (place().width < 1) continue
      scroll.scrollTop += place().top - scroll.getBoundingClientRect().top - scroll.clientHeight / 2
      const rect = place()
      const onTop = document.elementFromPoint((rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2)
      if (isCut(rect, around) || !(around.contains(onTop) || onTop?.contains(around))) {
        hidden.push(words.currentNode.data.slice(0, 80))
      }
    }
  }
  return hidden
}`

async function ask({ call }: RunningSandbox): Promise<void> {
  const { key } = await call<{ key: string }>('/v1/api-keys', {
    body: { name: 'payroll', roles: ['agent'] },
  })
  const action = { tool: 'payroll.send', arguments: ARGUMENTS }
  await call('/v1/approvals', { body: { agent: { id: 'payroll' }, action }, key })
}

test('no word of a card is cut off or covered, on a phone, a tablet and a desk', async ({ tab, sandbox }) => {
  await tab.page.setViewportSize({ width: 390, height: 800 })
  await ask(sandbox)
  const places = { slack: tab.slack, teams: tab.teams, discord: tab.discord, telegram: tab.telegram }
  for (const [name, { open, cards }] of Object.entries(places)) {
    for (const width of WIDTHS) {
      await tab.page.setViewportSize({ width, height: 800 })
      await open()
      await shows(cards, 'net_salary')
      expect(await tab.page.evaluate(`(${HIDDEN_WORDS})('${name}')`), `${name} at ${width}`).toEqual([])
    }
  }
})

test('the tabs of a phone are big enough for a thumb, and do not touch', async ({ tab }) => {
  await tab.page.setViewportSize({ width: 390, height: 800 })
  await tab.ask('refund')
  await shows(tab.page.locator('.switch [data-view=teams]'), '1')
  const gaps = await gapsBetween(tab.page, '.switch button')
  await tab.slack.open()
  for (const gap of [...gaps, ...(await gapsBetween(tab.page, '.channels button'))]) {
    expect(gap).toBeGreaterThanOrEqual(4)
  }
  const boxes = await tab.page.locator('.switch button, .channels button').all()
  for (const box of boxes) expect((await box.boundingBox())?.height).toBeGreaterThanOrEqual(40)
  const overflow = `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)`
  for (const row of ['.switch', '.strip', 'html']) {
    expect(await tab.page.evaluate(`${overflow}(document.querySelector('${row}'))`), row).toBe(0)
  }
})

/** Between neighbours of a row, and between rows. */
async function gapsBetween(page: Page, selector: string): Promise<number[]> {
  const boxes = await Promise.all((await page.locator(selector).all()).map((tab) => tab.boundingBox()))
  return boxes.slice(1).map((box, index) => {
    const before = boxes[index]
    if (!box || !before) throw new Error('a tab is not in view')
    return Math.max(box.x - before.x - before.width, box.y - before.y - before.height)
  })
}
