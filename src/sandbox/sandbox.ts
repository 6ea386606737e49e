// What does `npm start` give without credentials? A Slack on this machine, a page to use it, a sample agent.

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
import { BOT, findUser, REVIEWER_ID } from './slack/workspace.ts'
import { createSlackStandIn } from './slack-stand-in.ts'
import type { Snapshot } from './snapshot.ts'

export interface SandboxOptions {
  /** Without a trailing slash; asked only once the server listens. */
  productUrl: () => string
  adminKey: string
  slackSigningSecret: string
  slackBotToken: string
  dataDir: string
  log: Logger
  clock: Clock
}

export interface Sandbox {
  /**
   * Call it when the server listens: creates, over the HTTP API, the destination, the sample agent's key
   * and a reviewer's unless they are there. Rejects with a sentence, which the page shows too.
   */
  ready(): Promise<void>
  close(): void
}

const PAGE = fileURLToPath(new URL('./page', import.meta.url))
const MESSAGES_SHOWN = 150

export function mountSandbox(app: Express, options: SandboxOptions): Sandbox {
  const { productUrl, clock, log } = options
  const file = openStateFile(options.dataDir, log)
  let isReady = false
  let problem: string | null = null

  const slack = createSlackStandIn({
    signingSecret: options.slackSigningSecret,
    botToken: options.slackBotToken,
    productUrl,
    selfUrl: () => `${productUrl()}/sandbox/slack`,
    clock,
    load: () => file.state.messages,
    save: (messages) => file.keep({ messages }),
  })
  const agentApi = createProductApi(productUrl, () => file.state.agentKey ?? '')
  const agent = createSampleAgent(agentApi, clock, file.state.runs ?? [], (runs) => {
    file.keep({ runs })
    live.changed()
  })
  const live = createLiveState(snapshot)
  slack.onChange(live.changed)

  function snapshot(): Snapshot {
    const { channels, users } = slack.workspace
    const people = users.filter((user) => !user.deleted && user.id !== BOT.userId)
    return {
      now: clock.now(),
      ready: isReady,
      problem,
      channels: [...channels],
      people: people.map(({ id, real_name, is_restricted }) => ({
        id,
        name: real_name,
        guest: is_restricted,
      })),
      messages: channels.flatMap(({ id }) => slack.messages(id).slice(-MESSAGES_SHOWN)),
      runs: agent.runs(),
    }
  }

  const router = express.Router()
  router.use(onlyThisMachine, strictHeaders)
  router.use('/slack', slack.router)
  router.get('/state', live.stream)
  router.use(pageActions(slack, agent, () => file.state.reviewerKey, onlyJson))
  router.get('/', (_req, res) => res.sendFile('index.html', { root: PAGE, cacheControl: false }))
  router.use(pageFiles(PAGE))
  app.use('/sandbox', router)

  return {
    async ready() {
      const admin = createProductApi(productUrl, () => options.adminKey)
      try {
        const [channel] = slack.workspace.channels
        if (channel) await ensureDestination(admin, options.slackBotToken, channel)
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
