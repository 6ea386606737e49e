// Opens HTTP on the domain and the platforms: what they call, the pages, the sandbox, the API.

import express from 'express'
import helmet from 'helmet'
import { createApi } from '../api/api.ts'
import type { Metrics } from '../api/metrics/metrics.ts'
import type { Patience } from '../api/patience.ts'
import { traceCalls } from '../api/refused-calls.ts'
import { closed, createHttpServer, listen } from '../api/server.ts'
import type { Config } from '../config/config.ts'
import { mountConsole } from '../console/console.ts'
import type { Logger } from '../kit/log.ts'
import { createMcp } from '../mcp/mcp.ts'
import type { ToolPatience } from '../mcp/patience.ts'
import type { PlatformKind } from '../platforms/platform.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Domain } from './domain.ts'
import type { Platforms } from './platforms.ts'

export interface Http {
  /** Resolves when it listens; until `markReady` it tells load balancers to wait. */
  listen(): Promise<void>
  markReady(): void
  /** Answers those who wait, and resolves when the requests under way have ended. */
  close(): Promise<void>
}

export interface HttpOptions {
  config: Config
  kinds: PlatformKind[]
  domain: Domain
  platforms: Platforms
  sandbox: Sandbox | undefined
  metrics: Metrics
  patience: Patience
  toolPatience: ToolPatience
  log: Logger
}

export function openHttp(options: HttpOptions): Http {
  const { config, kinds, domain, platforms, sandbox, metrics, patience, log } = options
  const stopping = new AbortController()
  let isStarted = false
  const isReady = async () => isStarted && !stopping.signal.aborted && (await domain.db.isUsable())

  const app = express()
  app.disable('x-powered-by')
  // What is never stored needs no name to be asked for again.
  app.disable('etag')
  app.set('trust proxy', config.trustProxy)
  app.use(metrics.countRequests, traceCalls(kinds, domain.refusals.note), helmet())
  for (const platform of platforms.byName.values()) platform.mount?.(app)
  mountConsole(app, { hasSandbox: sandbox !== undefined })
  sandbox?.mount(app)
  const api = createApi({
    ...domain,
    kinds,
    platforms: platforms.byName,
    externalGroups: platforms.externalGroups,
    metrics,
    isReady,
    stopping: stopping.signal,
    publicUrl: config.publicUrl,
    log,
  })
  app.use(
    createMcp({
      ...api,
      publicUrl: config.publicUrl,
      patience: options.toolPatience,
      stopping: stopping.signal,
      note: domain.refusals.note,
      log,
    }),
    api.handlers,
  )
  const server = createHttpServer(app, patience)

  return {
    listen: () => listen(server, config),
    markReady() {
      isStarted = true
    },
    async close() {
      stopping.abort()
      sandbox?.close()
      await closed(server)
    },
  }
}
