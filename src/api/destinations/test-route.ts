// Serves the test of a destination, and answers with what the platform said to it.

import type { ApprovalView } from '../../approvals/view.ts'
import type { Destinations } from '../../destinations/destinations.ts'
import type { TestResult, TestSends } from '../../destinations/test-send.ts'
import { type EventType, isReserved } from '../../events/catalogue.ts'
import type { EventView } from '../../events/event.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { notFound, problemOf } from '../errors.ts'
import { answer, type Result } from '../result.ts'
import { testDestination } from './operations.ts'

export interface TestRouteOptions {
  destinations: Destinations
  testSends: TestSends
}

export function destinationTestEndpoint({ destinations, testSends }: TestRouteOptions): Endpoint {
  return endpoint(testDestination, async ({ id, body: { event, message }, caller }) => {
    const destination = await destinations.find(id)
    if (!destination) return notFound('destination', id)
    if (!destination.enabled) {
      const because = destination.disabled_reason ? ` (${destination.disabled_reason})` : ''
      const detail = `This destination is switched off${because}; switch it on with {"enabled": true} first`
      return { problem: { status: 409, code: 'destination_disabled', detail } }
    }
    if (event && !isReserved(event)) {
      return resultOf(await testSends.alert(destination, event, caller, message), 'event_id')
    }
    const sent = resultOf(await testSends.card(destination, caller, message), 'approval_id')
    const isOther = event !== undefined && event !== 'approval.requested'
    if ('problem' in sent || !isOther) return sent
    return answer(201, { ...sent.body, notice: noticeOf(event) })
  })
}

/** Only Countersign tells of these types, and not without reason. */
function noticeOf(event: EventType): string {
  return `${event} cannot be tested by itself: what was sent is the card of a pending approval, which changes when somebody presses Approve or Deny, or when it expires in 15 minutes`
}

function resultOf(
  tested: TestResult<ApprovalView | EventView>,
  idName: 'event_id' | 'approval_id',
): Result<typeof testDestination> {
  if (!tested.ok) return problemOf(tested.refusal)
  const { shown, error } = tested
  if (error === null) return answer(201, shown)
  const detail = `The test did not arrive: ${error}`
  return { problem: { status: 502, code: 'test_failed', detail, error, [idName]: shown.id } }
}
