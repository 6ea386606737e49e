// Gives every browser test a product of its own, tabs on its sandbox, and pictures of them when it fails.

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { test as base, expect } from 'vitest'
import { openBrowser } from '../fakes/browser.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { startSandbox } from './sandbox.ts'
import { type Tab, watch } from './tab.ts'

const PATIENCE_MS = 10_000

export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures are needed
  .extend('browser', { scope: 'worker' }, async ({}, { onCleanup }) => {
    const browser = await openBrowser()
    onCleanup(() => browser.close())
    return browser
  })
  .extend('clock', () => manualClock())
  .extend('sandbox', async ({ clock }, { onCleanup }) => {
    const sandbox = await startSandbox(clock)
    onCleanup(sandbox.remove)
    return sandbox
  })
  /** Opens one more tab, as on another machine: nothing is shared but the server. */
  .extend('openTab', async ({ browser, sandbox, task }, { onCleanup }) => {
    const tabs: Tab[] = []
    onCleanup(async () => {
      if (task.result?.state === 'fail') await takePictures(tabs.map(({ page }) => page))
      for (const { page } of tabs) await page.context().close()
      // Whatever a test is about: nothing leaves, and no script of the page fails.
      for (const { foreignRequests, scriptErrors } of tabs) {
        expect(foreignRequests).toEqual([])
        expect(scriptErrors).toEqual([])
      }
    })
    return async (): Promise<Tab> => {
      const context = await browser.newContext({
        locale: 'en-US',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
      })
      context.setDefaultTimeout(PATIENCE_MS)
      const tab = watch(await context.newPage(), sandbox.url)
      tabs.push(tab)
      await tab.page.goto(`${sandbox.url}/sandbox`)
      return tab
    }
  })
  .extend('tab', ({ openTab }) => openTab())

async function takePictures(pages: Page[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-failed-'))
  for (const [index, page] of pages.entries()) {
    const path = join(folder, `tab-${index + 1}.png`)
    await page.screenshot({ path, fullPage: true })
    console.error(`What tab ${index + 1} showed: ${path}`)
  }
}
