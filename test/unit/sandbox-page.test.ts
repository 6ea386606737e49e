// Shows that the sandbox sets itself up once, plays its places as they are, and that its agent learns the answer.

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { JSON_HEADERS, sandboxServer } from '../fakes/sandbox-server.ts'

const served = sandboxServer()
const { start, stop, send, snapshot, act } = served

const talk = (conversation_id: string, user_id: string | undefined) => ({ conversation_id, user_id })

const ask = { kind: 'refund', expires_in_seconds: 60 }

test('the page is served with a strict policy and is never cached', async () => {
  for (const path of ['/sandbox', '/sandbox/page.js', '/sandbox/base.css', '/sandbox/adaptivecards.js']) {
    const { status, headers } = await send(path)
    expect(status, path).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
  }
})

test('it sets itself up once, and keeps its keys to itself', async () => {
  await served.sandbox.ready()
  await stop()
  await start()
  await served.sandbox.ready()
  expect(served.product.postedTo('/v1/settings/notifications')).toMatchObject([
    { channel_type: 'slack', config: { channel_id: 'C0APPROVALS' } },
    { channel_type: 'teams', config: { conversation_id: expect.stringMatching(/@thread\.tacv2$/) } },
    { channel_type: 'discord', config: { webhook_url: expect.stringContaining('/api/webhooks/') } },
    { channel_type: 'telegram', config: { chat_id: '-1001200000001' } },
  ])
  expect(served.product.postedTo('/v1/api-keys')).toMatchObject([
    { roles: ['agent'] },
    { roles: ['reviewer'], person: { name: 'Ana Ruiz', email: 'ana.ruiz@example.com' } },
  ])
  const file = join(served.dataDir, 'sandbox.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  for (const key of served.product.known) expect(readFileSync(file, 'utf8')).toContain(key)
  for (const key of served.product.known) expect(JSON.stringify(await snapshot())).not.toContain(key)
})

test('whatever the product is connected to is on this machine', async () => {
  await served.sandbox.ready()
  const told = JSON.stringify([
    served.sandbox.connections,
    served.product.postedTo('/v1/settings/notifications'),
  ])
  expect(new Set(told.match(/https?:\/\/[^/":]+/g))).toEqual(new Set(['http://127.0.0.1']))
  expect(served.sandbox.connections.egress.allowCidrs).toEqual(['127.0.0.0/8', '::1/128'])
})

test('on another port Discord is where it was: its destination is told the new address', async () => {
  await served.sandbox.ready()
  expect(served.product.changed).toEqual([])
  await stop()
  await start()
  await served.sandbox.ready()
  const webhook_url = expect.stringMatching(`^http://127\\.0\\.0\\.1:${served.port}/api/webhooks/`)
  expect(served.product.changed).toEqual([{ id: 'dst_2', config: { webhook_url } }])
})

test('a reviewer’s key is given to that reviewer alone, and is another one once it is not known any more', async () => {
  const { people } = await snapshot()
  const [ana, ...others] = people.map(({ slackId }) => slackId)
  const keyFor = (user_id?: string) => act('reviewer-key', { user_id })
  expect(people.map(({ hasKey }) => hasKey)).toEqual([true, false, false])
  expect(await keyFor(ana)).toEqual([409, { detail: expect.stringContaining('no key yet') }])
  await served.sandbox.ready()
  expect(await keyFor(ana)).toEqual([200, { key: 'reviewer-key-2' }])
  for (const other of [...others, undefined]) {
    expect(await keyFor(other)).toEqual([403, { detail: expect.stringContaining('only to the reviewer') }])
  }
  served.product.known.delete('reviewer-key-2')
  await stop()
  await start()
  await served.sandbox.ready()
  expect(await keyFor(ana)).toEqual([200, { key: 'reviewer-key-3' }])
  expect((await send('/sandbox/reviewer-key')).status).toBe(404)
})

test('who acts is the same person in Slack and in Teams', async () => {
  const { people, teams } = await snapshot()
  expect(people.map(({ name, guest }) => [name, guest])).toEqual([
    ['Ana Ruiz', false],
    ['Ben Okafor', false],
    ['Gil Guest', true],
  ])
  expect(teams).toMatchObject({ team: 'Operations', channel: { name: 'Approvals' } })
  await served.sandbox.ready()
  for (const { name, teamsId } of people) {
    expect(await act('teams-message', { ...talk(teams.channel.id, teamsId), text: 'status' })).toEqual([
      200,
      expect.objectContaining({ status: 200 }),
    ])
    expect(served.product.posted.at(-1)?.body).toMatchObject({ type: 'message', from: { name } })
    expect((await snapshot()).teams.messages.at(-1)).toMatchObject({
      from: name,
      byBot: false,
      text: 'status',
    })
  }
})

test('what cannot be pressed or said is told in words, whatever was sent', async () => {
  await served.sandbox.ready()
  const { teams, people } = await snapshot()
  const gone = [409, { detail: expect.stringContaining('no longer on the card') }]
  for (const message_id of ['1', '', null, {}]) {
    const click = { ...talk(teams.channel.id, people[0]?.teamsId), message_id, verb: 'approve' }
    expect(await act('teams-click', click)).toEqual(gone)
  }
  for (const action of ['teams-click', 'slack-click']) expect(await act(action)).toEqual(gone)
  const nobody = [409, { detail: 'There is no such person or channel here' }]
  for (const action of ['teams-message', 'slack-command']) expect(await act(action)).toEqual(nobody)
  expect(await act('teams-message', talk('19:elsewhere', people[0]?.teamsId))).toEqual(nobody)
})

test('a set-up that fails says so on the page too', async () => {
  await stop()
  await start()
  served.rewrite = (path) => (path === '/v1/api-keys' ? '/nowhere' : path)
  await expect(served.sandbox.ready()).rejects.toThrow('404')
  expect(await snapshot()).toMatchObject({ ready: false, problem: expect.stringContaining('404') })
})

test('the agent asks, waits and tells how soon after the decision it was released', async () => {
  await served.sandbox.ready()
  expect((await send('/sandbox/ask', { method: 'POST', headers: JSON_HEADERS, body: ask })).status).toBe(202)
  await expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('waiting')
  const request = served.product.posted.at(-1)
  expect(request?.body).toMatchObject({ action: { tool: 'stripe.refund' }, expires_in_seconds: 60 })
  expect(request?.headers['idempotency-key']).toBeTruthy()
  const decisions = [{ verdict: 'approve', reviewer: { name: 'Ana' }, note: 'checked' }]
  await served.product.decide({ status: 'approved', decisions })
  await expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('ran')
  const { runs } = await snapshot()
  expect(runs[0]).toMatchObject({ decided_by: 'Ana', note: 'checked', told_after_ms: expect.any(Number) })
  expect(runs[0]?.receipt).toMatchObject({ kid: 'k', claims: { aud: 'stripe.refund' } })
  const { summary: _, ...action } = Object(request?.body.action)
  expect(served.product.posted.at(-1)).toMatchObject({
    path: '/v1/approvals/apr_1/redeem',
    body: { action },
    headers: { 'idempotency-key': request?.headers['idempotency-key'] },
  })
})

test.each([
  ['of another issuer', { iss: 'http://127.0.0.1' }, /unexpected "iss"/],
  ['for another tool', { aud: 'bank.payout' }, /unexpected "aud"/],
  ['that is too old', { exp: 1 }, /"exp" claim/],
  ['for another action', { digest: 'sha256:0' }, 'another action was approved'],
])('the tool runs nothing on a receipt %s, and the page says why', async (_, flaw, sentence) => {
  await served.sandbox.ready()
  await act('ask', ask)
  served.product.flaw = flaw
  await served.product.decide({ status: 'approved', decisions: [] })
  await expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('not_run')
  const [run] = (await snapshot()).runs
  expect(run).toMatchObject({ receipt: null, problem: expect.stringMatching(sentence) })
  const attempted = await act('attempt', { run_id: run?.id, what: 'change' })
  expect(attempted).toEqual([502, { detail: expect.stringContaining('it has not run') }])
})

test('the agent tells of a violation and waits for nobody', async () => {
  await served.sandbox.ready()
  const [status] = await act('ask', { ...ask, kind: 'violation' })
  expect(status).toBe(202)
  await expect
    .poll(async () => (await snapshot()).runs[0])
    .toMatchObject({ kind: 'violation', status: 'told' })
  expect(served.product.postedTo('/v1/events')).toMatchObject([
    {
      type: 'policy.violation',
      severity: 'high',
      agent: { id: 'sandbox-ops-copilot' },
      tool: 'gmail.send',
      action: 'blocked',
      data: { policy_name: 'no-pii-in-mail' },
    },
  ])
  expect(served.product.posted.at(-1)?.headers.authorization).toBe('Bearer agent-key-1')
  expect(served.product.postedTo('/v1/approvals')).toEqual([])
})

test('what Discord and Telegram were told survives a restart', async () => {
  await served.sandbox.ready()
  await tellBoth('before')
  await stop()
  await start()
  await served.sandbox.ready()
  const { discord, telegram } = await snapshot()
  expect(discord).toMatchObject({ channel: 'agent-approvals', messages: [{ content: 'before' }] })
  expect(telegram).toMatchObject({ chat: 'Agent approvals', messages: [{ text: 'before' }] })
})

test('Discord and Telegram take no more than the real ones do', async () => {
  await served.sandbox.ready()
  const answers = await Promise.all(Array.from({ length: 31 }, () => tellBoth('again')))
  expect(answers.map(([discord]) => discord).filter((status) => status === 429)).toHaveLength(1)
  expect(answers.map(([, telegram]) => telegram).filter((status) => status === 200)).toHaveLength(1)
})

test('only what is sent to a webhook is read by Discord', async () => {
  const broken = { method: 'POST', headers: JSON_HEADERS, body: '{' }
  const answer = async (path: string) =>
    (await fetch(`http://127.0.0.1:${served.port}${path}`, broken)).text()
  expect(await answer('/api/webhooks/1/x')).toContain('50109')
  expect(await answer('/v1/approvals')).not.toContain('50109')
})

/** As the product does it; the statuses of both answers. */
async function tellBoth(text: string): Promise<number[]> {
  const configs = served.product.postedTo('/v1/settings/notifications').map(({ config }) => config)
  const { webhook_url, bot_token, chat_id } = Object.assign({}, ...configs)
  const post = async (url: string, body: unknown) =>
    (await fetch(url, { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(body) })).status
  const { pathname } = new URL(webhook_url)
  return Promise.all([
    post(`http://127.0.0.1:${served.port}${pathname}?wait=true`, { content: text }),
    post(`http://127.0.0.1:${served.port}/sandbox/telegram/bot${bot_token}/sendMessage`, { chat_id, text }),
  ])
}

test('cards and waiting requests survive a restart', async () => {
  await served.sandbox.ready()
  await send('/sandbox/ask', { method: 'POST', headers: JSON_HEADERS, body: ask })
  await expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('waiting')
  const form = new URLSearchParams({ channel: 'C0APPROVALS', text: 'a card' })
  const headers = { authorization: `Bearer ${served.sandbox.connections.slack.botToken}` }
  const api = `http://127.0.0.1:${served.port}/sandbox/slack/api/chat.postMessage`
  expect(await (await fetch(api, { method: 'POST', headers, body: form })).json()).toMatchObject({ ok: true })
  await stop()
  await start()
  await served.sandbox.ready()
  expect((await snapshot()).slack.messages).toMatchObject([{ text: 'a card' }])
  await served.product.decide({ status: 'denied' })
  await expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('denied')
})
