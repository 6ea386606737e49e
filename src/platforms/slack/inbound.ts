// Did this request come from Slack? Verifies before anything is parsed.

import { parse as parseForm } from 'node:querystring'
import express, { type Express, type Request, type RequestHandler } from 'express'
import { z } from 'zod'
import type { Clock } from '../../kit/clock.ts'
import { sendProblem } from '../../kit/problem.ts'
import { verifySlackSignature } from './signature.ts'

export const ENDPOINTS = {
  interactions: '/v1/webhooks/slack/interactions',
  commands: '/v1/webhooks/slack/commands',
} as const

/** Slack's payloads carry the message that was clicked: well above a card, well below harm. */
const BODY_LIMIT = '256kb'

const id = z.string().regex(/^[A-Za-z0-9]+$/)
const named = z.looseObject({ id })

const CLICK = z.looseObject({
  type: z.literal('block_actions'),
  user: named,
  team: named.nullish(),
  enterprise: named.nullish(),
  channel: named.nullish(),
  container: z.looseObject({
    channel_id: id.optional(),
    message_ts: z
      .string()
      .regex(/^[\d.]+$/)
      .optional(),
  }),
  trigger_id: z.string(),
  actions: z.tuple(
    [z.looseObject({ action_id: z.string(), block_id: z.string(), value: z.string().optional() })],
    z.unknown(),
  ),
})

/** The request as Bolt takes it once its raw body is known, with what our verification found. */
export interface VerifiedRequest extends Request {
  rawBody?: Buffer
  /** The signing secrets under which it is valid. */
  signedBy?: string[]
}

/** `secrets`: all that may have signed; which of them did is left on the request. */
export function verifyInbound(app: Express, secrets: () => Promise<string[]>, clock: Clock): void {
  const verify: RequestHandler = async (req: VerifiedRequest, res, next) => {
    const rawBody = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0)
    const signedBy = verifySlackSignature({
      rawBody,
      headers: req.headersDistinct,
      nowMs: clock.now(),
      secrets: await secrets(),
    })
    if (signedBy.length > 0 && !isClickOrCommand(rawBody)) {
      sendProblem(res, { status: 400, code: 'malformed_payload', detail: 'This is no click and no command' })
    } else if (signedBy.length > 0) {
      // Bolt takes the type only without parameters.
      req.headers['content-type'] = req.headers['content-type']?.split(';')[0]
      req.rawBody = rawBody
      req.signedBy = signedBy
      next()
    } else if (isSslCheck(rawBody)) {
      res.sendStatus(200)
    } else {
      sendProblem(res, { status: 401, code: 'invalid_signature', detail: 'Invalid signature' })
    }
  }
  app.post(
    Object.values(ENDPOINTS),
    express.raw({ type: () => true, limit: BODY_LIMIT, inflate: false }),
    verify,
  )
}

/** Whether it has what Bolt and the listeners rely on: Bolt throws at some bodies, and is silent for 3 s at others. */
function isClickOrCommand(rawBody: Buffer): boolean {
  const { payload, command } = parseForm(rawBody.toString())
  if (payload === undefined) return typeof command === 'string'
  return typeof payload === 'string' && CLICK.safeParse(parsedOrUndefined(payload)).success
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
