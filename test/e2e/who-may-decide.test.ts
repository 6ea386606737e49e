// Shows in one table who may decide what, the same on every surface: clicks, modals and notes in Slack and Teams, and the API.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { type Answered, CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { remembered } from '../fakes/peek.ts'
import { clickOf, payload, postToSlackEndpoint, submissionOf } from '../fakes/slack-requests.ts'
import { shown } from '../fakes/teams-office.ts'

type Who = 'ana' | 'ben' | 'guest'
type Verdict = 'approve' | 'deny'
type Surface = keyof typeof SURFACES

interface Case {
  /** The first part of the tool: which rule of the policy is for it; `plain`: none. */
  rule: string
  who: Who
  verdict?: Verdict
  note?: string
  /** On whose behalf the agent asks. */
  requestedBy?: string
  /** What happens before, beside the asking. */
  before?: (asked: ApprovalView) => Promise<unknown>
  /** How it stands then, or the sentence of the refusal. */
  ends: string
}

const ADDRESS = { ana: 'ana.ruiz@example.com', ben: 'ben.okafor@example.com' }
const SLACK_ID = { ana: 'U0ANARUIZ0', ben: 'U0BENOKAFO', guest: 'U0GUEST000' }
const DAY_S = 86_400

const RULES = [
  { name: 'one', requirements: [{ group: 'payments', approvals: 1 }] },
  {
    name: 'both',
    requirements: [
      { group: 'payments', approvals: 1 },
      { group: 'security', approvals: 1 },
    ],
  },
  { name: 'note', note_required: ['approve', 'deny'] },
  { name: 'read', details_must_be_opened: true },
  {
    name: 'late',
    requirements: [{ group: 'security', approvals: 1 }],
    escalate: { after_seconds: 60, to: 'payments' },
  },
  { name: 'ended', requirements: [{ group: 'stand-ins', approvals: 1 }] },
].map(({ name, ...ask }) => ({ name, match: { tools: [`${name}.*`] }, ask }))
const POLICY = {
  rules: [
    ...RULES,
    { name: 'never', match: { tools: ['never.*'] }, deny: 'Ask the database team' },
    { name: 'free', match: { tools: ['free.*'] }, allow: true },
  ],
}

const NO = {
  guest: 'Guests may not decide; ask a full member',
  own: 'You cannot decide a request made by you or on your behalf',
  voted: 'You have already voted on this approval request',
  note: 'The policy asks for a note with this decision',
  opened: 'Open all of it before you approve: press View details and go to its last page',
  posted: 'Read all of it before you approve, and say so: POST its digest to /v1/approvals/:id/seen',
  expired: 'Approval request has expired',
  payments: 'Only members of payments may decide this',
  security: 'Only members of security may decide this',
}

const clock = manualClock()
let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let running: Running
const keys: Partial<Record<Who, string>> = {}
/** A card in Teams with buttons. */
let pattern: { conversationId: string; activityId: string }
let asks = 0
let presses = 0

beforeAll(async () => {
  const [sqlite] = databases
  database = await (sqlite as (typeof databases)[number]).create()
  running = await startCountersign({ databaseUrl: database.url, clock, teams: true })
  await running.destination()
  await running.teamsDestination()
  for (const [who, email] of Object.entries(ADDRESS)) {
    const name = who === 'ana' ? 'Ana Ruiz' : 'Ben Okafor'
    keys[who as Who] = await running.key({ roles: ['reviewer'], person: { name, email } })
  }
  const tenants = [
    { platform: 'slack', tenant: 'T0SANDBOX0', domains: ['example.com'] },
    { platform: 'teams', tenant: running.teams.workspace.people.ana.tenantId, domains: ['example.com'] },
  ]
  await changed('PUT', '/v1/people/vouching', tenants)
  const until = new Date(clock.now() + DAY_S * 1000).toISOString()
  for (const [name, members] of Object.entries({
    payments: [{ email: ADDRESS.ana }],
    security: [{ email: ADDRESS.ben }],
    'stand-ins': [{ email: ADDRESS.ana, until }],
  })) {
    await changed('POST', '/v1/groups', { name })
    for (const member of members) await changed('POST', `/v1/groups/${name}/members`, member)
  }
  await changed('PUT', '/v1/policies', POLICY)
  const card = await cardInTeams((await running.ask({ expires_in_seconds: 604_800 })).body)
  pattern = { conversationId: card.conversationId, activityId: card.id }
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
})

async function changed(method: string, path: string, body: unknown): Promise<void> {
  const answer = await running.call(method, path, { body })
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
}

const read = async ({ id }: { id: string }) =>
  (await running.call<ApprovalView>('GET', `/v1/approvals/${id}`)).body

async function decide(asked: { id: string }, who: Who, verdict: Verdict, note?: string) {
  const body = { decision: verdict, ...(note !== undefined && { note }) }
  return running.call(`POST`, `/v1/approvals/${asked.id}/decision`, { key: keys[who] as string, body })
}

const cardInSlack = ({ id }: { id: string }) =>
  eventually(() => running.slack.messages(CHANNEL).find((message) => JSON.stringify(message).includes(id)))
const cardInTeams = ({ id }: { id: string }) =>
  eventually(() =>
    running.teams
      .messages(running.teams.workspace.places.approvals)
      .find(({ card }) => JSON.stringify(card)?.includes(id)),
  )

interface Pressed {
  asked: ApprovalView
  who: Who
  verdict: Verdict
  note?: string | undefined
}

/** Each resolves with the sentence of the refusal, or '' where there is none. */
const SURFACES = {
  async 'a click in Slack'({ asked, who, verdict }: Pressed): Promise<string> {
    presses += 1
    const responseUrl = new URL(`../respond/${presses}`, running.slack.apiUrl()).href
    const told = () => running.slack.calls.filter(({ method }) => method === 'response_url')
    const before = told().length
    const { ts } = await cardInSlack(asked)
    const click = {
      approvalId: asked.id,
      ts,
      user: SLACK_ID[who],
      actionId: `${verdict}_action`,
      responseUrl,
    }
    await postToSlackEndpoint(running.url, clock, { body: payload(clickOf(click)) })
    if ((await read(asked)).decisions.length > asked.decisions.length) return ''
    const { args } = await eventually(() => told()[before])
    return sentenceIn(args)
  },
  async 'a modal in Slack'({ asked, who, verdict, note }: Pressed): Promise<string> {
    const { ts } = await cardInSlack(asked)
    const metadata = JSON.stringify({ approvalId: asked.id, channelId: CHANNEL, ts, verdict })
    const sent = submissionOf({ metadata, note: note ?? null, user: SLACK_ID[who] })
    const { text } = await postToSlackEndpoint(running.url, clock, { body: payload(sent) })
    return sentenceIn(text)
  },
  async 'a button in Teams'({ asked, who, verdict, note }: Pressed): Promise<string> {
    const { id: activityId, conversationId } = await cardInTeams(asked)
    const userId = running.teams.workspace.people[who].id
    const data = { action: verdict, approval_id: asked.id, ...(note !== undefined && { note }) }
    const activity = {
      type: 'invoke',
      name: 'adaptiveCard/action',
      value: { action: { type: 'Action.Execute', verb: verdict, data } },
    }
    const from = running.teams.clickActivity({ ...pattern, userId, title: 'Deny', how: 'execute' })
    const like = { ...from, conversation: { ...(from.conversation as object), id: conversationId } }
    return sentenceIn(shown(await running.teams.send({ ...like, ...activity, replyToId: activityId })))
  },
  async 'the API'({ asked, who, verdict, note }: Pressed): Promise<string> {
    const { status, body }: Answered = await decide(asked, who, verdict, note)
    return status < 300 ? '' : sentenceIn(String(body.detail))
  },
}

/** The one of ours that stands in it. */
function sentenceIn(answer: unknown): string {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  const known = [
    ...Object.values(NO),
    'Already approved',
    'Already denied',
    'Already withdrawn',
    'You have already',
  ]
  return known.find((sentence) => text.includes(sentence)) ?? ''
}

async function openAll(asked: ApprovalView): Promise<void> {
  const body = { digest: asked.digest }
  const seen = await running.call('POST', `/v1/approvals/${asked.id}/seen`, { key: keys.ana as string, body })
  expect(seen.status).toBe(200)
}
const withdraw = (asked: ApprovalView) =>
  running.call('POST', `/v1/approvals/${asked.id}/withdraw`, { body: {} })
const later = async (seconds: number) => {
  clock.advance(seconds * 1000)
  await running.app.desk.escalateDue()
}

const CASES: Record<string, Case> = {
  'without a rule a member decides': { rule: 'plain', who: 'ana', ends: 'approved' },
  'without a rule anybody else who is a member does': { rule: 'plain', who: 'ben', ends: 'approved' },
  'without a rule a member denies': { rule: 'plain', who: 'ben', verdict: 'deny', ends: 'denied' },
  'a guest never decides': { rule: 'plain', who: 'guest', ends: NO.guest },
  'nor where a group is asked': { rule: 'one', who: 'guest', verdict: 'deny', ends: NO.guest },
  'who is asked for does not decide': { rule: 'plain', who: 'ana', requestedBy: ADDRESS.ana, ends: NO.own },
  'nor as a member of the group': { rule: 'one', who: 'ana', requestedBy: ADDRESS.ana, ends: NO.own },
  'another one does': { rule: 'plain', who: 'ben', requestedBy: ADDRESS.ana, ends: 'approved' },
  'a member of the group approves': { rule: 'one', who: 'ana', ends: 'approved' },
  'a member of the group denies': { rule: 'one', who: 'ana', verdict: 'deny', ends: 'denied' },
  'who is in no group does not approve': { rule: 'one', who: 'ben', ends: NO.payments },
  'who is in no group does not deny': { rule: 'one', who: 'ben', verdict: 'deny', ends: NO.payments },
  'of two groups the first waits for the second': { rule: 'both', who: 'ana', ends: 'pending' },
  'the second one closes it': {
    rule: 'both',
    who: 'ben',
    before: (asked) => decide(asked, 'ana', 'approve'),
    ends: 'approved',
  },
  'a denial closes it whatever was approved': {
    rule: 'both',
    who: 'ben',
    verdict: 'deny',
    before: (asked) => decide(asked, 'ana', 'approve'),
    ends: 'denied',
  },
  'nobody votes twice, by whichever account or key': {
    rule: 'both',
    who: 'ana',
    before: (asked) => decide(asked, 'ana', 'approve'),
    ends: NO.voted,
  },
  'a note that is asked for must be given': { rule: 'note', who: 'ana', ends: NO.note },
  'also to deny': { rule: 'note', who: 'ana', verdict: 'deny', ends: NO.note },
  'what must be opened is not approved before': { rule: 'read', who: 'ana', ends: NO.opened },
  'it is denied without': { rule: 'read', who: 'ana', verdict: 'deny', ends: 'denied' },
  'once it was opened, wherever, it is approved': {
    rule: 'read',
    who: 'ana',
    before: openAll,
    ends: 'approved',
  },
  'what somebody else opened does not count': { rule: 'read', who: 'ben', before: openAll, ends: NO.opened },
  'before its time the next group is not asked': { rule: 'late', who: 'ana', ends: NO.security },
  'after its time it is': { rule: 'late', who: 'ana', before: () => later(61), ends: 'approved' },
  'what is closed stays so': {
    rule: 'one',
    who: 'ben',
    before: (asked) => decide(asked, 'ana', 'approve'),
    ends: 'Already approved',
  },
  'who has closed it hears that it was they': {
    rule: 'one',
    who: 'ana',
    verdict: 'deny',
    before: (asked) => decide(asked, 'ana', 'approve'),
    ends: 'You have already',
  },
  'what was withdrawn is not decided': {
    rule: 'one',
    who: 'ana',
    before: withdraw,
    ends: 'Already withdrawn',
  },
  'what expired is not decided': { rule: 'one', who: 'ana', before: () => later(3601), ends: NO.expired },
}

/** Where a note can stand. */
const WITH_NOTE: Record<string, Case> = {
  'a note is taken where it is asked for': { rule: 'note', who: 'ana', note: 'checked', ends: 'approved' },
  'blanks are no note': { rule: 'note', who: 'ana', note: ' \n ', ends: NO.note },
  'and where it is not': { rule: 'one', who: 'ana', verdict: 'deny', note: 'no', ends: 'denied' },
}

/** A guest has no key. */
const isFor = (surface: Surface, { who }: Case) => surface !== 'the API' || who !== 'guest'
const rowsOf = (surface: Surface) =>
  Object.entries(surface === 'a click in Slack' ? CASES : { ...CASES, ...WITH_NOTE }).filter(([, one]) =>
    isFor(surface, one),
  )

describe.each(Object.keys(SURFACES) as Surface[])('by %s', (surface) => {
  test.each(rowsOf(surface))('%s', async (_name, one) => {
    const { rule, who, verdict = 'approve', note, requestedBy, before, ends } = one
    asks += 1
    const { body } = await running.ask({
      action: { tool: `${rule}.it`, arguments: { number: asks } },
      ...(requestedBy !== undefined && { requested_by: { email: requestedBy } }),
    })
    await Promise.all([cardInSlack(body), cardInTeams(body)])
    await remembered(database.url, body.id, 2)
    await before?.(body)
    const asked = await read(body)
    const said = await SURFACES[surface]({ asked, who, verdict, note })
    const now = await read(asked)
    if (now.status === ends) return expect(said).toBe('')
    // What is to be done is said in the words of the surface.
    expect(said).toBe(surface === 'the API' && ends === NO.opened ? NO.posted : ends)
    expect(now.decisions).toEqual(asked.decisions)
    expect(now.status).toBe(ends === NO.expired ? 'expired' : asked.status)
  })
})

test('who was in a group until a moment is in it no more', async () => {
  const ask = async () =>
    (await running.ask({ action: { tool: 'ended.it', arguments: { number: clock.now() } } })).body
  expect((await decide(await ask(), 'ana', 'approve')).status).toBe(200)
  clock.advance(DAY_S * 1000 + 1)
  expect((await decide(await ask(), 'ana', 'approve')).body.detail).toBe(
    'Only members of stand-ins may decide this',
  )
})

test.each([
  ['never', 'denied'],
  ['free', 'approved'],
])('what the policy answers is answered on every surface: %s', async (rule, status) => {
  const { body } = await running.ask({ action: { tool: `${rule}.it`, arguments: { number: clock.now() } } })
  expect(body).toMatchObject({ status, answered_by: { kind: 'policy', rule } })
  expect((await decide(body, 'ana', 'approve')).body.detail).toBe(`Already ${status}`)
})
