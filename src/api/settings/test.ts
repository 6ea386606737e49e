// Tests a destination: sends a sample card with working buttons, and answers with what the platform said to it.

import { randomBytes } from 'node:crypto'
import type { Response } from 'express'
import type { ApprovalDesk } from '../../approvals/desk.ts'
import type { AwaitSend } from '../../delivery/outcome.ts'
import { EVENT_TYPES, type EventType, isReserved, type ReservedType } from '../../events/catalogue.ts'
import type { Alert } from '../../events/fan-out.ts'
import type { Newsroom } from '../../events/newsroom.ts'
import { sendProblem } from '../../kit/problem.ts'
import type { DestinationSummary, Destinations } from '../../settings/destinations.ts'
import { type Asked, type Endpoint, endpoint } from '../endpoint.ts'
import { sendNotFound, sendRefusal } from '../errors.ts'
import type { Patience } from '../patience.ts'
import { testDestination } from './operations.ts'

const EXPIRES_IN_SECONDS = 15 * 60
const TEST_AGENT = { id: 'countersign-test', name: 'Countersign test' }
const MESSAGE = 'A test of this destination: press a button and see the card change'

export interface TestRouteOptions {
  destinations: Destinations
  desk: ApprovalDesk
  newsroom: Newsroom
  awaitSend: AwaitSend
  patience: Patience
}

export function destinationTestEndpoint(options: TestRouteOptions): Endpoint {
  return endpoint(testDestination, (asked, res) => test(options, asked, res))
}

async function test(
  options: TestRouteOptions,
  { id, body, caller }: Asked<typeof testDestination>,
  res: Response,
) {
  const destination = await options.destinations.find(id)
  if (!destination) return sendNotFound(res)
  if (!destination.enabled) {
    const because = destination.disabledReason ? ` (${destination.disabledReason})` : ''
    const detail = `This destination is switched off${because}; switch it on with {"enabled": true} first`
    return sendProblem(res, { status: 409, code: 'destination_disabled', detail })
  }
  const { event, message } = body
  if (event && !isReserved(event)) return sendAlert(options, destination, event, message, res)
  await sendCard(options, destination, message, caller.id, res)
}

async function sendCard(
  { desk, awaitSend, patience }: TestRouteOptions,
  destination: DestinationSummary,
  message: string | undefined,
  keyId: string,
  res: Response,
) {
  const outcome = await desk.request({
    ownerKeyId: keyId,
    agent: TEST_AGENT,
    // Each test is another request: it must not find the last one as its twin.
    action: {
      tool: 'countersign.test',
      summary: message ?? MESSAGE,
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
  const { delivered, error } = await awaitSend(approval.id, destination.id, patience.testMs)
  if (delivered) return void res.status(201).json(approval)
  const detail = `The test did not arrive: ${error}`
  sendProblem(res, { status: 502, code: 'test_failed', detail, error, approval_id: approval.id })
}

async function sendAlert(
  { newsroom, awaitSend, patience }: TestRouteOptions,
  destination: DestinationSummary,
  type: Exclude<EventType, ReservedType>,
  message: string | undefined,
  res: Response,
) {
  const { severity, meaning } = EVENT_TYPES[type]
  const alert: Alert = {
    type,
    severity,
    agent: TEST_AGENT,
    tool: null,
    environment: null,
    summary: message ?? `This is a test. ${meaning}`,
    action: 'tested',
    data: { test: true, destination: destination.name },
    keyId: null,
  }
  const event = await newsroom.tryOut(alert, destination.id)
  const { delivered, error } = await awaitSend(event.id, destination.id, patience.testMs)
  if (delivered) return void res.status(201).json(event)
  const detail = `The test did not arrive: ${error}`
  sendProblem(res, { status: 502, code: 'test_failed', detail, error, event_id: event.id })
}
