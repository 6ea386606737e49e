// Does an operation once for each Idempotency-Key of an API key, and answers a repeat with what it did.

import { canonicalJson, sha256Hex } from '../kit/canonical-json.ts'
import type { Executor } from '../store/database.ts'
import {
  deleteIdempotencyKey,
  findIdempotencyKey,
  renameSubject,
  takeIdempotencyKey,
} from '../store/idempotency.ts'
import { IDEMPOTENCY_MS } from './retention.ts'

/** Names one request of an API key. */
export interface IdempotencyKey {
  apiKeyId: string
  key: string
}

export interface Asked extends IdempotencyKey {
  /** The operation's id in the API; under the same key another operation is another request. */
  operation: string
  /** All that was asked, as JSON. */
  request: unknown
}

interface Answers<Outcome> {
  /** What stands for what was done, where it is not `subjectId`. */
  subjectOf?(outcome: Outcome): string | undefined
  /** Does it. */
  first(): Promise<Outcome>
  /** What was done under this key before, by its id. */
  again(subjectId: string): Promise<Outcome>
  /** The key names another request. */
  reused: Outcome
}

/**
 * In one transaction with what is done, so that of two at once one does it and both are answered alike. What was
 * refused may be asked again. `subjectId` names what will have been done; without `asked` it is done each time.
 */
export async function once<Outcome extends { ok: boolean }>(
  { trx, now }: { trx: Executor; now: number },
  asked: Asked | undefined,
  subjectId: string,
  { first, again, reused, subjectOf }: Answers<Outcome>,
): Promise<Outcome> {
  if (!asked) return first()
  const row = {
    api_key_id: asked.apiKeyId,
    operation: asked.operation,
    key: asked.key,
    request_hash: sha256Hex(canonicalJson(asked.request)),
    subject_id: subjectId,
    created_at: now,
  }
  const earlier = await takeIdempotencyKey(trx, row, now - IDEMPOTENCY_MS)
  if (earlier) return earlier.request_hash === row.request_hash ? again(earlier.subject_id) : reused
  const outcome = await first()
  if (!outcome.ok) await deleteIdempotencyKey(trx, row)
  const subject = subjectOf?.(outcome)
  if (subject !== undefined) await renameSubject(trx, row, subject)
  return outcome
}

/** What was done under this key, by its id; undefined: nothing within its time. */
export async function subjectUnder(
  { trx, now }: { trx: Executor; now: number },
  { apiKeyId: api_key_id, operation, key }: Omit<Asked, 'request'>,
): Promise<string | undefined> {
  const row = await findIdempotencyKey(trx, { api_key_id, operation, key })
  return row && row.created_at >= now - IDEMPOTENCY_MS ? row.subject_id : undefined
}
