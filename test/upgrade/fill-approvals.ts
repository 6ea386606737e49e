// Asks for approvals for a fixture: one for each way to end, and some that are still open.

import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { ANA } from '../fakes/slack-requests.ts'
import type { FixtureRecord, Repeat } from './fixture.ts'
import { AGENT, letter, refund, WEEK } from './requests.ts'
import { SETTINGS, type Surroundings } from './surroundings.ts'

type Keys = FixtureRecord['keys']

export async function askAndClose(around: Surroundings, keys: Keys) {
  const refunded = await approvedInSlack(around, keys)
  const refused = await deniedByKey(around, keys)
  return {
    approvedInSlack: refunded.id,
    approvedByKey: await approvedByKey(around, keys),
    deniedByKey: refused.id,
    deniedInTeams: await deniedInTeams(around, keys),
    withdrawn: await withdrawn(around, keys),
    expired: await expired(around, keys),
    repeats: [refunded, refused],
  }
}

async function approvedInSlack(around: Surroundings, keys: Keys): Promise<Repeat> {
  const asked = await askOnce(around, refund(1), keys, 'refund-1')
  await around.settle()
  const { ts } = await cardInSlack(around, asked.id)
  await around.running.slack.click({ channel: CHANNEL, ts, actionId: 'approve_action', userId: ANA })
  await around.settle()
  return asked
}

async function approvedByKey(around: Surroundings, keys: Keys): Promise<string> {
  const id = await ask(around, refund(2), keys.agent)
  await around.settle()
  await around.call('POST', `/v1/approvals/${id}/decision`, { decision: 'approve' }, { key: keys.ana })
  await around.settle()
  return id
}

async function deniedByKey(around: Surroundings, keys: Keys): Promise<Repeat> {
  const id = await ask(around, letter(), keys.boundAgent)
  await around.settle()
  const path = `/v1/approvals/${id}/decision`
  const body = { decision: 'deny', note: 'Nicht vor Montag: „zu früh“ 🛑' }
  const idempotencyKey = 'denied-once'
  const headers = { 'idempotency-key': idempotencyKey }
  await around.call('POST', path, body, { key: keys.cleo, headers })
  await around.settle()
  return { path, key: 'cleo', idempotencyKey, body, id }
}

async function deniedInTeams(around: Surroundings, keys: Keys): Promise<string> {
  const { teams } = around.running
  const { places, people } = teams.workspace
  const action = { tool: 'ops.restart', arguments: { service: 'billing' } }
  const id = await ask(around, { agent: AGENT, action, risk: { level: 'critical' } }, keys.agent)
  await around.settle()
  const card = teams.messages(places.approvals).find((one) => JSON.stringify(one).includes(id))
  await teams.click({
    conversationId: places.approvals,
    activityId: String(card?.id),
    userId: people.ben.id,
    title: 'Deny',
    how: 'execute',
  })
  await around.settle()
  return id
}

/** While its card waits for the second try. */
async function withdrawn(around: Surroundings, keys: Keys): Promise<string> {
  const { running, call, clock, allTried, settle } = around
  running.slack.failNext({ method: 'chat.postMessage', status: 503 })
  const id = await ask(around, refund(3), keys.agent)
  await allTried()
  const body = { reason: 'the customer called back' }
  await call('POST', `/v1/approvals/${id}/withdraw`, body, { key: keys.agent })
  clock.advance(60_000)
  await settle()
  return id
}

async function expired(around: Surroundings, keys: Keys): Promise<string> {
  const { call, clock, settle } = around
  const id = await ask(around, { ...refund(4), expires_in_seconds: 600 }, keys.rotated)
  await settle()
  clock.advance(600_000)
  const read = () => call<ApprovalView>('GET', `/v1/approvals/${id}`)
  await eventually(async () => (await read()).status === 'expired')
  await settle()
  return id
}

/** What is still open at the end: one whose card stands, one whose card waits for its second try, and others. */
export async function askAndLeave(around: Surroundings, keys: Keys, places: FixtureRecord['destinations']) {
  const { call, running, settle, allTried } = around
  const unreached = await unreachedOne(around, keys)
  // Only now: the fallback would have taken that card.
  await call('PATCH', `${SETTINGS}/${places.onCall}`, { settings: { fallback: true } })

  const asked = await askOnce(around, { ...refund(5), ...WEEK }, keys, 'refund-5')
  await settle()
  const { ts } = await cardInSlack(around, asked.id)
  await call('DELETE', `${SETTINGS}/${places.discord}`)

  const { id: testCard } = await call<ApprovalView>('POST', `${SETTINGS}/${places.approvals}/test`)
  await settle()
  running.slack.failNext({ method: 'chat.postMessage', status: 503 })
  const undelivered = await ask(around, { ...refund(6), ...WEEK }, keys.agent)
  await allTried()
  return {
    unreached,
    pending: asked.id,
    testCard,
    undelivered,
    repeat: asked,
    pendingCard: { channel: CHANNEL, ts },
  }
}

async function unreachedOne(around: Surroundings, keys: Keys): Promise<string> {
  around.running.slack.failNext({ method: 'chat.postMessage', error: 'is_archived' })
  const action = { tool: 'archive.delete', summary: 'Delete all of 2019' }
  const id = await ask(around, { agent: AGENT, action, ...WEEK }, keys.agent)
  await around.settle()
  const read = () => around.call<ApprovalView>('GET', `/v1/approvals/${id}`)
  await eventually(async () => !(await read()).reached)
  await around.settle()
  return id
}

async function ask({ call }: Surroundings, wanted: Record<string, unknown>, key: string): Promise<string> {
  return (await call<ApprovalView>('POST', '/v1/approvals', wanted, { key })).id
}

async function askOnce(
  { call }: Surroundings,
  body: Record<string, unknown>,
  keys: Keys,
  idempotencyKey: string,
): Promise<Repeat> {
  const path = '/v1/approvals'
  const headers = { 'idempotency-key': idempotencyKey }
  const { id } = await call<ApprovalView>('POST', path, body, { key: keys.agent, headers })
  return { path, key: 'agent', idempotencyKey, body, id }
}

function cardInSlack({ running }: Surroundings, id: string) {
  return eventually(() => running.slack.messages(CHANNEL).find((one) => JSON.stringify(one).includes(id)))
}
