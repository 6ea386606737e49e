// Serves the sandbox to this machine alone: its page, what is done there, and its places.

import { createRequire } from 'node:module'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type RequestHandler, type Router } from 'express'
import { pageFiles, strictHeaders } from '../page-kit/page-kit.ts'
import { onlyThisMachine } from './guard.ts'

const PAGE = fileURLToPath(new URL('./page', import.meta.url))
/** What draws Adaptive Cards, from the package itself. */
const RENDERER = createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.min.js')

export function sandboxRoutes(places: Router, state: RequestHandler, actions: Router[]): Router {
  const router = express.Router()
  router.use(onlyThisMachine, strictHeaders, places)
  router.get('/state', state)
  router.use(actions)
  router.get('/', (_req, res) => res.sendFile('index.html', { root: PAGE, cacheControl: false }))
  router.get('/adaptivecards.js', (_req, res) =>
    res.sendFile(basename(RENDERER), { root: dirname(RENDERER), cacheControl: false }),
  )
  router.use(pageFiles(PAGE))
  return router
}
