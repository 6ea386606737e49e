// Starts Slack for a test: the sandbox's stand-in on a port of its own.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import type { Clock } from '../../src/kit/clock.ts'
import { createSlackStandIn, type SlackStandIn } from '../../src/sandbox/slack-stand-in.ts'

export const SIGNING_SECRET = 'test-signing-secret'
export const BOT_TOKEN = 'xoxb-test'

export interface SlackServer {
  slack: SlackStandIn
  close(): Promise<void>
}

export async function startSlack(clock: Clock, productUrl: () => string): Promise<SlackServer> {
  const app = express()
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const slack = createSlackStandIn({
    signingSecret: SIGNING_SECRET,
    botToken: BOT_TOKEN,
    productUrl,
    selfUrl: () => `http://127.0.0.1:${port}`,
    clock,
  })
  app.use(slack.router)
  return {
    slack,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
