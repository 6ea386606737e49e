// Serves the test of a destination, and answers with what the platform said to it.

import type { Response } from 'express'
import type { Destinations } from '../../destinations/destinations.ts'
import type { TestResult, TestSends } from '../../destinations/test-send.ts'
import { isReserved } from '../../events/catalogue.ts'
import { sendProblem } from '../../kit/problem.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { sendNotFound, sendRefusal } from '../errors.ts'
import { testDestination } from './operations.ts'

export interface TestRouteOptions {
  destinations: Destinations
  testSends: TestSends
}

export function destinationTestEndpoint({ destinations, testSends }: TestRouteOptions): Endpoint {
  return endpoint(testDestination, async ({ id, body: { event, message }, caller }, res) => {
    const destination = await destinations.find(id)
    if (!destination) return sendNotFound(res)
    if (!destination.enabled) {
      const because = destination.disabled_reason ? ` (${destination.disabled_reason})` : ''
      const detail = `This destination is switched off${because}; switch it on with {"enabled": true} first`
      return sendProblem(res, { status: 409, code: 'destination_disabled', detail })
    }
    if (event && !isReserved(event)) {
      return answer(res, await testSends.alert(destination, event, caller, message), 'event_id')
    }
    answer(res, await testSends.card(destination, caller, message), 'approval_id')
  })
}

function answer(res: Response, result: TestResult<{ id: string }>, idName: 'event_id' | 'approval_id') {
  if (!result.ok) return sendRefusal(res, result.refusal)
  const { shown, error } = result
  if (error === null) return void res.status(201).json(shown)
  const detail = `The test did not arrive: ${error}`
  sendProblem(res, { status: 502, code: 'test_failed', detail, error, [idName]: shown.id })
}
