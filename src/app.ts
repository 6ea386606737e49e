// Puts Countersign together: the only file that knows every room.

import { dirname } from 'node:path'
import express, { type Express } from 'express'
import helmet from 'helmet'
import { createAcknowledge } from './alerts/acknowledge.ts'
import { createApi } from './api/api.ts'
import { createMetrics } from './api/metrics/metrics.ts'
import { PATIENCE, type Patience } from './api/patience.ts'
import { traceCalls } from './api/refused-calls.ts'
import { closed, createHttpServer, listen } from './api/server.ts'
import { createDesk } from './approvals/create-desk.ts'
import type { ApprovalDesk } from './approvals/desk.ts'
import { createQueries } from './approvals/queries.ts'
import { createForgetApprovals } from './approvals/retention.ts'
import { openWaitingRoom } from './approvals/waiting-room.ts'
import { createRefusals } from './audit/refusals.ts'
import { createCommands } from './commands/governance.ts'
import type { Config } from './config/config.ts'
import { mountConsole } from './console/console.ts'
import { createDeliveryLog } from './delivery/log.ts'
import { createWorker } from './delivery/worker.ts'
import { createDestinations } from './destinations/destinations.ts'
import { keyBesideDatabase } from './destinations/secret-key.ts'
import { createTestSends } from './destinations/test-send.ts'
import { createIntake } from './events/intake.ts'
import { createForgetKeys } from './idempotency/retention.ts'
import { createApiKeys } from './identity/api-keys.ts'
import { createPeople } from './identity/people.ts'
import { type Clock, systemClock } from './kit/clock.ts'
import { createEgress } from './kit/egress.ts'
import { createLog, type Logger } from './kit/log.ts'
import { StartError } from './kit/start-error.ts'
import { startSweeper } from './kit/sweeper.ts'
import type { Platform, PlatformKind, PlatformPorts, PlatformState } from './platforms/platform.ts'
import { platformKinds } from './platforms/registry.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import { answers, type Database, isPostgres, openDatabase } from './store/database.ts'
import { countPendingByRisk, countUnreached, oldestDue } from './store/figures.ts'
import { listState, readState, removeState, writeState } from './store/platform-state.ts'

/** Beside the send itself, for what comes before and after it. */
const TEST_MARGIN_MS = 2_000

export interface Countersign {
  desk: ApprovalDesk
  /** Resolves when it listens. Returns the admin key that the first start makes when the environment has none. */
  start(): Promise<{ firstAdminKey: string | undefined }>
  /** Lets requests and sends under way end, answers those who wait, frees what is held. */
  stop(): Promise<void>
}

export interface Overrides {
  clock?: Clock
  log?: Logger
  patience?: Partial<Patience>
  /** Whoever tests a destination hears `not_yet` after that. */
  testMs?: number
}

export async function buildApp(given: Config, overrides: Overrides = {}): Promise<Countersign> {
  const clock = overrides.clock ?? systemClock
  const patience = { ...PATIENCE, ...overrides.patience }
  const log = overrides.log ?? createLog(given.logLevel)
  const sandbox = given.noSandbox ? undefined : await openSandbox(given, log, clock)
  const config: Config = { ...given, ...sandbox?.connections }
  const { publicUrl } = config
  const db = await openDatabase(config.databaseUrl, { as: 'server', log })

  const waitingRoom = openWaitingRoom(db)
  const metrics = createMetrics({
    pendingByRisk: () => countPendingByRisk(db.read),
    unreached: () => countUnreached(db.read),
    queueAgeMs: async () => Math.max(0, clock.now() - ((await oldestDue(db.read)) ?? Infinity)),
  })
  const refusals = createRefusals({ db, clock, log, onRefused: metrics.refused })
  const { slack, teams, discord, telegram, pagerduty, sendTimeouts: timeouts } = config
  const egress = createEgress(config.egress)
  const kinds = platformKinds({ slack, teams, discord, telegram, pagerduty, egress, timeouts, clock })
  const reviewable = channelTypesOfPeople(kinds)
  const viewing = { publicUrl, reviewable }
  const desk = createDesk({
    db,
    clock,
    ...viewing,
    unreachedAfterMs: config.unreachedAfterMs,
    onClosed: waitingRoom.tell,
    onVoted: metrics.voted,
    onRefused: refusals.note,
  })
  const intake = createIntake({ db, clock, publicUrl })
  const acknowledge = createAcknowledge({ db, clock, publicUrl, onRefused: refusals.note })
  const queries = createQueries({ db, clock, ...viewing, waitingRoom, unplaced: channelTypesOutside(kinds) })
  const commands = createCommands({ queries, clock })
  const apiKeys = createApiKeys({ db, clock, adminKey: config.adminKey, limits: config.limits })
  const people = createPeople({ db, clock })
  const destinations = createDestinations({ db, clock, secretKey: secretKeyOf(config), kinds })

  const { testMs } = overrides
  const testMsOf = (channelType: string) =>
    testMs ?? TEST_MARGIN_MS + (reviewable.includes(channelType) ? timeouts.peopleMs : timeouts.machinesMs)

  const app = express()
  app.disable('x-powered-by')
  // What is never stored needs no name to be asked for again.
  app.disable('etag')
  app.set('trust proxy', config.trustProxy)
  app.use(metrics.countRequests, traceCalls(kinds, refusals.note), helmet())
  const platforms = await createPlatforms(app, kinds, (kind) => ({
    desk,
    commands,
    acknowledge,
    state: stateOf(db, kind.name),
    destinations: () => destinations.openAll(kind.name),
    knownDestinations: () => destinations.openKnown(kind.name),
    disable: destinations.disable,
    log: log.child({ platform: kind.name }),
    clock,
  }))
  mountConsole(app)
  sandbox?.mount(app)

  const deliveryLog = createDeliveryLog({ db, clock, retentionDays: config.retentionDays })
  const stopping = new AbortController()
  let isStarted = false
  const isReady = async () => isStarted && !stopping.signal.aborted && (await answers(db.read))
  app.use(
    createApi({
      desk,
      queries,
      apiKeys,
      people,
      destinations,
      kinds,
      platforms,
      testSends: createTestSends({ db, desk, intake, waitMs: testMsOf }),
      intake,
      acknowledge,
      deliveryLog,
      metrics,
      isReady,
      stopping: stopping.signal,
      publicUrl,
      log,
    }),
  )

  const worker = createWorker({
    db,
    kinds,
    platforms,
    publicUrl,
    onMoved: destinations.moved,
    open: destinations.open,
    findView: queries.find,
    leaseMs: config.deliveryLeaseMs,
    unreachedAfterMs: config.unreachedAfterMs,
    onSent: metrics.sent,
    clock,
    log,
  })
  const server = createHttpServer(app, patience)
  let stopSweeping: (() => Promise<void>) | undefined

  return {
    desk,
    async start() {
      await listen(server, config)
      const duties = [
        desk.expireDue,
        desk.noticeUnreached,
        destinations.forgetRemoved,
        deliveryLog.forgetOld,
        refusals.sweep,
        createForgetKeys({ db, clock }),
        createForgetApprovals({ db, clock, days: config.approvalRetentionDays }),
      ]
      stopSweeping = startSweeper(duties, log)
      await worker.start()
      await sandbox?.ready()
      isStarted = true
      if (config.adminKey !== undefined || !(await apiKeys.isEmpty())) return { firstAdminKey: undefined }
      const made = await apiKeys.create({ name: 'first admin', roles: ['admin'] }, 'first start')
      return { firstAdminKey: 'key' in made ? made.key : undefined }
    },
    async stop() {
      stopping.abort()
      sandbox?.close()
      await Promise.all([closed(server), stopSweeping?.(), worker.stop()])
      waitingRoom.close()
      await refusals.close()
      await db.close()
    },
  }
}

async function openSandbox(config: Config, log: Logger, clock: Clock): Promise<Sandbox> {
  // Not even loaded where the real thing runs.
  const { createSandbox } = await import('./sandbox/sandbox.ts')
  const dataDir = dirname(config.databaseUrl)
  return createSandbox({ productUrl: () => config.publicUrl, adminKey: config.adminKey, dataDir, log, clock })
}

function channelTypesOfPeople(kinds: PlatformKind[]): string[] {
  return kinds.filter(({ audience }) => audience === 'people').map(({ name }) => name)
}

/** Whoever asks us does so from a workspace: a platform that calls us for nothing has none. */
function channelTypesOutside(kinds: PlatformKind[]): string[] {
  return kinds.filter(({ inbound = [] }) => inbound.length === 0).map(({ name }) => name)
}

function secretKeyOf({ secretKey, databaseUrl }: Config): Buffer {
  if (secretKey) return secretKey
  if (isPostgres(databaseUrl)) throw new StartError('COUNTERSIGN_SECRET_KEY must be set with PostgreSQL.')
  return keyBesideDatabase(databaseUrl)
}

async function createPlatforms(
  app: Express,
  kinds: PlatformKind[],
  portsOf: (kind: PlatformKind) => PlatformPorts,
): Promise<Map<string, Platform>> {
  const platforms = new Map<string, Platform>()
  for (const kind of kinds) {
    const platform = await kind.create(portsOf(kind))
    platform.mount?.(app)
    platforms.set(kind.name, platform)
  }
  return platforms
}

function stateOf(db: Database, platform: string): PlatformState {
  return {
    async get(key) {
      const value = await readState(db.read, platform, key)
      return value === undefined ? undefined : JSON.parse(value)
    },
    async set(key, value) {
      await db.transact((trx) => writeState(trx, platform, key, JSON.stringify(value)))
    },
    async list(prefix) {
      return (await listState(db.read, platform, prefix)).map((value) => JSON.parse(value))
    },
    async remove(key) {
      await db.transact((trx) => removeState(trx, platform, key))
    },
  }
}
