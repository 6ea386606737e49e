// The bare baseline of a click: Bolt with its own verification, which only acks.

import bolt from '@slack/bolt'
import { SIGNING_SECRET } from './slack-press.ts'

const receiver = new bolt.ExpressReceiver({
  signingSecret: SIGNING_SECRET,
  endpoints: { interactions: '/v1/webhooks/slack/interactions' },
  logLevel: bolt.LogLevel.ERROR,
})
const app = new bolt.App({ receiver, authorize: async () => ({}), logLevel: bolt.LogLevel.ERROR })
app.action('approve_action', async ({ ack }) => ack())
await app.start({ host: '127.0.0.1', port: Number(process.env.PORT) })
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
