// Sends any bytes under any headers to the endpoints of Slack, signed as the test says.

import { createHmac, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { Clock } from '../../src/kit/clock.ts'
import { CHANNEL } from './countersign.ts'
import { SIGNING_SECRET } from './slack-server.ts'

export const ANA = 'U0ANARUIZ0'
export const BEN = 'U0BENOKAFO'
export const TEAM = 'T0SANDBOX0'

export interface SlackRequest {
  path?: 'interactions' | 'commands'
  body: string | Buffer
  secret?: string
  /** Seconds away from the clock, or the header as it is. */
  timestamp?: number | string
  /** Replaces or removes headers; an array sends the header so many times. */
  headers?: Record<string, string | string[] | undefined>
}

export interface SlackAnswer {
  status: number
  contentType: string
  text: string
  tookMs: number
}

export function signature(secret: string, timestamp: string, body: string | Buffer): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`
}

export function timestampOf(clock: Clock, seconds = 0): string {
  return String(Math.floor(clock.now() / 1000) + seconds)
}

/** Posts it with a valid signature, unless the headers say otherwise. */
export function postToSlackEndpoint(url: string, clock: Clock, wanted: SlackRequest): Promise<SlackAnswer> {
  const { path = 'interactions', body, secret = SIGNING_SECRET, timestamp = 0 } = wanted
  const stamp = typeof timestamp === 'number' ? timestampOf(clock, timestamp) : timestamp
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
    'x-slack-request-timestamp': stamp,
    'x-slack-signature': signature(secret, stamp, body),
    ...wanted.headers,
  }
  const startedMs = performance.now()
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/v1/webhooks/slack/${path}`, { method: 'POST', agent: false })
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) outgoing.setHeader(name, value)
    }
    outgoing.on('error', reject).on('response', async (answer) => {
      const text = Buffer.concat(await answer.toArray()).toString()
      resolve({
        status: answer.statusCode ?? 0,
        contentType: answer.headers['content-type'] ?? '',
        text,
        tookMs: performance.now() - startedMs,
      })
    })
    outgoing.end(body)
  })
}

export interface Press {
  approvalId: string
  ts?: string
  channel?: string
  actionId?: string
  user?: string
  team?: string
  responseUrl?: string
}

/** A click as Slack sends it; whatever is in `differences` stands instead. */
export function clickOf(press: Press, differences: Record<string, unknown> = {}): Record<string, unknown> {
  const { approvalId, ts = '1767225600.000100', channel = CHANNEL, user = ANA, team = TEAM } = press
  return {
    type: 'block_actions',
    user: { id: user, username: 'somebody', name: 'somebody', team_id: team },
    container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: false },
    trigger_id: `1.2.${newHex()}`,
    team: { id: team, domain: 'somewhere' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel, name: 'somewhere' },
    ...(press.responseUrl !== undefined && { response_url: press.responseUrl }),
    actions: [
      { type: 'button', action_id: press.actionId ?? 'approve_action', block_id: 'b', value: approvalId },
    ],
    ...differences,
  }
}

/** Of a modal: what stands in it, and who sends it. */
export interface Sent {
  metadata: string
  note?: string | null
  viewId?: string
  user?: string
  team?: string
}

/** What Slack sends when a modal with a note is sent; whatever is in `differences` stands instead. */
export function submissionOf(sent: Sent, differences: Record<string, unknown> = {}): Record<string, unknown> {
  const { metadata, note = null, viewId = `V${newHex().toUpperCase()}`, user = ANA, team = TEAM } = sent
  return {
    type: 'view_submission',
    user: { id: user, username: 'somebody', name: 'somebody', team_id: team },
    trigger_id: `1.2.${newHex()}`,
    team: { id: team, domain: 'somewhere' },
    enterprise: null,
    is_enterprise_install: false,
    view: {
      id: viewId,
      type: 'modal',
      callback_id: 'note',
      private_metadata: metadata,
      hash: '1.a',
      state: { values: { note: { note: { type: 'plain_text_input', value: note } } } },
    },
    response_urls: [],
    ...differences,
  }
}

function newHex(): string {
  return randomBytes(8).toString('hex')
}

export function payload(value: unknown): string {
  return new URLSearchParams({ payload: JSON.stringify(value) }).toString()
}
