// Opens an office with one destination at the provider on loopback, and the real worker that sends there.

import { createWorker, type Worker } from '../../src/delivery/worker.ts'
import { createIntake } from '../../src/events/intake.ts'
import type { PlatformKind } from '../../src/platforms/platform.ts'
import { type AnyProvider, kindOf, portsAt, SAMPLES } from './any-provider.ts'
import { databases } from './databases.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'
import { type Office, openOffice, silent } from './office.ts'

export interface ProviderOffice {
  office: Office
  clock: ManualClock
  kind: PlatformKind
  /** Not started yet. */
  worker: Worker
  /** The id of the destination. */
  place: string
  intake: ReturnType<typeof createIntake>
  /** Time passes, and the worker looks at once. */
  advance(ms: number): void
  close(): Promise<void>
}

/** Every way to every platform, on every database. */
export const everyPlace = databases.flatMap(({ name: engine, create }) =>
  Object.keys(SAMPLES).map((sample) => ({ engine, sample, create })),
)

export async function openProviderOffice(
  provider: AnyProvider,
  { sample, create }: Pick<(typeof everyPlace)[number], 'sample' | 'create'>,
): Promise<ProviderOffice> {
  const publicUrl = 'https://sign.example.com'
  const database = await create()
  const clock = manualClock()
  const office = await openOffice(database.url, clock)
  const at = `${provider.url}/`
  const kind = kindOf(sample, at, provider.url)
  const opened = kind.config.parse(SAMPLES[sample]?.config(at))
  const place = await office.destination({ channel_type: kind.name })
  const worker = createWorker({
    db: office.db,
    kinds: [kind],
    platforms: new Map([[kind.name, await kind.create(portsAt(at))]]),
    publicUrl,
    onMoved: async () => {},
    open: ({ id, name }) => ({ id, name, config: opened, includeDetails: true }),
    findView: office.queries.find,
    findContacts: async () => undefined,
    leaseMs: 60_000,
    unreachedAfterMs: 60_000,
    clock,
    log: silent,
  })
  return {
    office,
    clock,
    kind,
    worker,
    place,
    intake: createIntake({ db: office.db, clock, publicUrl }),
    advance(ms) {
      clock.advance(ms)
      office.db.signals.publish('deliveries', '')
    },
    async close() {
      await worker.stop()
      await office.close()
      await database.drop()
    },
  }
}
