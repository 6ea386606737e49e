// Takes requests from Slack, and verifies that they come from it before anything is parsed.

import { parse as parseForm } from 'node:querystring'
import type { App, Receiver } from '@slack/bolt'
import express, { type Express, type Request, type Response } from 'express'
import { z } from 'zod'
import type { Clock } from '../../kit/clock.ts'
import type { Logger } from '../../kit/log.ts'
import type { Outage } from '../../kit/outage.ts'
import { sendProblem } from '../../kit/problem.ts'
import { MAX_NOTE } from './note-modal.ts'
import { verifySlackSignature } from './signature.ts'

export const ENDPOINTS = {
  interactions: '/v1/webhooks/slack/interactions',
  commands: '/v1/webhooks/slack/commands',
} as const

/** Slack's payloads carry the card or the modal that was pressed: well above either, well below harm. */
const BODY_LIMIT = '256kb'

const id = z.string().regex(/^[A-Za-z0-9]+$/)
const named = z.looseObject({ id })
const text = z.string()

/** Of whatever somebody does. */
const sent = {
  user: named.extend({ name: text.nullish(), username: text.nullish(), team_id: id.nullish() }),
  team: named.nullish(),
  enterprise: named.nullish(),
}

/** https://docs.slack.dev/reference/views/modal-views */
const MOST_METADATA = 3000
const view = named.extend({
  callback_id: text,
  private_metadata: text.max(MOST_METADATA),
  hash: text.optional(),
})

const CLICK = z.looseObject({
  ...sent,
  type: z.literal('block_actions'),
  // Bolt reads the id of what is null.
  channel: named.nullish().transform((channel) => channel ?? undefined),
  container: z.looseObject({
    channel_id: id.optional(),
    message_ts: text.regex(/^[\d.]+$/).optional(),
  }),
  /** Where it was pressed in a modal. */
  view: view.optional(),
  trigger_id: text,
  actions: z.tuple(
    [
      z.looseObject({
        action_id: text,
        block_id: text,
        value: text.optional(),
        selected_option: z.looseObject({ value: text.optional() }).nullish(),
      }),
    ],
    z.unknown(),
  ),
})

/** As every database can keep it. */
const written = text
  .max(MAX_NOTE)
  .refine((value) => value.isWellFormed() && !value.includes('\0'))
  .nullish()

const SUBMISSION = z.looseObject({
  ...sent,
  type: z.literal('view_submission'),
  view: view.extend({
    state: z.looseObject({ values: z.record(text, z.record(text, z.looseObject({ value: written }))) }),
  }),
  response_urls: z.array(z.looseObject({ response_url: text })).optional(),
})

const CLOSED = z.looseObject({ ...sent, type: z.literal('view_closed'), view })

const INTERACTION = z.discriminatedUnion('type', [CLICK, SUBMISSION, CLOSED])

/** All secrets that may have signed. `outage`: those of destinations could not be read. */
export interface Signers {
  secrets: string[]
  outage?: Outage
}

/**
 * Bolt's door: what Slack signed is parsed once and handed over with the secrets under which it is valid. Everything
 * else is answered here, at once.
 */
export function createReceiver(
  host: Express,
  readSigners: () => Promise<Signers>,
  { clock, log }: { clock: Clock; log: Logger },
): Receiver {
  async function receive(bolt: App, req: Request, res: Response): Promise<void> {
    const rawBody: Buffer = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0)
    const { secrets, outage } = await readSigners()
    const signedBy = verifySlackSignature({
      rawBody,
      headers: req.headersDistinct,
      nowMs: clock.now(),
      secrets,
    })
    if (signedBy.length === 0 && outage) throw outage
    if (signedBy.length === 0) return answerUnsigned(rawBody, res)
    const body = req.is('application/x-www-form-urlencoded') ? bodyIn(rawBody) : undefined
    if (!body) {
      const detail = 'This is no click, no note and no command'
      return sendProblem(res, { status: 400, code: 'malformed_payload', detail })
    }
    const ack = async (answer?: object) => void (answer ? res.json(answer) : res.end())
    await bolt.processEvent({ body, customProperties: { signedBy }, ack })
    if (!res.headersSent) {
      sendProblem(res, { status: 404, code: 'not_found', detail: 'Nothing here has this name' })
    }
  }

  return {
    init(bolt) {
      host.post(
        Object.values(ENDPOINTS),
        express.raw({ type: () => true, limit: BODY_LIMIT, inflate: false }),
        async (req, res) => {
          try {
            await receive(bolt, req, res)
          } catch (error) {
            // Answered already: what comes after the answer changes nothing for Slack.
            if (!res.headersSent) throw error
            log.error({ err: error }, 'a request from Slack failed after its answer')
          }
        },
      )
    },
    // The server is the host's.
    start: async () => {},
    stop: async () => {},
  }
}

function answerUnsigned(rawBody: Buffer, res: Response): void {
  if (isSslCheck(rawBody)) res.sendStatus(200)
  else sendProblem(res, { status: 401, code: 'invalid_signature', detail: 'Invalid signature' })
}

/** undefined without what Bolt and the listeners rely on: Bolt throws at some bodies. */
function bodyIn(rawBody: Buffer): Record<string, unknown> | undefined {
  const form = parseForm(rawBody.toString())
  if (form.payload === undefined) return typeof form.command === 'string' ? form : undefined
  if (typeof form.payload !== 'string') return undefined
  return INTERACTION.safeParse(parsedOrUndefined(form.payload)).data
}

function parsedOrUndefined(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Slack probes an endpoint's certificate with an unsigned `ssl_check=1` and expects 200. */
function isSslCheck(rawBody: Buffer): boolean {
  return new URLSearchParams(rawBody.toString()).get('ssl_check') === '1'
}
