// Sends a test to one destination: a sample card with working buttons, or an alert; and tells what became of it.

import { randomBytes } from 'node:crypto'
import type { ApprovalDesk } from '../approvals/desk.ts'
import type { Refusal } from '../approvals/refusals.ts'
import type { ApprovalView } from '../approvals/view.ts'
import { EVENT_TYPES, type EventType, type ReservedType } from '../events/catalogue.ts'
import type { EventView } from '../events/event.ts'
import type { Intake } from '../events/intake.ts'
import type { Database } from '../store/database.ts'
import type { DestinationSummary } from './fields.ts'
import { sendOutcome } from './send-outcome.ts'

const EXPIRES_IN_SECONDS = 15 * 60
const TEST_AGENT = { id: 'countersign-test', name: 'Countersign test' }
const MESSAGE = 'A test of this destination: press a button and see the card change'

/** `error`: the platform's own code; null when it arrived. */
export type TestResult<Shown> =
  | { ok: true; shown: Shown; error: string | null }
  | { ok: false; refusal: Refusal }

export interface TestSends {
  /** `by`: the key of the admin who tries it. */
  card(to: Place, by: { id: string; name: string }, message?: string): Promise<TestResult<ApprovalView>>
  alert(
    to: Place,
    type: Exclude<EventType, ReservedType>,
    by: { id: string; name: string },
    message?: string,
  ): Promise<TestResult<EventView>>
}

type Place = Pick<DestinationSummary, 'id' | 'name' | 'channel_type'>

export function createTestSends(options: {
  db: Database
  desk: ApprovalDesk
  intake: Intake
  /** How long is waited for the outcome at a destination of that type: longer than a send lasts. */
  waitMs(channelType: string): number
}): TestSends {
  const { db, desk, intake, waitMs } = options

  async function sent<Shown extends { id: string }>(shown: Shown, to: Place): Promise<TestResult<Shown>> {
    return { ok: true, shown, error: await sendOutcome(db, shown.id, to.id, waitMs(to.channel_type)) }
  }

  return {
    async card(to, by, message = MESSAGE) {
      const outcome = await desk.request({
        ownerKeyId: by.id,
        ownerKeyName: by.name,
        agent: TEST_AGENT,
        // Each test is another request: it must not find the last one as its twin.
        action: {
          tool: 'countersign.test',
          summary: message,
          arguments: { destination: to.name, test: randomBytes(6).toString('hex') },
        },
        reasons: ['TEST'],
        risk: { level: 'low', score: null },
        expiresInSeconds: EXPIRES_IN_SECONDS,
        metadata: {},
        testOf: to.id,
      })
      return outcome.ok ? sent(outcome.value.approval, to) : outcome
    },

    async alert(to, type, by, message) {
      const { severity, meaning } = EVENT_TYPES[type]
      const event = await intake.sendTest(
        {
          type,
          severity,
          agent: TEST_AGENT,
          tool: null,
          environment: null,
          summary: message ?? `This is a test. ${meaning}`,
          action: 'tested',
          data: { test: true, destination: to.name },
          keyId: by.id,
          keyName: by.name,
        },
        to.id,
      )
      return sent(event, to)
    },
  }
}
