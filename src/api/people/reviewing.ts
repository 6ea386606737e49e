// Tells an admin how each person votes: how often, how fast, and whether they look first.

import type { Queries } from '../../approvals/queries.ts'
import { MOST_DAYS } from '../../approvals/reviewing.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { answer } from '../result.ts'
import { invalid, mistake } from '../validated.ts'
import { readReviewing } from './operations.ts'

const NO_PERIOD = `\`since\` must be before \`until\`, by ${MOST_DAYS} days at most`

export function reviewingEndpoint(queries: Pick<Queries, 'reviewing'>): Endpoint {
  return endpoint(readReviewing, async ({ query }) => {
    const { since, until, limit } = query
    const reviewers = await queries.reviewing({ since, until }, limit)
    if (reviewers === 'no_period') return invalid([mistake('since', NO_PERIOD)])
    const data = reviewers.map(({ id, name, approvals, denials, fast, medianMs, unopened }) => ({
      person: { id, name },
      votes: approvals + denials,
      approvals,
      denials,
      approved_share: approvals / (approvals + denials),
      median_seconds: medianMs / 1000,
      within_3_seconds: fast,
      approvals_without_opening: unopened,
    }))
    return answer(200, { data, next_cursor: null })
  })
}
