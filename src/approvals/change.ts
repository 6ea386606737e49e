// Defines one transaction of the desk: what its steps work with, and what they leave to be told after the commit.

import type { DecisionRow, RedemptionRow } from '../../db/schema.ts'
import type { IssueReceipt } from '../grants/receipt.ts'
import type { Executor } from '../store/database.ts'
import type { ViewOptions } from './compose-view.ts'
import type { ApprovalView } from './view.ts'

export interface Change extends ViewOptions {
  trx: Executor
  /** UTC epoch milliseconds, one instant for all that the transaction writes. */
  now: number
  /** The channel types where one person alone can be told. */
  tellable: readonly string[]
  /** The approvals that it closes: those who wait for them are told after the commit. */
  closed: ApprovalView[]
  /** The votes that it records, with the approvals as they stand by them. */
  voted: { view: ApprovalView; vote: DecisionRow }[]
  /** How each grant was redeemed that it redeems. */
  redeemed: RedemptionRow['redeemed_by'][]
  issueReceipt: IssueReceipt
  /** The ids of those that it finds to have reached nobody: who waits for them looks again after the commit. */
  unreached: string[]
}
