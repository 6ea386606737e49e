// Serves the policy to admins and auditors: reads, changes and checks it, and says what it means.

import type { Queries } from '../../approvals/queries.ts'
import { isoTime } from '../../kit/clock.ts'
import type { Policies, PolicyVersion } from '../../policy/versions.ts'
import { type Asked, type Endpoint, endpoint } from '../endpoint.ts'
import { notFound } from '../errors.ts'
import { answer, type Result } from '../result.ts'
import { explainPolicy } from './explain.ts'
import { invalidPolicy } from './mistakes.ts'
import * as operations from './operations.ts'

export interface PolicyRoutesOptions {
  policies: Policies
  queries: Queries
}

export function policyEndpoints(options: PolicyRoutesOptions): Endpoint[] {
  const { policies } = options
  return [
    endpoint(operations.readPolicy, async () => {
      const version = await policies.inForce()
      if (version) return textAnswer(version)
      return { problem: { status: 404, code: 'not_found', detail: 'There is no policy yet' } }
    }),

    endpoint(operations.setPolicy, (asked) => setPolicy(policies, asked)),

    endpoint(operations.checkPolicy, async ({ body }) => {
      const checked = await policies.check(body.text)
      if ('mistakes' in checked) return invalidPolicy(checked.mistakes)
      const inForce = await policies.inForce()
      return answer(200, { rules: checked.policy.rules.length, version_in_force: inForce?.version ?? null })
    }),

    endpoint(operations.explainPolicy, (asked) => explainPolicy(options, asked)),

    endpoint(operations.listPolicyVersions, async ({ query }) => {
      const { limit, cursor } = query
      const found = await policies.list(cursor, limit + 1)
      const shown = found.slice(0, limit)
      const next = found.length > limit ? String(shown.at(-1)?.version) : null
      return answer(200, { data: shown.map(wire), next_cursor: next })
    }),

    endpoint(operations.readPolicyVersion, async ({ id }) => {
      const version = /^\d{1,9}$/.test(id) ? await policies.find(Number(id)) : undefined
      return version ? textAnswer(version) : notFound('version of the policy', id)
    }),
  ]
}

async function setPolicy(
  policies: Policies,
  { body, headers, caller }: Asked<typeof operations.setPolicy>,
): Promise<Result<typeof operations.setPolicy>> {
  const ifMatch = headers['If-Match']
  const applied = await policies.apply({
    text: body.text,
    mediaType: body.media_type,
    by: caller.id,
    ifVersion: ifMatch === undefined ? undefined : Number(ifMatch.slice(1, -1)),
  })
  if ('mistakes' in applied) return invalidPolicy(applied.mistakes)
  if ('version' in applied) return { ...answer(200, wire(applied.version)), headers: etagOf(applied.version) }
  const { changed } = applied
  const now = changed === 0 ? 'There is no policy yet' : `Version ${changed} is in force`
  const detail = `${now}, not the one that yours was made from: read it, and make yours from it`
  return { problem: { status: 412, code: 'policy_changed', detail } }
}

/** Byte for byte as it was sent. */
function textAnswer(version: PolicyVersion) {
  const headers = { ...etagOf(version), 'Content-Type': version.mediaType }
  return { ...answer(200, version.text), headers }
}

function etagOf({ version }: Pick<PolicyVersion, 'version'>): { ETag: string } {
  return { ETag: `"${version}"` }
}

function wire({ version, mediaType, createdAt, createdBy }: Omit<PolicyVersion, 'text' | 'policy'>) {
  return { version, media_type: mediaType, created_at: isoTime(createdAt), created_by: createdBy }
}
