// Says what an approval asks of its reviewers, and how far that is met.

import { ANYBODY, type ApprovalView, asOneName, countsOf, listed } from '../approvals/view.ts'
import { quoted } from '../kit/quoted.ts'
import { momentInWords, secondsOf } from './moment.ts'

/** Without `details` it does not say why the rule applied: that names arguments. */
export function reviewLines(view: ApprovalView, details: boolean, now: number): string[] {
  const { policy, status } = view
  return [
    ...requirementLines(view),
    ...(details ? becauseLines(policy) : []),
    ...(status === 'pending' ? awaited(view, now) : []),
  ]
}

/** Without a rule a floor raised the risk. */
function becauseLines(policy: ApprovalView['policy']): string[] {
  const start = policy?.rule === null ? 'By the policy:' : 'The rule applies because'
  return (policy?.because ?? []).map((why) => `${start} ${quoted(why)}.`)
}

/** Who counts for what, where groups are asked. */
function requirementLines({ progress }: ApprovalView): string[] {
  if (progress.every(({ requirement }) => requirement === ANYBODY)) return []
  return countsOf(progress).map((count, index) => {
    const names = progress[index]?.approved.map(({ name }) => asOneName(name)) ?? []
    return names.length === 0 ? `${count}.` : `${count}: ${listed(names)}.`
  })
}

function awaited({ review }: ApprovalView, now: number): string[] {
  const { added, details_must_be_opened, escalation, note_required } = review
  const needs = note_required.map((verdict) => (verdict === 'approve' ? 'Approve' : 'Deny'))
  return [
    ...(needs.length === 0 ? [] : [`${listed(needs)} only with a note.`]),
    ...(details_must_be_opened ? ['Whoever approves must have opened all of it.'] : []),
    ...(escalation === null
      ? []
      : [
          escalation.done
            ? `Members of ${escalation.to} are asked too since ${secondsOf(escalation.at)}.`
            : `Members of ${escalation.to} are asked too from ${momentInWords(escalation.at, now)}.`,
        ]),
    ...added.map(
      ({ name, group, at }) =>
        `An admin added ${asOneName(name)} to ${group} after this was asked, at ${secondsOf(at)}.`,
    ),
  ]
}
