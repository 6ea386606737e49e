// Draws a card in a browser by Microsoft's renderer, with markdown as lenient as any, and tells what was pressed.

import { createRequire } from 'node:module'
import type { Locator, Page } from 'playwright-core'

const RENDERER = createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.min.js')
/** Links, images, bare addresses and HTML all come alive where a renderer reads markdown. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>A card</title><main></main><script>
  window.presses = []
  const address = '(https?://[^\\\\s<>")\\\\]]+)'
  const markdown = (text) => text
    .replace(new RegExp('!\\\\[([^\\\\]]*)\\\\]\\\\(' + address + '\\\\)', 'g'), '<img alt="$1" src="$2">')
    .replace(new RegExp('\\\\[([^\\\\]]*)\\\\]\\\\(' + address + '\\\\)', 'g'), '<a href="$2">$1</a>')
    .replace(new RegExp('(^|\\\\s)' + address, 'g'), '$1<a href="$2">$2</a>')
    .replace(/\\*\\*([^*]+)\\*\\*/g, '<b>$1</b>')
  function draw(json) {
    presses.length = 0
    AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
      result.outputHtml = markdown(text)
      result.didProcess = true
    }
    const card = new AdaptiveCards.AdaptiveCard()
    card.onExecuteAction = (action) => {
      // What only folds a part of the card is no news to anybody. With what was written beside the button.
      if (action.getJsonTypeName() !== 'Action.ToggleVisibility') presses.push({ ...action.toJSON(), data: action.data, fallback: undefined })
    }
    card.parse(json)
    document.querySelector('main').replaceChildren(card.render())
  }
</script>`

export interface CardPage {
  page: Page
  card: Locator
  /** In place of the one before; what that one did is forgotten. */
  draw(card: object): Promise<void>
  /** The actions that were pressed, as the client would report them. */
  presses(): Promise<unknown[]>
  /** Everything that the page asked of the network. */
  requests: string[]
  dialogs: string[]
}

export async function openCardPage(page: Page): Promise<CardPage> {
  const requests: string[] = []
  const dialogs: string[] = []
  await page.setContent(PAGE)
  await page.addScriptTag({ path: RENDERER })
  page.on('request', (request) => requests.push(request.url()))
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  return {
    page,
    card: page.locator('main'),
    async draw(card) {
      requests.length = 0
      dialogs.length = 0
      await page.evaluate(`draw(${JSON.stringify(card)})`)
    },
    presses: () => page.evaluate('presses'),
    requests,
    dialogs,
  }
}
