// Gives tests of an approval's page a product with a stand-in for Slack, a reviewer's key, and tabs to visit it.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { test as base } from './fixtures.ts'
import { watch } from './tab.ts'

export const test = base
  // The page counts down by the clock of its browser, which is the real one.
  .extend('clock', () => manualClock(Date.now()))
  .extend('product', async ({ clock }, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-console-'))
    const running = await startCountersign({ databaseUrl: join(folder, 'test.db'), clock })
    await running.destination()
    onCleanup(async () => {
      await running.stop()
      await rm(folder, { recursive: true, force: true })
    })
    return running
  })
  .extend('anasKey', ({ product }) => reviewerKey(product, 'Ana Ruiz', 'ana@example.com'))
  /** Opens the page of an approval in a browser that knows nothing yet, with a key if one is given. */
  .extend('visit', async ({ browser, product }, { onCleanup }) => {
    const tabs: ReturnType<typeof watch>[] = []
    onCleanup(async () => {
      for (const { page } of tabs) await page.context().close()
      for (const { foreignRequests, scriptErrors, dialogs } of tabs) {
        expect(foreignRequests).toEqual([])
        expect(scriptErrors).toEqual([])
        expect(dialogs).toEqual([])
      }
    })
    return async ({ id }: { id: string }, key?: string) => {
      const context = await browser.newContext({
        locale: 'en-US',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
      })
      context.setDefaultTimeout(10_000)
      const tab = watch(await context.newPage(), product.url)
      tabs.push(tab)
      await tab.page.goto(`${product.url}/approvals/${id}`)
      if (key !== undefined) await enter(tab.page, key)
      return tab.page
    }
  })

export const reviewerKey = ({ key }: Running, name: string, email: string) =>
  key({ roles: ['reviewer'], person: { name, email } })

export async function enter(page: Page, key: string): Promise<void> {
  await page.getByTestId('key').fill(key)
  await page.getByTestId('open').click()
}

export const status = (page: Page) => page.getByTestId('status')
export const decisionButtons = (page: Page) => page.getByTestId('approve').or(page.getByTestId('deny'))

export async function ask({ ask }: Running, wanted: Record<string, unknown> = {}): Promise<ApprovalView> {
  const { status, body } = await ask(wanted)
  expect(status).toBe(201)
  return body
}

export const cardOf = ({ slack }: Running, { id }: ApprovalView) =>
  eventually(() => slack.messages(CHANNEL).find((message) => JSON.stringify(message).includes(id)))
