// Takes requests from Teams: verifies that they come from it, for us, before anything else is done.

import type { Activity, InvokeResponse } from 'botbuilder'
import express, { type Express, type RequestHandler, type Response } from 'express'
import { jsonObject } from '../../kit/json-object.ts'
import type { Logger } from '../../kit/log.ts'
import { sendProblem } from '../../kit/problem.ts'
import { ACTIVITY, tenantOf } from './activity.ts'
import { ENDPOINTS } from './endpoints.ts'
import { Unauthorized, type VerifyToken } from './token.ts'

const BODY_LIMIT = '256kb'

export interface InboundOptions {
  verify: VerifyToken
  allowedTenants: string[]
  /** Resolves with what an invoke is answered with. */
  run(activity: Activity): Promise<InvokeResponse | undefined>
  log: Logger
}

export function mountInbound(app: Express, options: InboundOptions): void {
  app.post(
    Object.values(ENDPOINTS),
    express.raw({ type: 'application/json', limit: BODY_LIMIT, inflate: false }),
    answer(options),
  )
}

function answer({ verify, allowedTenants, run, log }: InboundOptions): RequestHandler {
  return async (req, res) => {
    if (!Buffer.isBuffer(req.body)) {
      const detail = 'Send a JSON object with Content-Type: application/json'
      return sendProblem(res, { status: 415, code: 'unsupported_media_type', detail })
    }
    const body = jsonObject(req.body.toString())
    if (!body) return malformed(res)
    try {
      await verify(req.headers.authorization, body)
    } catch (error) {
      if (error instanceof Unauthorized) {
        return sendProblem(res, { status: 401, code: 'invalid_token', detail: 'Invalid token' })
      }
      log.error({ err: error }, 'the keys of the Bot Framework could not be read')
      const detail = 'Tokens cannot be checked at the moment'
      return sendProblem(res, { status: 503, code: 'keys_unavailable', detail })
    }
    const parsed = ACTIVITY.safeParse(body)
    if (!parsed.success) return malformed(res)
    const activity = parsed.data as unknown as Activity
    if (!allowedTenants.includes(tenantOf(activity) ?? '')) {
      const detail = 'This tenant is not connected'
      return sendProblem(res, { status: 403, code: 'tenant_not_allowed', detail })
    }
    const response = await run(activity)
    if (response) res.status(response.status).json(response.body)
    else res.sendStatus(200)
  }
}

function malformed(res: Response): void {
  sendProblem(res, { status: 400, code: 'malformed_payload', detail: 'This is no activity' })
}
