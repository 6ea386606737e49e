// Answers a policy that is not as it should be: each mistake with its rule, its line and what was meant.

import type { PolicyMistake } from '../../policy/read-policy.ts'
import type { ProblemResult } from '../result.ts'
import { MOST_NAMED } from '../words.ts'

/** In the `detail`; more of them are in `errors`. */
const MOST_SENTENCES = 20

export function invalidPolicy(mistakes: PolicyMistake[]): ProblemResult {
  const sentences = mistakes.slice(0, MOST_SENTENCES).map(sentenceOf)
  const more = mistakes.length - sentences.length
  const detail = [...sentences, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
  const errors = mistakes.slice(0, MOST_NAMED)
  return { problem: { status: 422, code: 'invalid_policy', detail, errors } }
}

/** Such as `line 5, rule "large refunds": match.tools must be a list such as ["payments.*"]`. */
function sentenceOf({ rule, line, message }: PolicyMistake): string {
  const place = [line === null ? [] : `line ${line}`, rule === null ? [] : `rule "${rule}"`].flat().join(', ')
  return place === '' ? message : `${place}: ${message}`
}
