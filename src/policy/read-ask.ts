// Reads what a rule asks of people and of the agent; what is left out is as usual.

import {
  type Ask,
  EXPIRY_SECONDS,
  GRANT_SECONDS,
  MAX_APPROVALS,
  MAX_NAME,
  MAX_PATTERNS,
  MAX_REQUIREMENTS,
  REQUIRED,
  type Requirement,
  TOLD,
  USUAL_ASK,
} from './policy.ts'
import {
  fieldsOf,
  flagOf,
  hintsOf,
  lineOf,
  listOf,
  type Spot,
  wholeNumberOf,
  wordsOf,
  wrong,
} from './spot.ts'

export const ASK_FIELDS = [
  'requirements',
  'expires_in_seconds',
  'note_required',
  'details_must_be_opened',
  'escalate',
  'destinations',
  'require',
  'tell',
  'grant_seconds',
] as const
const ONE = '{group: payments, approvals: 2}'
const EXAMPLE = `{requirements: [${ONE}]}`
const HINTS = hintsOf([`it belongs in requirements: [${ONE}]`, ['group', 'groups', 'approvals', 'approvers']])

/** `true` asks for the usual. */
export function askOf(spot: Spot): Ask | undefined {
  const { tree } = spot
  if (tree.kind === 'boolean' && tree.value) return USUAL_ASK
  const fields = fieldsOf(spot, ASK_FIELDS, EXAMPLE, HINTS)
  if (!fields) return undefined
  const { from, to } = EXPIRY_SECONDS
  const given: { [Name in keyof Ask]: Ask[Name] | undefined } = {
    requirements: fields.requirements && requirementsOf(fields.requirements),
    expiresInSeconds: fields.expires_in_seconds && wholeNumberOf(fields.expires_in_seconds, from, to),
    noteRequired: fields.note_required && wordsOf(fields.note_required, ['approve', 'deny']),
    detailsMustBeOpened: fields.details_must_be_opened && flagOf(fields.details_must_be_opened),
    escalate: fields.escalate && escalationOf(fields.escalate),
    destinations: fields.destinations && destinationsOf(fields.destinations),
    require: fields.require && wordsOf(fields.require, REQUIRED),
    tell: fields.tell && wordsOf(fields.tell, TOLD),
    grantSeconds: fields.grant_seconds && grantSecondsOf(fields.grant_seconds),
  }
  return { ...USUAL_ASK, ...(Object.fromEntries(Object.entries(given).filter(isGiven)) as Partial<Ask>) }
}

export function grantSecondsOf(spot: Spot): number | undefined {
  return wholeNumberOf(spot, GRANT_SECONDS.from, GRANT_SECONDS.to)
}

function isGiven([, value]: [string, unknown]): boolean {
  return value !== undefined
}

function requirementsOf(spot: Spot): Requirement[] | undefined {
  const seen = new Set<string>()
  return listOf(spot, { most: MAX_REQUIREMENTS, example: `[${ONE}]` }, (entry) => {
    const fields = fieldsOf(entry, ['group', 'approvals'], ONE)
    if (!fields) return undefined
    if (!fields.group) return wrong(entry, `must name a group, such as ${ONE}`)
    const group = groupOf(fields.group)
    const approvals = fields.approvals ? wholeNumberOf(fields.approvals, 1, MAX_APPROVALS) : 1
    if (group === undefined || approvals === undefined) return undefined
    if (seen.has(group))
      return wrong(entry, `names ${group} again: name it once, with as many approvals as it takes`)
    seen.add(group)
    return { group, approvals }
  })
}

/** In lower case, as groups are named. */
function groupOf(spot: Spot): string | undefined {
  return lineOf(spot, MAX_NAME, 'payments')?.toLowerCase()
}

function escalationOf(spot: Spot): Ask['escalate'] | undefined {
  const example = '{after_seconds: 600, to: oncall}'
  const fields = fieldsOf(spot, ['after_seconds', 'to'], example)
  if (!fields) return undefined
  const { after_seconds, to } = fields
  if (!after_seconds || !to) return wrong(spot, `must say when and to whom, such as ${example}`)
  const afterSeconds = wholeNumberOf(after_seconds, EXPIRY_SECONDS.from, EXPIRY_SECONDS.to)
  const group = groupOf(to)
  return afterSeconds === undefined || group === undefined ? undefined : { afterSeconds, to: group }
}

function destinationsOf(spot: Spot): string[] | undefined {
  const found = listOf(
    spot,
    { most: MAX_PATTERNS, example: '[dst_…], by the ids of destinations' },
    (entry) => lineOf(entry, MAX_NAME, 'dst_…, the id of a destination'),
  )
  return found && [...new Set(found)]
}
