// Shows that a destination whose token Slack refuses takes no click from the others.

import { expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { ANA } from '../fakes/slack-requests.ts'

test.each(databases)(
  'a click decides beside a destination with a wrong token, on $name',
  async ({ create }) => {
    const database = await create()
    const running = await startCountersign({ databaseUrl: database.url })
    try {
      // It hears of nothing, so that nobody has noticed yet.
      const config = { bot_token: 'xoxb-wrong', channel_id: 'C0SECURITY' }
      // Slack could not be asked when it was saved.
      running.slack.failNext({ method: 'auth.test', status: 503 })
      await running.destination({ name: 'Broken', config, events: ['incident'] })
      await running.destination()
      const { body: asked } = await running.ask()
      const { ts } = await eventually(() => running.slack.messages(CHANNEL)[0])
      await running.slack.click({ channel: CHANNEL, ts, actionId: 'approve_action', userId: ANA })
      const { body } = await running.call<ApprovalView>('GET', `/v1/approvals/${asked.id}`)
      expect(body.status).toBe('approved')
    } finally {
      await running.stop()
      await database.drop()
    }
  },
)
