// What becomes of a delivery after its send? Each end is written in one transaction, fenced by the lease.

import type { DeliveryRow } from '../../db/schema.ts'
import { record } from '../audit/trail.ts'
import type { Database } from '../store/database.ts'
import { redeliverNewest, settleDelivery } from '../store/deliveries.ts'
import { updateLeased } from '../store/destinations.ts'
import { forgetCard, rememberCard } from '../store/posted-cards.ts'
import type { Delivered } from './deliver.ts'

/** One sender's hold on one destination. */
export interface Lease {
  id: string
  destinationId: string
}

export interface Outbox {
  /**
   * Resolves false when another sender has the destination now, or when the delivery was made due once more
   * meanwhile: then it is not settled.
   */
  done(lease: Lease, delivery: DeliveryRow, delivered: Delivered, now: number): Promise<boolean>
  dead(lease: Lease, delivery: DeliveryRow, code: string, now: number): Promise<boolean>
  retry(lease: Lease, delivery: DeliveryRow, code: string, nextAttemptAt: number): Promise<boolean>
  cool(lease: Lease, until: number): Promise<unknown>
  /** Switches the destination off; its deliveries wait until an admin switches it on again. */
  disable(lease: Lease, code: string, now: number): Promise<void>
  /** Resolves false when the lease is lost. */
  renew(lease: Lease, until: number): Promise<boolean>
  release(lease: Lease): Promise<unknown>
}

export function openOutbox(db: Database): Outbox {
  const settle = (lease: Lease, delivery: DeliveryRow, change: Partial<DeliveryRow>) =>
    db.transact((trx) => settleDelivery(trx, delivery, lease.id, change))
  const update = (lease: Lease, change: Parameters<typeof updateLeased>[3]) =>
    db.transact((trx) => updateLeased(trx, lease.destinationId, lease.id, change))

  return {
    done: (lease, delivery, delivered, now) =>
      db.transact(async (trx) => {
        // Where a card stands is remembered even when the lease is lost: it must be redrawn all the same.
        if (delivered.what === 'posted' && delivered.handle !== undefined) {
          await rememberCard(trx, {
            destination_id: lease.destinationId,
            handle: delivered.handle,
            approval_id: delivery.approval_id as string,
            posted_at: now,
          })
        }
        const lost = delivered.what === 'redrawn' ? delivered.lost : []
        for (const { card } of lost) await forgetCard(trx, card.destination_id, card.handle)
        const settled = await settleDelivery(trx, delivery, lease.id, {
          state: delivered.what === 'nothing' ? 'skipped' : 'delivered',
          attempts: delivery.attempts + 1,
          last_error: lost.at(-1)?.code ?? null,
          finished_at: now,
        })
        // The one who took over knew nothing of this card, and may have closed the others already.
        if (!settled && delivered.what === 'posted') {
          await redeliverNewest(trx, delivery.approval_id as string, lease.destinationId, now)
        }
        return settled
      }),
    dead: (lease, delivery, code, now) =>
      settle(lease, delivery, {
        state: 'dead',
        attempts: delivery.attempts + 1,
        last_error: code,
        finished_at: now,
      }),
    retry: (lease, delivery, code, nextAttemptAt) =>
      settle(lease, delivery, {
        attempts: delivery.attempts + 1,
        last_error: code,
        next_attempt_at: nextAttemptAt,
      }),
    cool: (lease, until) => update(lease, { cool_until: until }),
    async disable(lease, code, now) {
      await db.transact(async (trx) => {
        const change = { enabled: 0, disabled_reason: code, updated_at: now }
        if (!(await updateLeased(trx, lease.destinationId, lease.id, change))) return
        await record(trx, {
          at: now,
          action: 'destination.disabled',
          subject: lease.destinationId,
          facts: { reason: code },
          personal: {},
        })
      })
      db.signals.publish('destinations', '')
    },
    renew: (lease, until) => update(lease, { lease_until: until }),
    release: (lease) => update(lease, { lease_id: null, lease_until: 0 }),
  }
}
