// Says on a card how far its requirements are met, who else is asked, and why.

import { type ApprovalView, countsOf, type Progress } from '../../approvals/view.ts'
import type { RenderOptions } from '../render-options.ts'
import type { Budget } from './budget.ts'
import type { Line } from './line.ts'
import { namesIn } from './outcome.ts'
import { oneLine } from './text.ts'
import { named } from './who.ts'

/** No platform takes any number of lines, and nobody reads them. */
const MOST_ADDED = 3
const MOST_REASONS = 3
const LONGEST_REASON = 200

/** Where details are left out, why a rule applied is too: it names arguments. Without a rule a floor raised the risk. */
export function remarksOnReview(
  { policy, progress, review }: ApprovalView,
  { details }: Pick<RenderOptions, 'details'>,
  budget: Budget,
): Line[] {
  const because = details ? (policy?.because ?? []) : []
  const { added, escalation } = review
  return [
    ...progressLine(progress),
    ...budget.first(because, MOST_REASONS, 'reasons of the rule').map(
      (why): Line => [
        policy?.rule === null ? 'By the policy: ' : 'The rule applies because ',
        // It names a place in the arguments, which must not come alive among our words.
        { quote: budget.fixed('a reason of the rule', oneLine(why), LONGEST_REASON) },
      ],
    ),
    ...(escalation?.done
      ? [[`Members of ${escalation.to} are asked too since `, { time: escalation.at }]]
      : []),
    ...budget
      .first(added, MOST_ADDED, 'people who were added')
      .map(
        ({ name, group, at }): Line => [
          'An admin added ',
          { name: named(name) },
          ` to ${group} after this was asked, at `,
          { time: at },
        ],
      ),
  ]
}

/** `1 of 2 payments: Ana · 0 of 1 security`; nothing where one approval of anybody is enough. */
function progressLine(progress: Progress[]): Line[] {
  const parts = countsOf(progress).map((count, index): Line => {
    const names = progress[index]?.approved.map(({ name }) => name) ?? []
    return names.length === 0 ? [count] : [`${count}: `, ...namesIn(names)]
  })
  if (parts.length === 0) return []
  return [parts.flatMap((part, index) => (index === 0 ? part : [' · ', ...part]))]
}
