// Starts Teams for a test: the sandbox's stand-in on a port of its own.

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import type { TeamsApp } from '../../src/config/teams-app.ts'
import type { Clock } from '../../src/kit/clock.ts'
import { createTeamsStandIn, type TeamsStandIn } from '../../src/sandbox/teams-stand-in.ts'

export interface TeamsServer {
  teams: TeamsStandIn
  /** What the product's configuration says of the app. */
  app: TeamsApp
  close(): Promise<void>
}

export async function startTeams(clock: Clock, productUrl: () => string): Promise<TeamsServer> {
  const app = express()
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  // The Bot Framework keeps tokens by app for the whole process, longer than any stand-in lives.
  const appId = randomUUID()
  const password = 'test-app-password'
  const teams = createTeamsStandIn({
    appId,
    appPassword: password,
    productUrl,
    selfUrl: () => `http://127.0.0.1:${port}`,
    clock,
  })
  app.use(teams.router)
  const { tenantId } = teams
  return {
    teams,
    app: { appId, password, tenantId, allowedTenants: [tenantId], cloud: teams.cloud() },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
