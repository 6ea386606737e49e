// The bare baseline of a start: express and Bolt, which say that they are ready.

import bolt from '@slack/bolt'
import express from 'express'

const host = express()
host.get('/readyz', (_req, res) => {
  res.json({ status: 'ready' })
})
const receiver = new bolt.ExpressReceiver({
  signingSecret: process.env.SIGNING_SECRET ?? '',
  endpoints: { interactions: '/v1/webhooks/slack/interactions', commands: '/v1/webhooks/slack/commands' },
  app: host,
})
const app = new bolt.App({ receiver, authorize: async () => ({}), logLevel: bolt.LogLevel.ERROR })
app.action('approve_action', async ({ ack }) => ack())
host.listen(Number(process.env.PORT), '127.0.0.1')
