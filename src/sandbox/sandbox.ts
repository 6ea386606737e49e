// Builds what `npm start` gives without credentials: four places on this machine, a page, a sample agent.

import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import type { Clock } from '../kit/clock.ts'
import type { Logger } from '../kit/log.ts'
import { pageFiles, strictHeaders } from '../page-kit/page-kit.ts'
import { onlyJson, onlyThisMachine } from './guard.ts'
import { createLiveState } from './live-state.ts'
import { pageActions } from './page-actions.ts'
import { createPlaces, type PlaceConnections } from './places.ts'
import { createProductApi, type ProductApi } from './product-api.ts'
import { createSampleAgent } from './sample-agent.ts'
import { openStateFile } from './saved-state.ts'
import { AGENT_KEY, ensureDestination, ensureKey, reviewerKey } from './setup.ts'
import { peopleInBoth, shownDiscord, shownSlack, shownTeams, shownTelegram } from './shown-places.ts'
import { findUser, REVIEWER_ID } from './slack/workspace.ts'
import type { Snapshot } from './snapshot.ts'

export interface SandboxOptions {
  /** Without a trailing slash; asked only once the server listens. */
  productUrl: () => string
  /** Made here unless given. */
  adminKey: string | undefined
  dataDir: string
  log: Logger
  clock: Clock
}

export interface Connections extends PlaceConnections {
  adminKey: string
}

export interface Sandbox {
  connections: Connections
  mount(app: Express): void
  /**
   * Call it when the server listens: creates, over the HTTP API, the destinations, the sample agent's key
   * and a reviewer's unless they are there. Rejects with a sentence, which the page shows too.
   */
  ready(): Promise<void>
  close(): void
}

const PAGE = fileURLToPath(new URL('./page', import.meta.url))
/** What draws Adaptive Cards, from the package itself. */
const RENDERER = createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.min.js')

export function createSandbox(options: SandboxOptions): Sandbox {
  const { productUrl, clock, log, adminKey = randomBytes(32).toString('hex') } = options
  const file = openStateFile(options.dataDir, log)
  let isReady = false
  let problem: string | null = null

  const places = createPlaces(productUrl, clock, file)
  const { slack, teams, discord, telegram } = places
  const agentApi = createProductApi(productUrl, () => file.state.agentKey ?? '')
  const agent = createSampleAgent(agentApi, clock, file.state.runs ?? [], (runs) => {
    file.keep({ runs })
    live.changed()
  })
  const live = createLiveState(snapshot)
  places.onChange(live.changed)

  function snapshot(): Snapshot {
    return {
      now: clock.now(),
      ready: isReady,
      problem,
      people: peopleInBoth(slack, teams),
      slack: shownSlack(slack),
      teams: shownTeams(teams),
      discord: shownDiscord(discord),
      telegram: shownTelegram(telegram),
      runs: agent.runs(),
    }
  }

  async function ensureDestinations(admin: ProductApi): Promise<void> {
    const webhookUrl = discord.webhookUrl()
    const isElsewhere = file.state.webhookUrl !== webhookUrl
    for (const wanted of await places.destinations()) {
      await ensureDestination(admin, wanted, isElsewhere && wanted.channel_type === 'discord')
    }
    file.keep({ webhookUrl })
  }

  return {
    connections: { adminKey, ...places.connections },
    mount(app) {
      const router = express.Router()
      router.use(onlyThisMachine, strictHeaders)
      router.use(places.router)
      router.get('/state', live.stream)
      router.use(
        pageActions({ slack, teams, agent, reviewerKey: () => file.state.reviewerKey, guard: onlyJson }),
      )
      router.get('/', (_req, res) => res.sendFile('index.html', { root: PAGE, cacheControl: false }))
      router.get('/adaptivecards.js', (_req, res) =>
        res.sendFile(basename(RENDERER), { root: dirname(RENDERER), cacheControl: false }),
      )
      router.use(pageFiles(PAGE))
      app.use('/sandbox', router)
      places.mountAtRoot(app)
    },
    async ready() {
      const admin = createProductApi(productUrl, () => adminKey)
      try {
        await ensureDestinations(admin)
        const { agentKey, reviewerKey: savedKey } = file.state
        file.keep({ agentKey: await ensureKey(admin, productUrl, agentKey, AGENT_KEY) })
        const reviewer = findUser(REVIEWER_ID)
        if (reviewer) {
          const wanted = reviewerKey(reviewer)
          file.keep({ reviewerKey: await ensureKey(admin, productUrl, savedKey, wanted) })
        }
        isReady = true
        agent.resume()
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error)
        throw error
      } finally {
        live.changed()
      }
    },
    close() {
      agent.close()
      live.close()
      file.close()
    },
  }
}
