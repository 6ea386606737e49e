// Tries what a yes does not cover, for the sample agent: to run another action, or the same once more.

import { ApiProblem, type ProductApi } from './product-api.ts'
import { type ApprovalRequest, afterTheYes } from './sample-requests.ts'
import type { AttemptKind, Refusal, Run } from './snapshot.ts'

interface Mismatch {
  approved_digest?: string
  given_digest?: string
  differs?: string[]
}

/** Resolves with how it was refused; throws fetch's own errors, and where it was not refused. */
export async function attempt(
  api: ProductApi,
  { kind, approval_id: id }: Run,
  { action }: ApprovalRequest,
  what: AttemptKind,
): Promise<Refusal> {
  const { summary: _, ...approved } = action
  const given = {
    ...approved,
    arguments: { ...approved.arguments, ...(what === 'change' && afterTheYes(kind)) },
  }
  try {
    // Without a key: with one it would be the repetition of a run, and no second one.
    await api.post(`/v1/approvals/${id}/redeem`, { action: given })
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status >= 500) throw error
    const { approved_digest, given_digest, differs = [] } = error.facts as Mismatch
    return {
      attempt: what,
      sentence: error.message,
      ...(approved_digest !== undefined &&
        given_digest !== undefined && { digests: { approved: approved_digest, given: given_digest } }),
      differs: differs.map((path) => ({
        path,
        approved: valueAt({ action: approved }, path),
        given: valueAt({ action: given }, path),
      })),
    }
  }
  throw new Error('Countersign did not refuse it')
}

/** What the samples change stands right under a name. */
function valueAt(root: unknown, path: string): string {
  const value = path.split('.').reduce((at, name) => (at as Record<string, unknown>)[name], root)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
