// Takes the picture in the README: the sandbox as it is, in the middle of a working day.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { openBrowser } from '../fakes/browser.ts'
import { startSandbox } from './sandbox.ts'

const PICTURE = join(import.meta.dirname, '../../docs/images/sandbox.png')
const VIEWPORT = { width: 1280, height: 900 }
const MOST_BYTES = 600_000
const SHARPNESSES = [2, 1.5, 1.25, 1]

/** Real time, moved to ten in the morning, that can be hurried: what the picture tells was measured. */
let offsetMs = new Date().setUTCHours(10, 24, 0, 0) - Date.now()
const clock = { now: () => Date.now() + offsetMs }

function hurry(seconds: number): void {
  offsetMs += seconds * 1000
}

// `npm run screenshot -- --dark /tmp/dark.png` shows the dark colours.
const colorScheme = process.argv.includes('--dark') ? 'dark' : 'light'
const path = process.argv.find((argument) => argument.endsWith('.png')) ?? PICTURE

const sandbox = await startSandbox(clock)
const browser = await openBrowser()
try {
  const stage = await openPage(browser, 1)
  await actOut(stage)
  const heights = ['slack', 'teams'].map((name) => heightFrom(stage.getByTestId(name), 'Approved by'))
  const height = Math.max(...(await Promise.all(heights)))
  for (const sharpness of SHARPNESSES) {
    const page = await openPage(browser, sharpness)
    await page.setViewportSize({ ...VIEWPORT, height })
    for (const name of ['slack', 'teams']) await waitsIn(page.getByTestId(name))
    const picture = await page.screenshot()
    if (picture.length > MOST_BYTES) continue
    await writeFile(path, picture)
    console.log(`${path}: ${Math.round(picture.length / 1000)} KB, ${sharpness} pixels per point`)
    break
  }
} finally {
  await browser.close()
  await sandbox.remove()
}

/** How high the window must be for what is in view to begin with the message that says this. */
async function heightFrom(pane: Locator, text: string): Promise<number> {
  const message = pane.getByTestId('message').filter({ hasText: text })
  const [first, visible] = [await message.boundingBox(), await pane.locator('.scroll').boundingBox()]
  if (!first || !visible) throw new Error('the message is not on the page')
  return VIEWPORT.height - Math.floor(first.y - visible.y) + 8
}

async function openPage(browser: Browser, deviceScaleFactor: number): Promise<Page> {
  const context = await browser.newContext({
    viewport: VIEWPORT,
    deviceScaleFactor,
    colorScheme,
    timezoneId: 'UTC',
    locale: 'en-US',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  await page.goto(`${sandbox.url}/sandbox`)
  // The font that comes with the browser: the picture looks the same wherever it is taken.
  await page.evaluate("document.documentElement.style.setProperty('--sans', 'Open Sans')")
  return page
}

async function waitsIn(pane: Locator): Promise<void> {
  await pane.getByRole('button', { name: 'Deny' }).waitFor()
}

async function actOut(page: Page): Promise<void> {
  const [slack, teams] = [page.getByTestId('slack'), page.getByTestId('teams')]
  const ended = (status: string) => page.locator(`[data-testid=run][data-status=${status}]`).waitFor()
  async function ask(kind: string) {
    await page.getByTestId(`ask-${kind}`).click()
    for (const pane of [slack, teams]) await waitsIn(pane)
  }

  await page.getByTestId('expiry').selectOption('300')
  await ask('email')
  hurry(300)
  await ended('expired')
  await ask('email')
  hurry(41)
  await slack.getByRole('button', { name: 'Deny' }).click()
  await ended('denied')
  hurry(96)
  await page.getByTestId('ask-violation').click()
  await ended('told')
  hurry(75)
  await ask('refund')
  hurry(12)
  await page.getByTestId('acting-as').selectOption({ label: 'Ben Okafor' })
  await teams.getByRole('button', { name: 'Approve' }).click()
  await ended('ran')
  for (const pane of [slack, teams]) await pane.getByText('Run at').first().waitFor()
  hurry(64)
  await page.getByTestId('expiry').selectOption('3600')
  await ask('sql')
  hurry(7)
}
