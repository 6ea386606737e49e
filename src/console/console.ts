// Serves the pages for people: where to go from the root, an approval or an event in full, and the documentation.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Express, Router } from 'express'
import { pageFiles, strictHeaders } from '../page-kit/page-kit.ts'
import { welcomePage } from './welcome.ts'

const PAGE = fileURLToPath(new URL('./page', import.meta.url))
const DOCS = fileURLToPath(new URL('../../docs', import.meta.url))

/** Files and nothing else: what a page knows and does, it asks of the HTTP API with the key of its reader. */
export function mountConsole(app: Express, { hasSandbox }: { hasSandbox: boolean }): void {
  const files = Router().use(strictHeaders, pageFiles(PAGE))
  app.use('/console', files)
  // The same page for every id: without a key nobody learns here which of them exist.
  app.get(['/approvals/:id', '/events/:id'], strictHeaders, (_req, res) => {
    res.sendFile('page.html', { root: PAGE, cacheControl: false })
  })
  const welcome = welcomePage({ hasSandbox })
  app.get('/', (req, res, next) => {
    // A program that takes anything gets the API's answer, which is JSON.
    res.vary('Accept')
    if (req.accepts(['json', 'html']) !== 'html') return next()
    strictHeaders(req, res, () => res.type('html').send(welcome))
  })
  const docs = readdirSync(DOCS).filter((name) => name.endsWith('.md'))
  app.get('/docs/:page', strictHeaders, (req, res, next) => {
    const page = String(req.params.page)
    if (!docs.includes(page)) return next()
    // Of Markdown, browsers save a file instead of showing it.
    res.type('text/plain').sendFile(page, { root: DOCS, cacheControl: false })
  })
}
