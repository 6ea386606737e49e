// Opens an office with workers that send to one scripted platform, so that a test can watch deliveries.

import { createWorker, type Worker } from '../../src/delivery/worker.ts'
import type { Alert } from '../../src/events/emit.ts'
import type { EventView } from '../../src/events/event.ts'
import { createIntake } from '../../src/events/intake.ts'
import { settingsOf } from '../../src/events/settings.ts'
import { findContacts } from '../../src/identity/group-people.ts'
import type { Clock } from '../../src/kit/clock.ts'
import { eventually } from './countersign.ts'
import type { databases } from './databases.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'
import { type Office, openOffice, recordOf, silent, taken, UNREACHED_AFTER_MS } from './office.ts'
import { type ScriptedPlatform, scriptedPlatform } from './scripted-platform.ts'

export const LEASE_MS = 60_000

type Delivery = Awaited<ReturnType<typeof recordOf>>['deliveries'][number]

export interface PostRoom {
  office: Office
  clock: ManualClock
  platform: ScriptedPlatform
  /** Starts a sender; on PostgreSQL `of` may be another process's office. `by`: another clock than the room's. */
  worker(of?: Office, by?: Clock): Promise<Worker>
  /** Another process on the same database; PostgreSQL only. */
  otherOffice(): Promise<Office>
  /** Alerts come in together, each with whatever differs. */
  tell(...wanted: Partial<Alert>[]): Promise<EventView[]>
  /** Time passes, and the workers look at once. */
  advance(ms: number): void
  /** The deliveries of an approval, the earliest first. */
  deliveries(approvalId: string): Promise<Delivery[]>
  /** Resolves once every delivery of the approval is in one of the states; returns them. */
  settled(approvalId: string, count: number, state?: string): Promise<Delivery[]>
  close(): Promise<void>
}

type Kind = Parameters<typeof createWorker>[0]['kinds'][number]

/** `kind`: in what the platform differs from a prompt one without a limit. */
export async function openPostRoom(
  create: (typeof databases)[number]['create'],
  kind: Partial<Kind> = {},
): Promise<PostRoom> {
  const database = await create()
  const clock = manualClock()
  const platform = scriptedPlatform()
  const offices = [await openOffice(database.url, clock)]
  const office = offices[0] as Office
  const workers: Worker[] = []
  const intake = createIntake({ db: office.db, clock, publicUrl: 'http://countersign.test' })
  const deliveries = async (approvalId: string) => (await recordOf(office.db, approvalId)).deliveries

  return {
    office,
    clock,
    platform,
    deliveries,
    async worker(of = office, by: Clock = clock) {
      const worker = createWorker({
        db: of.db,
        kinds: [
          {
            name: 'scripted',
            audience: 'people',
            retryPolicy: 'prompt',
            keepsExcerpts: true,
            pace: () => [],
            ...kind,
          },
        ],
        platforms: new Map([['scripted', platform]]),
        publicUrl: 'http://countersign.test',
        onMoved: async () => {},
        open: ({ id, name, settings, deleted_at }) => ({
          id,
          name,
          config: {},
          includeDetails: settingsOf(settings).include_details,
          ...(deleted_at !== null && { state: 'removed' as const }),
        }),
        findView: of.queries.find,
        findContacts: (personId) => findContacts(of.db.read, personId),
        leaseMs: LEASE_MS,
        unreachedAfterMs: UNREACHED_AFTER_MS,
        clock: by,
        log: silent,
      })
      workers.push(worker)
      await worker.start()
      return worker
    },
    async otherOffice() {
      const other = await openOffice(database.url, clock)
      offices.push(other)
      return other
    },
    tell: (...wanted) => taken(intake, wanted.map(alerting)),
    advance(ms) {
      clock.advance(ms)
      office.db.signals.publish('deliveries', '')
    },
    settled: (approvalId, count, state = 'delivered') =>
      eventually(async () => {
        const rows = await deliveries(approvalId)
        return rows.length === count && rows.every((row) => row.state === state) ? rows : undefined
      }),
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()))
      await Promise.all(offices.map((opened) => opened.close()))
      await database.drop()
    },
  }
}

export function alerting(wanted: Partial<Alert>): Alert {
  return {
    type: 'policy.violation',
    severity: 'high',
    agent: { id: 'agent-1', name: 'Refund agent' },
    tool: null,
    environment: null,
    summary: 'An address was about to leave the company',
    action: null,
    data: {},
    keyId: null,
    keyName: null,
    ...wanted,
  }
}
