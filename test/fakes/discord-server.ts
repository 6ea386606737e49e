// Starts Discord for a test: the sandbox's stand-in on a port of its own.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import type { Clock } from '../../src/kit/clock.ts'
import { createDiscordStandIn, type DiscordStandIn } from '../../src/sandbox/discord-stand-in.ts'

export interface DiscordServer {
  discord: DiscordStandIn
  /** Where its webhooks may be, for the product. */
  apiOrigin: string
  close(): Promise<void>
}

export async function startDiscord(clock: Clock, { limitsRates = false } = {}): Promise<DiscordServer> {
  const app = express()
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const apiOrigin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const discord = createDiscordStandIn({ selfUrl: () => apiOrigin, clock, limitsRates })
  app.use(discord.router)
  return {
    discord,
    apiOrigin,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
