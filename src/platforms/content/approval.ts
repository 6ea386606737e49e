// Says what a card tells of an approval: what is to be decided, what the agent says, and who decided.

import { type ApprovalView, closingVotes, type Verdict } from '../../approvals/view.ts'
import { riskInWords } from '../../events/severity.ts'
import { identifier } from '../../kit/identifier.ts'
import { quoted } from '../../kit/quoted.ts'
import { REMOVED_WORDS, type RenderOptions } from '../render-options.ts'
import type { Budget } from './budget.ts'
import type { Action, Confirm, Content, Fact, Room, Saying } from './content.ts'
import type { Line } from './line.ts'
import { isWhole, LINK, notesOf, previewOf } from './notes.ts'
import { endOf, outcomeOf } from './outcome.ts'
import { remarksOnReview } from './review.ts'
import { SIGNS } from './signs.ts'
import { oneLine, prettyJson, prose, webUrl } from './text.ts'
import { asker, named, whatOf, whoOf } from './who.ts'

const LONGEST = { summary: 800, reasons: 300, name: 120, note: 400 }
/** No platform takes any number of lines, and nobody reads them. */
const MOST_REMARKS = 5
/** So many of the 64 that two requests of one agent cannot be made to share them. */
const DIGEST_DIGITS = 32
const TEST = '🧪 This is a test'

const CONFIRM_CRITICAL: Confirm = {
  title: 'Approve a critical action?',
  question: 'Its risk is critical. Approve it only if you have read all of its arguments.',
  yes: 'Yes, approve',
  no: 'Go back',
}

/** `view` may hold anything in what others wrote; the answer never mixes it with our words. */
export function approvalContent(
  view: ApprovalView,
  options: RenderOptions,
  room: Room,
): (budget: Budget) => Content {
  const json = options.details ? prettyJson(view.action.arguments) : ''
  const url = webUrl(view.url)
  return (budget) => {
    const headline = headlineOf(view)
    const parts = {
      remarks: remarksOf(view, options, budget),
      facts: factsOf(view, options),
      ...(options.details && {
        ...saysOf(view, budget),
        payload: { label: 'Arguments', json: budget.of('the arguments', json, room.payload) },
      }),
    }
    const whole = isWhole(options, budget)
    return {
      tone: view.status === 'pending' ? `pending_${view.risk.level}` : view.status,
      headline,
      byline: ['Asked by ', ...asker(view)],
      details: [...whoOf(view), ...whatOf(view.action), { label: 'Risk', value: [riskInWords(view.risk)] }],
      ...(options.details &&
        view.action.summary !== view.action.tool && { preview: previewOf(view.action.summary) }),
      ...parts,
      notes: notesOf(options, budget, url !== undefined),
      whole,
      reference: [
        'Digest ',
        { id: view.digest.replace('sha256:', '').slice(0, DIGEST_DIGITS) },
        ' · ',
        { id: view.id },
      ],
      ...outcomeOf(view),
      actions: actionsOf(view, options, { url, whole }),
    }
  }
}

function headlineOf(view: ApprovalView): Line {
  const { action, risk, status, test } = view
  const what: Line = [{ id: identifier(action.tool) }, ...placeOf(action.environment)]
  if (status !== 'pending')
    return [...(test ? [{ strong: `${TEST} · ` }] : []), ...endOf(view), ': ', ...what]
  const level = test ? TEST : `${SIGNS[risk.level]} ${riskInWords(risk)}`
  return [{ strong: `${level} · Approve ` }, ...what, '?']
}

function placeOf(environment: string | null): Line {
  return environment === null ? [] : [' in ', { id: identifier(environment) }]
}

/** What holds at this place, who has approved so far, and what people noted. */
function remarksOf(view: ApprovalView, options: RenderOptions, budget: Budget): Line[] {
  const { details, interactive, removed } = options
  if (view.status !== 'pending') return details ? notesIn(view, budget) : []
  if (removed) return [[{ strong: REMOVED_WORDS }]]
  const review = remarksOnReview(view, options, budget)
  if (!view.test) return review
  return [
    [interactive ? 'The buttons work; no agent waits for the answer.' : 'No agent waits for the answer.'],
    ...review,
  ]
}

/** Of those who closed it; where nobody's vote did, the closing words, which hold what somebody gave as a reason. */
function notesIn(view: ApprovalView, budget: Budget): Line[] {
  const { review_notes, status } = view
  const quote = (note: string) => ({ quote: budget.of('the note', oneLine(note), LONGEST.note) })
  const votes = closingVotes(view)
  if (votes.length === 0) {
    const isSaidAbove = status === 'expired' || review_notes === null || review_notes === 'Withdrawn'
    return isSaidAbove ? [] : [['Whoever closed it says: ', quote(review_notes)]]
  }
  const noted = votes.flatMap(({ reviewer, note }) => (note === null ? [] : [{ reviewer, note }]))
  return budget
    .first(noted, MOST_REMARKS, 'notes')
    .map(({ reviewer, note }) => ['Note by ', { name: named(reviewer.name) }, ': ', quote(note)])
}

/** One text, all of it the agent's: what it wants, why people are asked, and what it calls itself. */
function saysOf({ agent, action, reasons, test }: ApprovalView, budget: Budget): { says?: Saying } {
  const lines: string[] = []
  if (action.summary !== action.tool)
    lines.push(budget.of('the summary', prose(action.summary), LONGEST.summary))
  const why = reasons.filter((reason) => reason.trim() !== '').map((reason) => quoted(oneLine(reason)))
  if (why.length > 0) lines.push(`Reasons: ${budget.of('the reasons', why.join(', '), LONGEST.reasons)}`)
  if (agent.name !== agent.id) {
    lines.push(`Calls itself: ${budget.of("the agent's name", oneLine(agent.name), LONGEST.name)}`)
  }
  const label = test ? 'The test says' : 'The agent says'
  return lines.length === 0 ? {} : { says: { label, text: lines.join('\n') } }
}

function factsOf(
  { expires_at, policy, requested_by, risk, status }: ApprovalView,
  { details }: RenderOptions,
): Fact[] {
  const facts: Fact[] = []
  // The headline of what waits says it.
  if (status !== 'pending') facts.push({ label: 'Risk', value: [riskInWords(risk)] })
  if (details && requested_by !== null) {
    facts.push({ label: 'Requested by', value: [{ id: identifier(requested_by.email) }] })
  }
  if (details && policy?.rule) facts.push({ label: 'Rule', value: [{ name: named(policy.rule) }] })
  if (status === 'pending') facts.push({ label: 'Expires', value: [{ deadline: expires_at }] })
  return facts
}

function actionsOf(
  view: ApprovalView,
  options: RenderOptions,
  { url, whole }: { url: string | undefined; whole: boolean },
): Action[] {
  const link: Action[] = url === undefined ? [] : [{ kind: 'link', label: LINK, url }]
  return options.interactive && view.status === 'pending'
    ? [...decisionsOn(view, options, whole), ...link]
    : link
}

/** What can be pressed to decide. Where nothing more can be asked, there is no button for what would be refused. */
function decisionsOn(
  { id, review, risk, test }: ApprovalView,
  { dialogs }: RenderOptions,
  whole: boolean,
): Action[] {
  const needsNote = (verdict: Verdict) => review.note_required.includes(verdict)
  const mustOpen = !test && (!whole || review.details_must_be_opened)
  const [approve, deny] = [needsNote('approve'), needsNote('deny')]
  const confirm = risk.level === 'critical' ? { confirm: CONFIRM_CRITICAL } : {}
  const actions: (Action | false)[] = [
    (dialogs || !(approve || mustOpen)) && {
      kind: 'approve',
      approvalId: id,
      needsNote: approve,
      ...confirm,
    },
    (dialogs || !deny) && { kind: 'deny', approvalId: id, needsNote: deny },
    dialogs && mustOpen && { kind: 'details', approvalId: id },
  ]
  return actions.filter((action) => action !== false)
}
