// Does a destination work? A sample card with working buttons, and what the platform said to it.

import { randomBytes } from 'node:crypto'
import type { Response } from 'express'
import type { ApprovalDesk } from '../../approvals/desk.ts'
import type { AwaitSend } from '../../delivery/outcome.ts'
import { sendProblem } from '../../kit/problem.ts'
import type { Destinations } from '../../settings/destinations.ts'
import { type Asked, type Endpoint, endpoint } from '../endpoint.ts'
import { sendNotFound, sendRefusal } from '../errors.ts'
import { testDestination } from './operations.ts'

const EXPIRES_IN_SECONDS = 15 * 60
/** A platform gives up by itself after ten. */
const PATIENCE_MS = 12_000
const MESSAGE = 'A test of this destination: press a button and see the card change'

export interface TestRouteOptions {
  destinations: Destinations
  desk: ApprovalDesk
  awaitSend: AwaitSend
}

export function destinationTestEndpoint(options: TestRouteOptions): Endpoint {
  return endpoint(testDestination, (asked, res) => test(options, asked, res))
}

async function test(
  { destinations, desk, awaitSend }: TestRouteOptions,
  { id, body, caller }: Asked<typeof testDestination>,
  res: Response,
) {
  const destination = await destinations.find(id)
  if (!destination) return sendNotFound(res)
  if (!destination.enabled) {
    const because = destination.disabledReason ? ` (${destination.disabledReason})` : ''
    const detail = `This destination is switched off${because}; switch it on with {"enabled": true} first`
    return sendProblem(res, { status: 409, code: 'destination_disabled', detail })
  }
  const outcome = await desk.request({
    ownerKeyId: caller.keyId,
    agent: { id: 'countersign-test', name: 'Countersign test' },
    // Each test is another request: it must not find the last one as its twin.
    action: {
      tool: 'countersign.test',
      summary: body.message ?? MESSAGE,
      arguments: { destination: destination.name, test: randomBytes(6).toString('hex') },
    },
    reasons: ['TEST'],
    risk: { level: 'low', score: null },
    expiresInSeconds: EXPIRES_IN_SECONDS,
    metadata: {},
    testOf: destination.id,
  })
  if (!outcome.ok) return sendRefusal(res, outcome.refusal)
  const { approval } = outcome.value
  const { delivered, error } = await awaitSend(approval.id, destination.id, PATIENCE_MS)
  if (delivered) return void res.status(201).json(approval)
  const detail = `The test did not arrive: ${error}`
  sendProblem(res, { status: 502, code: 'test_failed', detail, error, approval_id: approval.id })
}
