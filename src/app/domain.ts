// Opens the domain: the database and the services of approvals, events, people and destinations on it.

import { type Acknowledge, createAcknowledge } from '../alerts/acknowledge.ts'
import { createDesk } from '../approvals/create-desk.ts'
import type { ApprovalDesk } from '../approvals/desk.ts'
import { createQueries, type Queries } from '../approvals/queries.ts'
import { createForgetApprovals } from '../approvals/retention.ts'
import { announceAdded } from '../approvals/reviewers-added.ts'
import { openWaitingRoom } from '../approvals/waiting-room.ts'
import { createRefusals, type RefusalOptions, type Refusals } from '../audit/refusals.ts'
import type { Commands } from '../commands/commands.ts'
import { createCommands } from '../commands/governance.ts'
import type { Config } from '../config/config.ts'
import { createDeliveryLog, type DeliveryLog } from '../delivery/log.ts'
import { createDestinations, type Destinations } from '../destinations/destinations.ts'
import { openSecretKey } from '../destinations/secret-key.ts'
import { createTestSends, type TestSends } from '../destinations/test-send.ts'
import { createForgetRepeats } from '../events/forget-repeats.ts'
import { createIntake, type Intake } from '../events/intake.ts'
import { type AlertQueries, createAlertQueries } from '../events/queries.ts'
import { createSigningKeys, type SigningKeys } from '../grants/signing-keys.ts'
import { createForgetKeys } from '../idempotency/retention.ts'
import { type ApiKeys, createApiKeys } from '../identity/api-keys.ts'
import { createGroups, type Groups } from '../identity/groups.ts'
import { createPeople, type People } from '../identity/people.ts'
import type { Clock } from '../kit/clock.ts'
import type { Logger } from '../kit/log.ts'
import { logFailure } from '../kit/log-failure.ts'
import { startSweeper } from '../kit/sweeper.ts'
import type { PlatformKind } from '../platforms/platform.ts'
import { createPolicies, isNamedInForce, type Policies } from '../policy/versions.ts'
import type { Database } from '../store/database.ts'
import { openDatabase } from '../store/open-database.ts'

/** Beside the send itself, for what comes before and after it. */
const TEST_MARGIN_MS = 2_000

export interface Domain {
  db: Database
  desk: ApprovalDesk
  queries: Queries
  commands: Commands
  intake: Intake
  alerts: AlertQueries
  acknowledge: Acknowledge
  apiKeys: ApiKeys
  people: People
  policies: Policies
  groups: Groups
  signingKeys: SigningKeys
  destinations: Destinations
  testSends: TestSends
  deliveryLog: DeliveryLog
  refusals: Refusals
  /** From now on what is due by the clock is done: expiry, retention and the like. */
  start(): void
  /** Nobody may use it any more by then. */
  close(): Promise<void>
}

export interface DomainOptions {
  config: Config
  kinds: PlatformKind[]
  clock: Clock
  log: Logger
  /** Told of what is to be counted. */
  counts: { refused: NonNullable<RefusalOptions['onRefused']>; voted: Voted; redeemed: RedeemedBy }
  /** Whoever tests a destination hears `not_yet` after that. */
  testMs: number | undefined
}

type RedeemedBy = NonNullable<Parameters<typeof createDesk>[0]['onRedeemed']>
type Voted = NonNullable<Parameters<typeof createDesk>[0]['onVoted']>

export async function openDomain(options: DomainOptions): Promise<Domain> {
  const { config, kinds, clock, log, counts } = options
  const { publicUrl } = config
  const db = await openDatabase(config.databaseUrl, { as: 'server', log })
  const secretKey = await openSecretKey(db, config).catch(async (error) => {
    await db.close()
    throw error
  })
  const signingKeys = createSigningKeys({ db, secretKey, clock })
  await signingKeys.keep()
  const waitingRoom = openWaitingRoom(db)
  const refusals = createRefusals({ db, clock, log, onRefused: counts.refused })
  const viewing = { publicUrl, reviewable: channelTypesOfPeople(kinds) }
  const desk = createDesk({
    db,
    clock,
    ...viewing,
    tellable: channelTypesThatTell(kinds),
    unreachedAfterMs: config.unreachedAfterMs,
    secretKey,
    onClosed: waitingRoom.tell,
    onVoted: counts.voted,
    onRedeemed: counts.redeemed,
    onRefused: refusals.note,
    onFailed: (error, approval) =>
      logFailure(log, error, 'what was due with an approval failed', { approval }),
  })
  const intake = createIntake({ db, clock, publicUrl })
  const queries = createQueries({ db, clock, ...viewing, waitingRoom, unplaced: channelTypesOutside(kinds) })
  const destinations = createDestinations({ db, clock, secretKey, kinds })
  await destinations.sealStored()
  const deliveryLog = createDeliveryLog({ db, clock, retentionDays: config.retentionDays })
  const duties = [
    desk.expireDue,
    desk.escalateDue,
    desk.remindDue,
    desk.tellGrantEnds,
    desk.noticeUnreached,
    destinations.forgetRemoved,
    deliveryLog.forgetOld,
    refusals.sweep,
    createForgetKeys({ db, clock }),
    createForgetRepeats({ db, clock }),
    createForgetApprovals({ db, clock, days: config.approvalRetentionDays }),
  ]
  let stopSweeping: (() => Promise<void>) | undefined

  return {
    db,
    desk,
    queries,
    commands: createCommands({ queries, clock }),
    intake,
    alerts: createAlertQueries({ db, publicUrl }),
    acknowledge: createAcknowledge({ db, clock, publicUrl, onRefused: refusals.note }),
    apiKeys: createApiKeys({ db, clock, adminKey: config.adminKey, limits: config.limits }),
    people: createPeople({ db, clock }),
    policies: createPolicies({ db, clock, reviewable: viewing.reviewable }),
    groups: createGroups({ db, clock, isInUse: isNamedInForce, onAdded: announceAdded }),
    signingKeys,
    destinations,
    testSends: createTestSends({ db, desk, intake, waitMs: testWait(options, viewing.reviewable) }),
    deliveryLog,
    refusals,
    start() {
      stopSweeping = startSweeper(duties, log)
    },
    async close() {
      await stopSweeping?.()
      waitingRoom.close()
      await refusals.close()
      await db.close()
    },
  }
}

/** Longer than one send to a destination of that type lasts. */
function testWait({ config, testMs }: DomainOptions, ofPeople: string[]): (channelType: string) => number {
  const { peopleMs, machinesMs } = config.sendTimeouts
  return (channelType) => testMs ?? TEST_MARGIN_MS + (ofPeople.includes(channelType) ? peopleMs : machinesMs)
}

function channelTypesOfPeople(kinds: PlatformKind[]): string[] {
  return kinds.filter(({ audience }) => audience === 'people').map(({ name }) => name)
}

function channelTypesThatTell(kinds: PlatformKind[]): string[] {
  return kinds.filter(({ tells }) => tells).map(({ name }) => name)
}

/** Whoever asks us does so from a workspace: a platform that calls us for nothing has none. */
function channelTypesOutside(kinds: PlatformKind[]): string[] {
  return kinds.filter(({ inbound = [] }) => inbound.length === 0).map(({ name }) => name)
}
