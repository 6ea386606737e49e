// Manages the configured destinations of events, as admins change them and platforms use them.

import type { DestinationRow } from '../../db/schema.ts'
import { type Entry, record } from '../audit/append.ts'
import type { Clock } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import type { Destination, PlatformKind } from '../platforms/platform.ts'
import type { Database, Executor } from '../store/database.ts'
import { redeliverOpen, skipUnposted } from '../store/deliveries.ts'
import * as store from '../store/destinations.ts'
import { endHolds } from '../store/due.ts'
import { columnsOf, type DestinationFields, type DestinationSummary, fieldsIn, summaryOf } from './fields.ts'
import { knownDestinations } from './known.ts'
import { sealedConfigs } from './sealed-config.ts'
import { switchOff } from './switch-off.ts'

export type { DestinationFields, DestinationSummary } from './fields.ts'

export interface Destinations {
  /** `by`: the id of the admin's key, here and below. */
  create(channelType: string, fields: DestinationFields, by: string): Promise<DestinationSummary>
  list(): Promise<DestinationSummary[]>
  find(id: string): Promise<DestinationSummary | undefined>
  /** The whole config, secrets too, so that a change of one field can be checked with the others. */
  configOf(id: string): Promise<Record<string, unknown> | undefined>
  /** Switching it on again clears the reason for which it was off. undefined: there is none. */
  update(id: string, fields: Partial<DestinationFields>, by: string): Promise<DestinationSummary | undefined>
  /**
   * It hears nothing new, and what is pressed on its cards is refused: those of open approvals are redrawn without
   * buttons. It is forgotten once they are closed. false: there is none.
   */
  remove(id: string, by: string): Promise<boolean>
  /** For its platform, when it can hear no more; nothing happens when it is off already. */
  disable(id: string, reason: string): Promise<void>
  /** Keeps new values of its config, as its platform found them; nothing happens when it was deleted. */
  moved(id: string, values: Record<string, unknown>): Promise<void>
  /** Seals what became a secret after it was stored; for the start, safe to repeat and beside other processes. */
  sealStored(): Promise<void>
  /** Wipes the secrets of removed destinations that are not needed any more. */
  forgetRemoved(): Promise<void>
  /** With its secrets, for the platform that sends. */
  open(row: DestinationRow): Destination
  /** The destinations of one platform that are on, opened. */
  openAll(channelType: string): Promise<Destination[]>
  /** Those, and all others where cards may still stand: also what is pressed there has a signature to check. */
  openKnown(channelType: string): Promise<Destination[]>
}

export function createDestinations(options: {
  db: Database
  clock: Clock
  secretKey: Buffer
  kinds: PlatformKind[]
}): Destinations {
  const { db, clock } = options
  const configs = sealedConfigs(options.secretKey, options.kinds)
  const openKnown = knownDestinations(db, configs)
  const summarized = (row: DestinationRow) => summaryOf(row, configs.show(row))

  /** After the commit what is kept of them is read anew, here and in other processes, and what waits there is sent. */
  const change: Database['transact'] = async (work) => {
    const result = await db.transact(work)
    db.signals.publish('destinations', '')
    db.signals.publish('deliveries', '')
    return result
  }

  /** In a transaction of its own: while it waits for others it holds nothing that they may wait for. */
  async function redrawOpen(trx: Executor, id: string): Promise<void> {
    await store.lockDestination(trx, id)
    await redeliverOpen(trx, id, clock.now())
  }

  return {
    async create(channelType, fields, by) {
      const id = newId('dst')
      const now = clock.now()
      const row: DestinationRow = {
        id,
        channel_type: channelType,
        ...columnsOf(fields),
        ...configs.keep(id, channelType, fields.config),
        disabled_reason: null,
        deleted_at: null,
        created_at: now,
        updated_at: now,
        ...store.UNSERVED,
      }
      await change(async (trx) => {
        await store.insertDestination(trx, row)
        await record(trx, entryOf('destination.created', row, by, now))
      })
      return summarized(row)
    },

    async list() {
      return (await store.findDestinations(db.read)).map(summarized)
    },

    async find(id) {
      const row = await store.findDestination(db.read, id)
      return row && summarized(row)
    },

    async configOf(id) {
      const row = await store.findDestination(db.read, id)
      return row && configs.known(row)
    },

    update: (id, fields, by) =>
      change(async (trx) => {
        const before = await store.findDestination(trx, id)
        if (!before) return undefined
        const now = clock.now()
        const after = await store.updateDestination(trx, id, {
          ...columnsOf(fields),
          ...(fields.config && configs.keep(id, before.channel_type, fields.config)),
          // Whoever says that it is off has the last word, also over what switched it off by itself.
          ...(fields.enabled !== undefined && { disabled_reason: null }),
          ...(fields.enabled && { cool_until: 0, trouble_since: null }),
          // Whether that was what was wrong is found out by the next send.
          ...((fields.enabled || fields.config) && { misconfigured: null }),
          updated_at: now,
        })
        if (!after) return undefined
        if (fields.settings) await endHolds(trx, id, now)
        await record(trx, entryOf('destination.updated', after, by, now))
        return summarized(after)
      }),

    async remove(id, by) {
      const isRemoved = await change(async (trx) => {
        const now = clock.now()
        const before = await store.findDestination(trx, id)
        if (!before) return false
        const removed = await store.updateDestination(trx, id, {
          deleted_at: now,
          updated_at: now,
          // One that an admin had switched off can take the redraws of its cards.
          ...(before.disabled_reason === null && { enabled: 1 }),
          // Who is sending there right now still draws with buttons: that does not count any more.
          lease_id: null,
        })
        if (!removed) return false
        await skipUnposted(trx, id, now)
        await record(trx, entryOf('destination.deleted', before, by, now))
        return true
      })
      if (isRemoved) await change((trx) => redrawOpen(trx, id))
      return isRemoved
    },

    disable: (id, reason) => change((trx) => switchOff(trx, { id, reason, now: clock.now() })),

    moved: (id, values) =>
      change(async (trx) => {
        const before = await store.findDestination(trx, id)
        if (!before) return
        const config = { ...configs.open(before).config, ...values }
        const now = clock.now()
        const kept = configs.keep(id, before.channel_type, config)
        await store.updateDestination(trx, id, { ...kept, updated_at: now })
        const facts = { fields: Object.keys(values) }
        await record(trx, { at: now, action: 'destination.moved', subject: id, facts, personal: {} })
      }),

    async sealStored() {
      for (const row of await store.findKnownDestinations(db.read)) {
        const kept = configs.sealed(row)
        if (kept) await db.transact((trx) => store.replaceConfig(trx, row, kept))
      }
    },

    async forgetRemoved() {
      for (const id of await store.findForgettable(db.read)) {
        await change((trx) => store.forgetDestination(trx, id))
      }
    },

    open: configs.open,
    openAll: async (channelType) => (await openKnown(channelType)).filter(({ state }) => state === undefined),
    openKnown,
  }
}

function entryOf(action: Entry['action'], row: DestinationRow, by: string, at: number): Entry {
  const { name, ...fields } = fieldsIn(row)
  const facts = { by, channel_type: row.channel_type, ...fields }
  return { at, action, subject: row.id, facts, personal: { name } }
}
