// What does `npm start` give without credentials? Slack and Teams on this machine, a page to use them, a sample agent.

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
import { createProductApi } from './product-api.ts'
import { createSampleAgent } from './sample-agent.ts'
import { openStateFile } from './saved-state.ts'
import { AGENT_KEY, ensureDestination, ensureKey, reviewerKey } from './setup.ts'
import { peopleInBoth, shownSlack, shownTeams } from './shown-places.ts'
import { findUser, REVIEWER_ID } from './slack/workspace.ts'
import { createSlackStandIn } from './slack-stand-in.ts'
import type { Snapshot } from './snapshot.ts'
import { createTeamsStandIn } from './teams-stand-in.ts'

export interface SandboxOptions {
  /** Without a trailing slash; asked only once the server listens. */
  productUrl: () => string
  /** Made here unless given. */
  adminKey: string | undefined
  dataDir: string
  log: Logger
  clock: Clock
}

/** What the environment would say if the stand-ins were the real thing. Secrets live as long as the process. */
export interface Connections {
  adminKey: string
  slack: { signingSecret: string; botToken: string; apiUrl: string }
  teams: {
    appId: string
    password: string
    tenantId: string
    allowedTenants: string[]
    cloud: { openIdMetadataUrl: string; loginUrl: string }
  }
}

export interface Sandbox {
  connections: Connections
  mount(app: Express): void
  /**
   * Call it when the server listens: creates, over the HTTP API, the destination, the sample agent's key
   * and a reviewer's unless they are there. Rejects with a sentence, which the page shows too.
   */
  ready(): Promise<void>
  close(): void
}

const PAGE = fileURLToPath(new URL('./page', import.meta.url))
/** What draws Adaptive Cards, from the package itself. */
const RENDERER = createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.min.js')
const SLACK_BOT_TOKEN = 'xoxb-sandbox'
const TEAMS_APP_ID = 'c0c0a5b1-0000-4000-8000-5a4db0c05160'

export function createSandbox(options: SandboxOptions): Sandbox {
  const { productUrl, clock, log, adminKey = randomBytes(32).toString('hex') } = options
  const file = openStateFile(options.dataDir, log)
  let isReady = false
  let problem: string | null = null

  const signingSecret = randomBytes(16).toString('hex')
  const slack = createSlackStandIn({
    signingSecret,
    botToken: SLACK_BOT_TOKEN,
    productUrl,
    selfUrl: () => `${productUrl()}/sandbox/slack`,
    clock,
    load: () => file.state.messages,
    save: (messages) => file.keep({ messages }),
  })
  const appPassword = randomBytes(16).toString('hex')
  const teams = createTeamsStandIn({
    appId: TEAMS_APP_ID,
    appPassword,
    productUrl,
    selfUrl: () => `${productUrl()}/sandbox/teams`,
    clock,
    load: () => file.state.teams,
    save: (saved) => file.keep({ teams: saved }),
  })
  const agentApi = createProductApi(productUrl, () => file.state.agentKey ?? '')
  const agent = createSampleAgent(agentApi, clock, file.state.runs ?? [], (runs) => {
    file.keep({ runs })
    live.changed()
  })
  const live = createLiveState(snapshot)
  slack.onChange(live.changed)
  teams.onChange(live.changed)

  function snapshot(): Snapshot {
    return {
      now: clock.now(),
      ready: isReady,
      problem,
      people: peopleInBoth(slack, teams),
      slack: shownSlack(slack),
      teams: shownTeams(teams),
      runs: agent.runs(),
    }
  }

  /** Where cards go; the app must be in a team before anything can be sent there. */
  async function places() {
    const [channel] = slack.workspace.channels
    const conversation_id = teams.workspace.places.approvals
    await teams.install(conversation_id)
    return [
      {
        channel_type: 'slack',
        name: `Slack #${channel.name}`,
        config: { bot_token: SLACK_BOT_TOKEN, channel_id: channel.id },
      },
      { channel_type: 'teams', name: `Teams ${teams.workspace.team.name}`, config: { conversation_id } },
    ]
  }

  return {
    connections: {
      adminKey,
      slack: { signingSecret, botToken: SLACK_BOT_TOKEN, apiUrl: slack.apiUrl() },
      teams: {
        appId: TEAMS_APP_ID,
        password: appPassword,
        tenantId: teams.tenantId,
        allowedTenants: [teams.tenantId],
        cloud: teams.cloud(),
      },
    },
    mount(app) {
      const router = express.Router()
      router.use(onlyThisMachine, strictHeaders)
      router.use('/slack', slack.router)
      router.use('/teams', teams.router)
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
    },
    async ready() {
      const admin = createProductApi(productUrl, () => adminKey)
      try {
        for (const destination of await places()) await ensureDestination(admin, destination)
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
