// The errors of the client, one class for each end that is not a yes.

import type { AskedApproval, Problem } from './api.ts'

/** What all of them are. */
export class CountersignError extends Error {
  override get name(): string {
    return this.constructor.name
  }
}

/** It is closed, or reaches nobody, and nobody said yes. */
class NotApproved extends CountersignError {
  /** As it stood then. */
  readonly approval: AskedApproval
  constructor(message: string, approval: AskedApproval) {
    super(message)
    this.approval = approval
  }
}

/** A person said no, or the policy did. */
export class Denied extends NotApproved {
  /** What whoever denied it wrote to the agent; null: nothing. */
  get note(): string | null {
    return this.approval.decisions.findLast(({ verdict }) => verdict === 'deny')?.note ?? null
  }
}

/** Nobody answered in time. Nobody said no either. */
export class Expired extends NotApproved {}

/** The question was taken back, or the yes was before it ran. */
export class Withdrawn extends NotApproved {}

/** The card arrives nowhere: nobody can answer. `approval.unreached_reasons` says why. */
export class Unreached extends NotApproved {}

/** The server refuses what was asked of it. */
export class Refused extends CountersignError {
  readonly problem: Problem
  /** So long the server asks to wait. */
  readonly retryAfterSeconds: number | undefined
  constructor(problem: Problem, retryAfterSeconds?: number) {
    super(problem.detail)
    this.problem = problem
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** Stable: switch on it. */
  get code(): string {
    return this.problem.code
  }

  get status(): number {
    return this.problem.status
  }
}

/** There is no answer that can be trusted; `cause` says more, where more is known. */
export class Unavailable extends CountersignError {}

/** What was shown as a receipt proves nothing, or something else. */
export class InvalidReceipt extends CountersignError {}
