// Starts Telegram for a test: the sandbox's stand-in on a port of its own.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import type { Clock } from '../../src/kit/clock.ts'
import { createTelegramStandIn, type TelegramStandIn } from '../../src/sandbox/telegram-stand-in.ts'

export const TELEGRAM_TOKEN = '123456789:test-token-of-the-bot_0123456789'

export interface TelegramServer {
  telegram: TelegramStandIn
  close(): Promise<void>
}

export async function startTelegram(clock: Clock, { limitsRates = false } = {}): Promise<TelegramServer> {
  const app = express()
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const telegram = createTelegramStandIn({
    botToken: TELEGRAM_TOKEN,
    selfUrl: () => url,
    clock,
    limitsRates,
  })
  app.use(telegram.router)
  return {
    telegram,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
