// Reads and operates the sandbox page as a person would, and records what the page must never do.

import type { Locator, Page } from 'playwright-core'

type Kind = 'refund' | 'email' | 'sql' | 'payout' | 'violation'

/** Where people are told, such as Discord. */
interface Told {
  pane: Locator
  /** The messages that everybody sees. */
  cards: Locator
  /** Brings it into view, where not all are. */
  open(): Promise<void>
  tabButton: Locator
}

/** Where people also answer: Slack or Teams. */
export interface Place extends Told {
  /** The messages that only the one who acts sees. */
  whispers: Locator
  type(line: string): Promise<void>
}

export interface Tab {
  page: Page
  ask(kind: Kind): Promise<void>
  slack: Place
  teams: Place
  discord: Told
  telegram: Told
  /** The agent's requests, newest first. */
  runs: Locator
  actAs(name: string): Promise<void>
  /** Every address that it asked for. */
  requests: string[]
  /** Those outside this server. */
  foreignRequests: string[]
  scriptErrors: string[]
  consoleErrors: string[]
  dialogs: string[]
}

export function watch(page: Page, origin: string): Tab {
  const requests: string[] = []
  const foreignRequests: string[] = []
  const scriptErrors: string[] = []
  const consoleErrors: string[] = []
  const dialogs: string[] = []
  page.on('request', (request) => {
    requests.push(request.url())
    if (new URL(request.url()).origin !== origin) foreignRequests.push(request.url())
  })
  page.on('pageerror', (error) => scriptErrors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') consoleErrors.push(message.text())
  })
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  return {
    page,
    ask: (kind) => page.getByTestId(`ask-${kind}`).click(),
    slack: placeOn(page, 'slack'),
    teams: placeOn(page, 'teams'),
    discord: toldOn(page, 'discord'),
    telegram: toldOn(page, 'telegram'),
    runs: page.getByTestId('run'),
    async actAs(name) {
      await page.getByTestId('acting-as').selectOption({ label: name })
    },
    requests,
    foreignRequests,
    scriptErrors,
    consoleErrors,
    dialogs,
  }
}

function toldOn(page: Page, name: 'slack' | 'teams' | 'discord' | 'telegram'): Told {
  const pane = page.getByTestId(name)
  const tabButton = page.locator(`.switch [data-view=${name}]`)
  return {
    pane,
    cards: pane.getByTestId('message'),
    tabButton,
    async open() {
      if (!(await pane.isVisible())) await tabButton.click()
    },
  }
}

function placeOn(page: Page, name: 'slack' | 'teams'): Place {
  const told = toldOn(page, name)
  const { pane } = told
  return {
    ...told,
    whispers: pane.getByTestId('ephemeral'),
    async type(line) {
      await pane.getByTestId('line').fill(line)
      await pane.getByTestId('line').press('Enter')
    },
  }
}

export const approve = (card: Locator) => card.getByRole('button', { name: 'Approve', exact: true })
export const deny = (card: Locator) => card.getByRole('button', { name: 'Deny', exact: true })
export const acknowledge = (card: Locator) => card.getByRole('button', { name: 'Acknowledge', exact: true })
/** What decides: a link to the console is none, and is there in every state. */
export const buttons = (card: Locator) => card.getByRole('button')

/** Waits until there is one such element with each of these texts. */
export async function shows(locator: Locator, ...texts: (string | RegExp)[]): Promise<void> {
  for (const text of texts) await locator.filter({ hasText: text }).waitFor()
}
