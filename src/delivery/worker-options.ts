// Declares what the worker and its senders are given.

import type { DestinationRow } from '../../db/schema.ts'
import type { ApprovalView } from '../approvals/view.ts'
import type { Clock } from '../kit/clock.ts'
import type { Logger } from '../kit/log.ts'
import type { Destination, Platform, PlatformKind } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import type { SendResult } from './end.ts'

/** The accounts and addresses of one person. */
export interface Contacts {
  accounts: { platform: string; tenant: string; user_id: string }[]
  emails: string[]
}

export interface WorkerOptions {
  db: Database
  kinds: Pick<
    PlatformKind,
    | 'name'
    | 'audience'
    | 'retryPolicy'
    | 'keepsExcerpts'
    | 'host'
    | 'pace'
    | 'parallel'
    | 'batch'
    | 'orderKey'
  >[]
  platforms: Map<string, Platform>
  publicUrl: string
  /** Keeps what a platform says of a place that moved. */
  onMoved(destinationId: string, values: Record<string, unknown>): Promise<unknown>
  open(row: DestinationRow): Destination
  findView(approvalId: string): Promise<ApprovalView | undefined>
  /** Under what a person is known on platforms; undefined: there is nobody, or they were disabled. */
  findContacts(personId: string): Promise<Contacts | undefined>
  /** Longer than any send: a sender that is silent for so long is taken for dead. */
  leaseMs: number
  /** Approvals of that age may be found to have reached nobody. */
  unreachedAfterMs: number
  /** Told of each send once its end is written; `code`: why it did not arrive. */
  onSent?(channelType: string, result: SendResult, code: string | null): void
  clock: Clock
  log: Logger
}
