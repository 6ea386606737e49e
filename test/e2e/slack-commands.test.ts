// Shows that /governance in Slack answers with right figures, to those who may see them, and only to them.

import { beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'
import { ANA, postToSlackEndpoint, TEAM } from '../fakes/slack-requests.ts'

const SECOND = 'C0SECURITY'
const GUEST = 'U0GUEST000'

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  let oldest: ApprovalView
  let soonest: ApprovalView
  const ids = { main: '', second: '' }

  const say = async (text: string, userId = ANA, channel = CHANNEL) => {
    const { status, body } = await server.running.slack.command({ text, userId, channel })
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ response_type: 'ephemeral' })
    return body
  }
  /** Once what was answered before is not kept any more. */
  const sayLater = (text: string) => {
    server.clock.advance(3_001)
    return say(text)
  }
  /** Of the approval's card here. */
  const sent = (approval: ApprovalView, state: string, attempts: number) =>
    eventually(async () => {
      const path = `/v1/deliveries?destination=${ids.main}`
      const { body } = await server.running.call<{ data: Record<string, unknown>[] }>('GET', path)
      const found = body.data.find(({ approval_id }) => approval_id === approval.id)
      return found?.state === state && found.attempts === attempts
    })
  const ask = async (tool: string, level: string, more: object = {}) =>
    (await server.running.ask({ action: { tool }, risk: { level }, ...more })).body
  const posted = (approval: ApprovalView) =>
    eventually(() =>
      server.running.slack.messages(CHANNEL).some((message) => JSON.stringify(message).includes(approval.id)),
    )

  beforeAll(async () => {
    const { running, clock } = server
    ids.main = await running.destination()
    ids.second = await running.destination({
      name: 'Decided only',
      config: { bot_token: 'xoxb-test', channel_id: SECOND },
      events: ['approval.decided'],
    })
    expect(await say('status')).toContain('Pending: none')
    // In another workspace, whose cards concern nobody here; and one that nobody asks from.
    const webhook_url = running.slack.webhookUrl(CHANNEL).replace(TEAM, 'T0ELSEWHERE')
    const config = { webhook_url, signing_secret: 'the secret of another app' }
    await running.destination({ name: 'Elsewhere', config })
    await running.destination({ name: 'Elsewhere and off', config, enabled: false })
    const judge = await running.key(reviewer('Ana Ruiz'))
    for (const [seconds, decision] of [
      [90_000, 'approve'],
      [10, 'approve'],
      [20, 'approve'],
      [90, 'deny'],
    ] as const) {
      const { body } = await running.ask({ expires_in_seconds: 604_800 })
      clock.advance(seconds * 1000)
      const path = `/v1/approvals/${body.id}/decision`
      await running.call('POST', path, { key: judge, body: { decision } })
      // The first of them is decided more than a day ago.
      if (seconds === 90_000) clock.advance(86_400_001)
    }
    oldest = await ask('db.drop', 'critical', { expires_in_seconds: 86_400 })
    clock.advance(3_900_000)
    soonest = await ask('mail.send', 'low', { expires_in_seconds: 90 })
    await ask('mail.read', 'low', { expires_in_seconds: 3600 })
    await posted(soonest)
  })

  test('status counts what is pending by risk, and names the oldest and the next to expire', async () => {
    const answer = await say('status')
    expect(answer).toContain('Pending: 1 critical, 2 low')
    expect(answer).toContain(`Longest waiting: db.drop for agent-1 (${oldest.id}), for 1 h 5 min`)
    expect(answer).toContain(`Next to expire: mail.send for agent-1 (${soonest.id}), in 1 min 30 s`)
  })

  test('status tells the decisions of the last 24 hours and their median', async () => {
    expect(await say('status')).toContain(
      'Decided in 24 h: 2 approved, 1 denied, 0 expired; median 20 s to decide',
    )
  })

  test('status tells which deliveries fail, until they succeed', async () => {
    expect(await sayLater('status')).toContain('Failing deliveries: none')
    server.running.slack.failNext({ method: 'chat.postMessage', status: 500 })
    const asked = await ask('files.read', 'info', { expires_in_seconds: 3600 })
    await sent(asked, 'pending', 1)
    expect(await sayLater('status')).toContain('Failing deliveries: 1 being retried, 0 given up')
    server.clock.advance(7_000)
    await sent(asked, 'delivered', 2)
    expect(await sayLater('status')).toContain('Failing deliveries: none')
    server.running.slack.failNext({ method: 'chat.postMessage', error: 'invalid_blocks' })
    const lost = await ask('files.write', 'info', { expires_in_seconds: 3600 })
    await sent(lost, 'dead', 1)
    expect(await sayLater('status')).toContain('0 being retried, 1 given up in 24 h')
    for (const { id } of [asked, lost]) await server.running.call('POST', `/v1/approvals/${id}/withdraw`)
  })

  test('pending lists what waits, the longest first, to full members alone', async () => {
    const answer = await say('pending')
    expect(answer).toContain(`CRITICAL · db.drop for agent-1 · 22 h 54 min left · ${oldest.id}`)
    expect(answer.indexOf(oldest.id)).toBeLessThan(answer.indexOf(soonest.id))
    const refused = await say('pending', GUEST)
    expect(refused).toContain('Only full members')
    expect(refused).not.toContain('apr_')
  })

  test('show gives the whole payload where its card stands', async () => {
    const argument = 'a fact that only the payload holds'
    const { body } = await server.running.ask({
      action: { tool: 'db.drop', arguments: { argument } },
      expires_in_seconds: 3600,
    })
    await posted(body)
    for (const named of [`  ${body.id}  `, `\`${body.id.toUpperCase()}\``, `<${body.url}?from=slack|View>`]) {
      const answer = await say(`show ${named}`)
      expect(answer).toContain(argument)
      expect(answer).toContain(body.digest)
    }
  })

  test.each([
    ['a channel without its card', ANA, SECOND],
    ['a guest', GUEST, CHANNEL],
    ['somebody unknown', 'U0COUNTER0', CHANNEL],
  ])('show tells %s nothing', async (_who, userId, channel) => {
    const answer = await say(`show ${oldest.id}`, userId, channel)
    expect(answer).toContain('No such approval request in this conversation')
    expect(answer).not.toContain('db.drop')
  })

  test.each([
    'apr_',
    'apr_01hzzzzzzzzzzzzzzzzzzzzzzz',
    "apr_'--",
    '<!channel>',
    '../../etc/passwd',
    '\ud83d',
    'x'.repeat(3000),
    '__proto__',
  ])('show %j is not found, and not repeated', async (id) => {
    expect(JSON.parse(await say(`show ${id}`))).toMatchObject({
      text: 'No such approval request in this conversation',
    })
  })

  test.each([
    ['', undefined],
    ['help', undefined],
    ['show', undefined],
    ['frobnicate', 'frobnicate'],
    ['status now', 'now'],
    ['show a b', 'a'],
    ['approve apr_1', 'approve'],
    ['<!channel>', 'channel'],
    ['x'.repeat(3000), `${'x'.repeat(40)}…`],
  ])('%j gets the help, and %j is named before it', async (text, word) => {
    const answer = await say(text)
    for (const verb of ['status', 'pending', 'show', 'help']) expect(answer).toContain(verb)
    expect(answer).not.toContain('channel>')
    const { text: line, blocks } = JSON.parse(answer)
    const [first] = blocks.map((block: { text?: { text: string } }) => block.text?.text)
    expect(line).toContain('what you can ask')
    expect(first).toBe(word === undefined ? 'Countersign: what you can ask' : `I do not know "${word}".`)
  })

  test.each([
    ['another workspace', { team_id: 'T0ELSEWHERE' }],
    ['an unknown enterprise', { team_id: TEAM, enterprise_id: 'E0ELSEWHERE' }],
    ['no workspace', {}],
  ])('a command from %s is told that it is not connected', async (_where, form) => {
    const fields = { command: '/governance', text: 'pending', user_id: ANA, channel_id: CHANNEL, ...form }
    const body = new URLSearchParams(fields).toString()
    const answer = await postToSlackEndpoint(server.running.url, server.clock, { path: 'commands', body })
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      200,
      { response_type: 'ephemeral', text: ':warning: This workspace is not connected' },
    ])
  })

  test('status and pending tell nothing of what was told in another workspace alone', async () => {
    const { running } = server
    const own = { tools: ['db.*', 'mail.*', 'files.*'] }
    await running.call('PATCH', `/v1/settings/notifications/${ids.main}`, { body: own })
    const waiting = async () => /Pending: [^"]*/.exec(await sayLater('status'))?.[0]
    const before = await waiting()
    const { body } = await running.ask({ action: { tool: 'elsewhere.run' }, risk: { level: 'critical' } })
    expect(await waiting()).toBe(before)
    expect(await sayLater('pending')).not.toContain('elsewhere.run')
    await running.call('POST', `/v1/approvals/${body.id}/withdraw`)
    await running.call('PATCH', `/v1/settings/notifications/${ids.main}`, { body: { tools: null } })
  })

  test('who asks again within seconds is answered the same, a guest never', async () => {
    const before = [await sayLater('pending'), await say('status')]
    const { body } = await server.running.ask({ action: { tool: 'db.drop' } })
    expect([await say('pending'), await say('status')]).toEqual(before)
    expect(await say('pending', GUEST)).toContain('Only full members')
    expect(await sayLater('pending')).toContain(body.id)
    await server.running.call('POST', `/v1/approvals/${body.id}/withdraw`)
  })

  test('status counts, and does not name, what is off in no workspace', async () => {
    const config = { routing_key: 'a'.repeat(32) }
    const pager = { channel_type: 'pagerduty', name: 'Legal hold', config, enabled: false }
    const id = await server.running.destination(pager)
    const answer = await sayLater('status')
    expect(answer).toContain('1 other destination is off; no delivery waits behind it.')
    expect(answer).not.toContain('Legal hold')
    await server.running.call('DELETE', `/v1/settings/notifications/${id}`)
  })

  test('status tells how many reached nobody, and the longest of them', async () => {
    expect(await sayLater('status')).toContain('Unreached: none')
    server.running.slack.failNext({ method: 'chat.postMessage', error: 'invalid_blocks' })
    const missed = await ask('files.read', 'info', { expires_in_seconds: 3600 })
    server.clock.advance(61_000)
    const longest = `files.read for agent-1 (${missed.id}), for 1 min 1 s`
    const read = () => server.running.call<ApprovalView>('GET', `/v1/approvals/${missed.id}`)
    await eventually(async () => !(await read()).body.reached)
    expect(await say('status')).toContain(`Unreached: 1, the longest ${longest}`)
  })

  test('status names what is off in this workspace, why, and what waits behind it, also where nothing is on', async () => {
    const { running } = server
    expect(await sayLater('status')).toContain('Destinations off: none')
    await running.call('PATCH', `/v1/settings/notifications/${ids.second}`, { body: { enabled: false } })
    running.slack.failNext({ method: 'chat.postMessage', error: 'channel_not_found' })
    await running.ask({ action: { tool: 'db.drop' } })
    const read = () => running.call('GET', `/v1/settings/notifications/${ids.main}`)
    await eventually(async () => (await read()).body.enabled === false)
    const answer = await sayLater('status')
    expect(answer).toContain('Destinations off: 2, 1 delivery waits')
    expect(answer).toContain(
      '\\"Approvals\\" was switched off by an error (channel_not_found); 1 delivery waits behind it.',
    )
    expect(answer).toContain('\\"Decided only\\" was switched off by an admin; no delivery waits behind it.')
    expect(answer).not.toContain('Elsewhere')
  })
})
