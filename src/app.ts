// Puts Countersign together from its three parts: the domain, the platforms and HTTP.

import { dirname } from 'node:path'
import { createMetrics } from './api/metrics/metrics.ts'
import { PATIENCE, type Patience } from './api/patience.ts'
import { openDomain } from './app/domain.ts'
import { openHttp } from './app/http.ts'
import { openPlatforms } from './app/platforms.ts'
import type { ApprovalDesk } from './approvals/desk.ts'
import type { Config } from './config/config.ts'
import type { ApiKeys } from './identity/api-keys.ts'
import { type Clock, systemClock } from './kit/clock.ts'
import { createEgress } from './kit/egress.ts'
import { createLog, type Logger } from './kit/log.ts'
import { TOOL_PATIENCE, type ToolPatience } from './mcp/patience.ts'
import type { PlatformKind } from './platforms/platform.ts'
import { platformKinds } from './platforms/registry.ts'
import type { Sandbox } from './sandbox/sandbox.ts'

export interface Countersign {
  desk: ApprovalDesk
  /** Resolves when it listens. Returns the admin key that the first start makes when the environment has none. */
  start(): Promise<{ firstAdminKey: string | undefined }>
  /** Lets requests and sends under way end, answers those who wait, frees what is held. */
  stop(): Promise<void>
}

export interface Overrides {
  clock?: Clock
  log?: Logger
  patience?: Partial<Patience>
  toolPatience?: Partial<ToolPatience>
  /** Whoever tests a destination hears `not_yet` after that. */
  testMs?: number
}

export async function buildApp(given: Config, overrides: Overrides = {}): Promise<Countersign> {
  const clock = overrides.clock ?? systemClock
  const log = overrides.log ?? createLog(given.logLevel)
  const sandbox = given.noSandbox ? undefined : await openSandbox(given, log, clock)
  const config: Config = { ...given, ...sandbox?.connections }
  const kinds = kindsOf(config, clock)
  const metrics = createMetrics()
  const domain = await openDomain({ config, kinds, clock, log, counts: metrics, testMs: overrides.testMs })
  const { desk, queries, deliveryLog, apiKeys } = domain
  metrics.addGauges({ ...queries, ...deliveryLog })
  const platforms = await openPlatforms({ config, kinds, domain, clock, log, onSent: metrics.sent })
  const patience = { ...PATIENCE, ...overrides.patience }
  const toolPatience = { ...TOOL_PATIENCE, ...overrides.toolPatience }
  const http = openHttp({ config, kinds, domain, platforms, sandbox, metrics, patience, toolPatience, log })

  return {
    desk,
    async start() {
      await http.listen()
      domain.start()
      await platforms.start()
      await sandbox?.ready()
      http.markReady()
      return { firstAdminKey: config.adminKey === undefined ? await firstKey(apiKeys) : undefined }
    },
    async stop() {
      await Promise.all([http.close(), platforms.close()])
      await domain.close()
    },
  }
}

function kindsOf(config: Config, clock: Clock): PlatformKind[] {
  const { slack, teams, discord, telegram, pagerduty, sendTimeouts: timeouts } = config
  const egress = createEgress(config.egress)
  return platformKinds({ slack, teams, discord, telegram, pagerduty, egress, timeouts, clock })
}

async function openSandbox(config: Config, log: Logger, clock: Clock): Promise<Sandbox> {
  // Not even loaded where the real thing runs.
  const { createSandbox } = await import('./sandbox/sandbox.ts')
  const dataDir = dirname(config.databaseUrl)
  return createSandbox({ productUrl: () => config.publicUrl, adminKey: config.adminKey, dataDir, log, clock })
}

/** undefined: there are keys already. */
async function firstKey(apiKeys: ApiKeys): Promise<string | undefined> {
  if (!(await apiKeys.isEmpty())) return undefined
  const made = await apiKeys.create({ name: 'first admin', roles: ['admin'] }, 'first start')
  return 'key' in made ? made.key : undefined
}
