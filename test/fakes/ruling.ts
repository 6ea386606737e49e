// Gives an approval what a policy would have asked of its reviewers.

import type { Review, Ruling } from '../../src/approvals/ruling.ts'
import { execute } from './peek.ts'

const USUAL: Review = {
  requirements: [{ group: { id: 'reviewers', name: 'reviewers' }, approvals: 1 }],
  noteRequired: [],
  detailsMustBeOpened: false,
  escalateTo: null,
  destinations: null,
  tell: [],
}

/** Its cards that stand do not say so yet. */
export function rule(databaseUrl: string, approvalId: string, review: Partial<Review>): Promise<void> {
  const ruling: Ruling = {
    version: 1,
    rule: 'the rule of the test',
    answered: false,
    because: [],
    review: { ...USUAL, ...review },
  }
  const json = JSON.stringify(ruling)
  return execute(databaseUrl, `update approvals set ruling = '${json}' where id = '${approvalId}'`)
}
