// Serves the pages that show an approval or an event in full, behind every card's "View in Console".

import { fileURLToPath } from 'node:url'
import { type Express, Router } from 'express'
import { pageFiles, strictHeaders } from '../page-kit/page-kit.ts'

const PAGE = fileURLToPath(new URL('./page', import.meta.url))

/** Files and nothing else: what a page knows and does, it asks of the HTTP API with the key of its reader. */
export function mountConsole(app: Express): void {
  const files = Router().use(strictHeaders, pageFiles(PAGE))
  app.use('/console', files)
  // The same page for every id: without a key nobody learns here which of them exist.
  app.get(['/approvals/:id', '/events/:id'], strictHeaders, (_req, res) => {
    res.sendFile('page.html', { root: PAGE, cacheControl: false })
  })
}
