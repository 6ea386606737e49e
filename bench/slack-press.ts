// Makes, signed and beforehand, what Slack sends when somebody presses Approve or types a command.

import { createHmac } from 'node:crypto'
import type { Request } from './load.ts'

export const SIGNING_SECRET = 'bench-signing-secret'
export const CHANNEL = 'C0APPROVALS'
export const REVIEWER = 'U0ANARUIZ0'
export const TEAM = 'T0SANDBOX0'
export const SECOND_CHANNEL = 'C0SECURITY'

/** When the card of the so-manieth approval was posted, as Slack names a message. */
export function tsOf(index: number): string {
  return `1700000000.${String(index).padStart(6, '0')}`
}

export function press(approvalId: string, ts: string, trigger: string): Request {
  const payload = {
    type: 'block_actions',
    user: { id: REVIEWER, username: 'ana', name: 'ana', team_id: TEAM },
    api_app_id: 'A0COUNTER0',
    token: 'none',
    container: { type: 'message_attachment', message_ts: ts, channel_id: CHANNEL, attachment_id: 1 },
    trigger_id: trigger,
    team: { id: TEAM, domain: 'sandbox' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: CHANNEL, name: 'approvals' },
    message: { type: 'message', ts, text: 'Approval requested', attachments: [{ text: 'x'.repeat(1500) }] },
    response_url: 'https://hooks.slack.com/actions/none',
    actions: [
      {
        type: 'button',
        action_id: 'approve_action',
        block_id: 'pending_buttons',
        value: approvalId,
        action_ts: ts,
      },
    ],
  }
  return signed('/v1/webhooks/slack/interactions', { payload: JSON.stringify(payload) })
}

export function governance(text: string): Request {
  return signed('/v1/webhooks/slack/commands', {
    command: '/governance',
    text,
    team_id: TEAM,
    channel_id: CHANNEL,
    user_id: REVIEWER,
    user_name: 'ana',
    trigger_id: 'none',
    response_url: 'https://hooks.slack.com/commands/none',
  })
}

function signed(path: string, form: Record<string, string>): Request {
  const body = new URLSearchParams(form).toString()
  const timestamp = Math.floor(Date.now() / 1000)
  const signature = createHmac('sha256', SIGNING_SECRET).update(`v0:${timestamp}:${body}`).digest('hex')
  return {
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  }
}
