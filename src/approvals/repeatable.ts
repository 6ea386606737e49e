// Answers a command that an API key repeats under its Idempotency-Key with the approval as it stands now.

import { type IdempotencyKey, once } from '../idempotency/once.ts'
import { isId } from '../kit/ids.ts'
import type { Change } from './change.ts'
import { loadView } from './compose-view.ts'
import { type Outcome, ok, refused } from './refusals.ts'
import type { ApprovalView } from './view.ts'

interface Command {
  approvalId: string
  idempotency?: IdempotencyKey
}

type Run<C extends Command> = (change: Change, command: C) => Promise<Outcome<ApprovalView>>

/** `askedOf`: all that the caller said. */
export function repeatable<C extends Command>(
  operation: string,
  run: Run<C>,
  askedOf: (command: C) => unknown,
): Run<C> {
  return (change, command) => {
    const { approvalId, idempotency } = command
    // Anybody's text, which not every database can keep.
    if (!isId(approvalId, 'apr')) return run(change, command)
    const asked = idempotency && { ...idempotency, operation, request: askedOf(command) }
    return once(change, asked, approvalId, {
      first: () => run(change, command),
      again: async (id) => {
        const view = await loadView(change.trx, id, change)
        return view ? ok(view) : refused('approval_not_found')
      },
      reused: refused('idempotency_key_reused'),
    })
  }
}
