// Builds what `npm start` gives without credentials: four places on this machine, a page, a sample agent.

import { randomBytes } from 'node:crypto'
import type { Express } from 'express'
import type { Clock } from '../kit/clock.ts'
import type { Logger } from '../kit/log.ts'
import { createDestinations } from './destinations.ts'
import { createLiveState } from './live-state.ts'
import { pageActions } from './page-actions.ts'
import {
  discordSnapshot,
  peopleInBoth,
  slackSnapshot,
  teamsSnapshot,
  telegramSnapshot,
} from './place-snapshots.ts'
import { createPlaces, type PlaceConnections } from './places.ts'
import { createProductApi } from './product-api.ts'
import { relayedActions } from './relayed-actions.ts'
import { ensureReviewGroups } from './review-groups.ts'
import { sandboxRoutes } from './routes.ts'
import { createSampleAgent } from './sample-agent.ts'
import { createSampleTool } from './sample-tool.ts'
import { openStateFile } from './saved-state.ts'
import { ensureKeys } from './setup.ts'
import type { Channel } from './slack/workspace.ts'
import type { Snapshot } from './snapshot.ts'
import { createTour } from './tour.ts'
import { destinationsIn, inPlayground, inSlack } from './wanted-destinations.ts'

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

export function createSandbox(options: SandboxOptions): Sandbox {
  const { productUrl, clock, log, adminKey = randomBytes(32).toString('hex') } = options
  const file = openStateFile(options.dataDir, log)
  let isReady = false
  let problem: string | null = null

  const admin = createProductApi(productUrl, () => adminKey)
  const destinations = createDestinations(admin)
  const places = createPlaces({ productUrl, clock, file, onPlaygroundMessage })
  const { slack, teams, discord, telegram } = places
  const tour = createTour(places, file)
  const agentApi = createProductApi(productUrl, () => file.state.agentKey ?? '')
  const runTool = createSampleTool(productUrl, clock)
  const agent = createSampleAgent(agentApi, clock, runTool, file.state.runs ?? [], (runs) => {
    file.keep({ runs })
    live.changed()
  })
  const live = createLiveState(snapshot)
  places.onChange(live.changed)

  function snapshot(): Snapshot {
    return {
      now: clock.now(),
      tour: tour.number(),
      ready: isReady,
      problem,
      people: peopleInBoth(slack, teams),
      slack: slackSnapshot(slack, tour.shows, (channel) => destinations.isThere(inSlack(channel))),
      teams: teamsSnapshot(teams, tour.shows),
      discord: discordSnapshot(discord, tour.shows),
      telegram: telegramSnapshot(telegram, tour.shows),
      runs: agent.runs(),
    }
  }

  /** From then on the one who wrote there hears what is asked. */
  function onPlaygroundMessage(conversationId: string): void {
    destinations.ensure([inPlayground(conversationId)]).catch((err) => {
      log.warn({ err }, 'the Agents Playground could not be made a destination')
    })
  }

  async function ensureDestinations(): Promise<void> {
    // The app must be in a team before anything can be sent there.
    await teams.install(teams.workspace.places.approvals)
    const webhookUrl = discord.webhookUrl()
    const isElsewhere = file.state.webhookUrl !== webhookUrl
    const wanted = destinationsIn(places)
    await destinations.ensure(wanted, (one) => isElsewhere && one.channel_type === 'discord')
    file.keep({ webhookUrl })
  }

  async function hearIn(channel: Channel): Promise<void> {
    await destinations.ensure([inSlack(channel)])
    live.changed()
  }

  async function beginAgain(): Promise<void> {
    agent.forget()
    tour.beginAgain()
    live.changed()
    const [, ...others] = slack.workspace.channels
    await destinations.remove(others.map(inSlack))
    live.changed()
  }

  return {
    connections: { adminKey, ...places.connections },
    mount(app) {
      const actions = [
        relayedActions({ slack, teams, shows: tour.shows }),
        pageActions({ agent, hearIn, beginAgain, reviewerKey: () => file.state.reviewerKey }),
      ]
      app.use('/sandbox', sandboxRoutes(places.router, live.stream, actions))
      places.mountAtRoot(app)
    },
    async ready() {
      try {
        await ensureDestinations()
        await ensureKeys(admin, productUrl, file)
        await ensureReviewGroups(admin)
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
