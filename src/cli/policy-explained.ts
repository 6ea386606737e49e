// Writes in lines for a terminal what the policy says of a request, and what shadow rules would have done.

import type { api } from '../../packages/client/src/index.ts'
import { GRANT_SECONDS } from '../policy/policy.ts'
import { oneLine } from './one-line.ts'

const EFFECTS = {
  allow: 'Allowed: nobody is asked',
  deny: 'Denied: nobody is asked',
  ask: 'People are asked',
}
const OUTCOMES: Record<string, string> = {
  applied: 'applies',
  did_not_fit: 'does not fit',
  not_reached: 'not reached',
}

/** `file`: whose text was asked; undefined: a version on the server. */
export function explanationLines(answer: api.Explanation, file: string | undefined): string[] {
  const { version, effect, rule, text, because, risk, grant_seconds, asks, rules } = answer
  const inForce = version === null ? 'no policy is in force' : `version ${version}`
  const by = rule === null ? 'no rule, so the default does' : `rule "${rule}"`
  const raised = risk.given === risk.level ? '' : `, raised from ${risk.given}`
  return [
    `${EFFECTS[effect]}${text === null ? '' : ` ("${text}")`}`,
    `By ${by} (${file ?? inForce})`,
    ...because.map((reason) => `Because ${reason}`),
    `Risk: ${risk.level}${raised}`,
    ...(effect === 'deny' || grant_seconds === GRANT_SECONDS.usual ? [] : [grantLine(grant_seconds)]),
    ...(asks ? ['', 'It asks:', ...askLines(asks).map((line) => `  ${line}`)] : []),
    ...(rules.length > 0 ? ['', 'The rules, in their order:', ...rules.map(ruleLine)] : []),
  ]
}

function grantLine(seconds: number): string {
  return seconds === 0 ? 'Its yes leaves no grant' : `Its yes may be used for ${seconds} s`
}

function ruleLine({ rule, would, outcome, why }: api.RuleTrace, index: number): string {
  const did = outcome === 'noted' ? `shadow, would ${would}` : OUTCOMES[outcome]
  return `  ${index + 1}. "${rule}" ${did}: ${why}`
}

function askLines(asks: api.Asks): string[] {
  const { expires_in_seconds: seconds, note_required: notes, destinations, require, tell, escalate } = asks
  return [
    ...asks.requirements.map(({ approvals, of }) => `${approvals} of ${groupWords(of)}`),
    ...(escalate ? [`after ${escalate.after_seconds} s also ${groupWords(escalate.to)}`] : []),
    ...(notes.length > 0 ? [`a note to ${notes.join(' and to ')}`] : []),
    ...(asks.details_must_be_opened ? ['all of it opened before it is approved'] : []),
    ...(seconds === null ? [] : [`an answer within ${seconds} s at most`]),
    ...(destinations === null ? [] : [`cards at ${destinations.join(', ')} alone`]),
    ...(require.length > 0 ? [`of the agent: ${require.join(', ')}`] : []),
    ...(tell.length > 0 ? [`told directly: ${tell.join(', ')}`] : []),
  ]
}

function groupWords({ group, kind, members, size, destination_id, answered_at }: api.AskedGroup): string {
  const name = oneLine(group)
  switch (kind) {
    case 'reviewers':
      return `${name}: whoever may review without a policy`
    case 'people':
      return `${name}: ${members?.map((one) => `${oneLine(one.name)} (${one.id})`).join(', ') || 'nobody now'}`
    case 'destination':
      return `${name}: whoever may press at ${destination_id}`
    case 'external':
      return `${name}: ${size} accounts, as its platform said ${answered_at ?? 'never yet'}`
    case null:
      return `${name}: there is no such group now, so nobody`
  }
}

export function shadowedLines({ counts, approvals, complete }: api.Shadowed): string[] {
  if (counts.length === 0) return ['No shadow rule would have done anything']
  const most = complete ? [] : ['There are more than were counted']
  return [
    ...counts.map(({ rule, would, approvals: count, statuses }) => {
      const became = Object.entries(statuses)
        .filter(([, some]) => some > 0)
        .map(([status, some]) => `${some} ${status}`)
      return `"${rule}" would ${would} ${count}: ${became.join(', ')}`
    }),
    ...most,
    '',
    'The latest:',
    ...approvals.map(({ id, created_at, agent_id, tool, status, shadows }) => {
      const would = shadows.map((note) => `"${note.rule}" would ${note.would}`).join(', ')
      return `  ${created_at} ${id} ${oneLine(agent_id)} ${oneLine(tool)} is ${status}; ${would}`
    }),
  ]
}
