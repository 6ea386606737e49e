// Manages the configured destinations of events, as admins change them and platforms use them.

import type { DestinationRow } from '../../db/schema.ts'
import { type Entry, record } from '../audit/append.ts'
import type { Clock } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import type { Destination, PlatformKind } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import { skipUnposted } from '../store/deliveries.ts'
import * as store from '../store/destinations.ts'
import { endHolds } from '../store/due.ts'
import { enabledDestinations } from './enabled.ts'
import { columnsOf, type DestinationFields, type DestinationSummary, fieldsIn, summaryOf } from './fields.ts'
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
  /** It hears nothing new; it is forgotten once its cards are closed. false: there is none. */
  remove(id: string, by: string): Promise<boolean>
  /** For its platform, when it can hear no more; nothing happens when it is off already. */
  disable(id: string, reason: string): Promise<void>
  /** Keeps new values of its config, as its platform found them; nothing happens when it was deleted. */
  moved(id: string, values: Record<string, unknown>): Promise<void>
  /** Wipes the secrets of removed destinations that are not needed any more. */
  forgetRemoved(): Promise<void>
  /** With its secrets, for the platform that sends. */
  open(row: DestinationRow): Destination
  /** The enabled destinations of one platform, opened; removed ones too while they have open cards. */
  openAll(channelType: string): Promise<Destination[]>
  /** Those that are off and were not removed; read anew each time. */
  openOff(channelType: string): Promise<Destination[]>
}

export function createDestinations(options: {
  db: Database
  clock: Clock
  secretKey: Buffer
  kinds: PlatformKind[]
}): Destinations {
  const { db, clock } = options
  const configs = sealedConfigs(options.secretKey, options.kinds)

  /** What is kept of the destinations, here and in other processes, is read anew after the commit. */
  const change: Database['transact'] = async (work) => {
    const result = await db.transact(work)
    db.signals.publish('destinations', '')
    return result
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
      return summaryOf(row)
    },

    async list() {
      return (await store.findDestinations(db.read)).map(summaryOf)
    },

    async find(id) {
      const row = await store.findDestination(db.read, id)
      return row && summaryOf(row)
    },

    async configOf(id) {
      const row = await store.findDestination(db.read, id)
      return row && configs.open(row).config
    },

    update: (id, fields, by) =>
      change(async (trx) => {
        const before = await store.findDestination(trx, id)
        if (!before) return undefined
        const now = clock.now()
        const after = await store.updateDestination(trx, id, {
          ...columnsOf(fields),
          ...(fields.config && configs.keep(id, before.channel_type, fields.config)),
          ...(fields.enabled && { disabled_reason: null, cool_until: 0, trouble_since: null }),
          updated_at: now,
        })
        if (!after) return undefined
        if (fields.settings) await endHolds(trx, id, now)
        await record(trx, entryOf('destination.updated', after, by, now))
        return summaryOf(after)
      }),

    remove: (id, by) =>
      change(async (trx) => {
        const now = clock.now()
        const row = await store.updateDestination(trx, id, { deleted_at: now, updated_at: now })
        if (!row) return false
        await skipUnposted(trx, id, now)
        await record(trx, entryOf('destination.deleted', row, by, now))
        return true
      }),

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

    async forgetRemoved() {
      for (const id of await store.findForgettable(db.read)) {
        await change((trx) => store.forgetDestination(trx, id))
      }
    },

    open: configs.open,
    openAll: enabledDestinations(db, configs),
    async openOff(channelType) {
      return (await store.findOffDestinations(db.read, channelType)).map(configs.open)
    },
  }
}

function entryOf(action: Entry['action'], row: DestinationRow, by: string, at: number): Entry {
  const { name, ...fields } = fieldsIn(row)
  const facts = { by, channel_type: row.channel_type, ...fields }
  return { at, action, subject: row.id, facts, personal: { name } }
}
