// Starts the product for a test: the real app on a real port, with a stand-in for Slack beside it.

import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import type { Patience } from '../../src/api/patience.ts'
import { buildApp, type Countersign } from '../../src/app.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { type Config, loadConfig } from '../../src/config/config.ts'
import { type Clock, systemClock } from '../../src/kit/clock.ts'
import type { Logger } from '../../src/kit/log.ts'
import type { ToolPatience } from '../../src/mcp/patience.ts'
import type { SlackStandIn } from '../../src/sandbox/slack-stand-in.ts'
import type { TeamsStandIn } from '../../src/sandbox/teams-stand-in.ts'
import { patient } from './patient-slack.ts'
import { BOT_TOKEN, SIGNING_SECRET, startSlack } from './slack-server.ts'
import { startTeams } from './teams-server.ts'

export { eventually } from './eventually.ts'

export const ADMIN_KEY = 'an-admin-key-for-tests-of-32-characters'
export const CHANNEL = 'C0APPROVALS'

export interface Answered<T = Record<string, unknown>> {
  status: number
  headers: Headers
  body: T
}

export interface Call {
  key?: string
  body?: unknown
  headers?: Record<string, string>
}

export interface Running {
  url: string
  config: Config
  app: Countersign
  slack: SlackStandIn
  /** Where it was asked for. */
  teams: TeamsStandIn
  /** One HTTP call with the admin key unless another is given. */
  call<T = Record<string, unknown>>(method: string, path: string, call?: Call): Promise<Answered<T>>
  /** Makes an API key and returns it. */
  key(wanted: Record<string, unknown>): Promise<string>
  /** A destination in the stand-in's first channel; returns its id. */
  destination(wanted?: Record<string, unknown>): Promise<string>
  /** The app is added to a team, and a destination in its second channel; returns its id. */
  teamsDestination(wanted?: Record<string, unknown>): Promise<string>
  /** Asks as an agent, with whatever differs from a plain request. */
  ask(wanted?: Record<string, unknown>, call?: Call): Promise<Answered<ApprovalView>>
  stop(): Promise<void>
}

export interface StartOptions {
  databaseUrl: string
  /** That of an earlier life; else any that is free. */
  port?: number
  clock?: Clock
  env?: Record<string, string>
  /** With an app in Teams: the Bot Framework takes a while to load. */
  teams?: boolean
  /** Where webhooks of Discord may be, beside Discord itself. */
  discordOrigin?: string
  patience?: Partial<Patience>
  /** How long tools wait for people. */
  toolPatience?: Partial<ToolPatience>
  /** Where a test reads what is logged; else nothing is. */
  log?: Logger
  /** How long a test of a destination is waited for. */
  testMs?: number
}

export async function startCountersign(options: StartOptions): Promise<Running> {
  const { databaseUrl, clock = systemClock, env = {} } = options
  const port = options.port ?? (await freePort())
  const url = `http://127.0.0.1:${port}`
  const slackServer = await startSlack(clock, () => url)
  const teamsServer = options.teams ? await startTeams(clock, () => url) : undefined
  const config = loadConfig({
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    COUNTERSIGN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    COUNTERSIGN_ADMIN_KEY: ADMIN_KEY,
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_API_URL: slackServer.slack.apiUrl(),
    LOG_LEVEL: 'silent',
    ...env,
  })
  if (teamsServer) config.teams = teamsServer.app
  if (options.discordOrigin !== undefined) config.discord = { apiOrigin: options.discordOrigin }
  const app = await buildApp(config, {
    clock,
    ...(options.log && { log: options.log }),
    patience: options.patience ?? {},
    toolPatience: options.toolPatience ?? {},
    ...(options.testMs !== undefined && { testMs: options.testMs }),
  })
  await app.start()

  async function call<T>(method: string, path: string, { key, body, headers }: Call = {}) {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key ?? ADMIN_KEY}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as T,
    }
  }

  function standInForTeams(): TeamsStandIn {
    if (!teamsServer) throw new Error('start it with { teams: true }')
    return teamsServer.teams
  }

  const destination: Running['destination'] = async (wanted = {}) => {
    const { status, body } = await call<{ id: string }>('POST', '/v1/settings/notifications', {
      body: {
        channel_type: 'slack',
        name: 'Approvals',
        config: { bot_token: BOT_TOKEN, channel_id: CHANNEL },
        ...wanted,
      },
    })
    if (status !== 201) throw new Error(JSON.stringify(body))
    return body.id
  }

  const key: Running['key'] = async (wanted) => {
    const { status, body } = await call<{ key: string }>('POST', '/v1/api-keys', {
      body: { name: 'a key', ...wanted },
    })
    if (status !== 201) throw new Error(JSON.stringify(body))
    return body.key
  }
  /** An agent of its own: those whose keys the asking key made may not decide. */
  let agentKey: Promise<string> | undefined

  return {
    url,
    config,
    app,
    slack: patient(slackServer.slack, databaseUrl),
    get teams() {
      return standInForTeams()
    },
    call,
    key,
    destination,
    async teamsDestination(wanted = {}) {
      const teams = standInForTeams()
      const { approvals } = teams.workspace.places
      await teams.install(approvals)
      const config = { conversation_id: approvals }
      return destination({ channel_type: 'teams', name: 'Operations', config, ...wanted })
    },
    async ask(wanted = {}, more = {}) {
      agentKey ??= key({ roles: ['agent'] })
      return call<ApprovalView>('POST', '/v1/approvals', {
        key: await agentKey,
        body: {
          agent: { id: 'agent-1', name: 'Refund agent' },
          action: { tool: 'stripe.refund', arguments: { order: randomBytes(6).toString('hex') } },
          ...wanted,
        },
        ...more,
      })
    },
    async stop() {
      await app.stop()
      await Promise.all([slackServer.close(), teamsServer?.close()])
    },
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
