// Shows that nothing gets in over HTTP that Slack did not sign: 401 for it, and nothing on record.

import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded, remembered } from '../fakes/peek.ts'
import { sharedServer } from '../fakes/shared-server.ts'
import {
  clickOf,
  payload,
  postToSlackEndpoint,
  type SlackRequest,
  signature,
  timestampOf,
} from '../fakes/slack-requests.ts'
import { SIGNING_SECRET } from '../fakes/slack-server.ts'

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  let asked: ApprovalView
  let body: string

  beforeAll(() => server.running.destination())
  beforeEach(async () => {
    asked = (await server.running.ask()).body
    const { ts } = await eventually(() =>
      server.running.slack.messages(CHANNEL).find((message) => JSON.stringify(message).includes(asked.id)),
    )
    await remembered(server.databaseUrl, asked.id)
    body = payload(clickOf({ approvalId: asked.id, ts }))
  })

  const post = (request: SlackRequest) => postToSlackEndpoint(server.running.url, server.clock, request)
  const stamp = () => timestampOf(server.clock)
  const signed = (secret = SIGNING_SECRET, at = stamp(), what: string | Buffer = body) =>
    signature(secret, at, what)
  const statusNow = async () =>
    (await server.running.call<ApprovalView>('GET', `/v1/approvals/${asked.id}`)).body.status

  const forgeries: [string, () => Partial<SlackRequest>][] = [
    ['no signature', () => ({ headers: { 'x-slack-signature': undefined } })],
    ['no timestamp', () => ({ headers: { 'x-slack-request-timestamp': undefined } })],
    ['an empty signature', () => ({ headers: { 'x-slack-signature': '' } })],
    ['another secret', () => ({ secret: 'not the signing secret' })],
    ['an empty secret', () => ({ secret: '' })],
    ['a timestamp 301 s old', () => ({ timestamp: -301 })],
    ['a timestamp 301 s ahead', () => ({ timestamp: 301 })],
    ['a timestamp ten years ahead', () => ({ timestamp: 315_360_000 })],
    ['a timestamp with a fraction', () => ({ timestamp: `${stamp()}.0` })],
    ['a timestamp in words', () => ({ timestamp: 'now' })],
    ['a timestamp in hex', () => ({ timestamp: '0x5b479b0a' })],
    ['a signature of another time', () => ({ headers: { 'x-slack-signature': signed(undefined, '1') } })],
    [
      'a signature of another body',
      () => ({ body: `${body}&x=1`, headers: { 'x-slack-signature': signed() } }),
    ],
    ['version v1', () => ({ headers: { 'x-slack-signature': signed().replace('v0', 'v1') } })],
    ['version v9', () => ({ headers: { 'x-slack-signature': signed().replace('v0', 'v9') } })],
    ['trailing characters', () => ({ headers: { 'x-slack-signature': `${signed()}=zzz` } })],
    ['upper-case hex', () => ({ headers: { 'x-slack-signature': `v0=${signed().slice(3).toUpperCase()}` } })],
    ['the signature twice', () => ({ headers: { 'x-slack-signature': [signed(), signed()] } })],
    ['a wrong signature first', () => ({ headers: { 'x-slack-signature': ['v0=00', signed()] } })],
    ['the timestamp twice', () => ({ headers: { 'x-slack-request-timestamp': [stamp(), stamp()] } })],
    ['a body that is not UTF-8', () => ({ body: Buffer.from([0x70, 0x3d, 0xff, 0xfe]), secret: 'wrong' })],
    ['a secret that an admin key is', () => ({ secret: server.running.config.adminKey ?? '' })],
  ]

  test.each(forgeries)('%s is refused, and nothing is recorded', async (_what, request) => {
    const before = await recorded(server.databaseUrl)
    for (const path of ['interactions', 'commands'] as const) {
      const answer = await post({ path, body, ...request() })
      expect(answer.status).toBe(401)
      expect(answer.contentType).toContain('application/problem+json')
      expect(JSON.parse(answer.text)).toEqual({
        type: 'about:blank',
        title: 'Unauthorized',
        status: 401,
        detail: 'Invalid signature',
        code: 'invalid_signature',
      })
    }
    expect(await recorded(server.databaseUrl)).toEqual(before)
    expect(await statusNow()).toBe('pending')
  })

  test.each([-300, 0, 300])('a signature of %i s ago counts', async (seconds) => {
    expect((await post({ body, timestamp: seconds })).status).toBe(200)
    expect(await statusNow()).toBe('approved')
  })

  test('a signature is checked over the bytes, also where they are not UTF-8', async () => {
    const strange = Buffer.concat([Buffer.from(`${body}&x=`), Buffer.from([0xff, 0xfe])])
    const lookalike = Buffer.concat([Buffer.from(`${body}&x=`), Buffer.from([0xfe, 0xff])])
    const headers = { 'x-slack-signature': signed(undefined, undefined, strange) }
    expect((await post({ body: lookalike, headers })).status).toBe(401)
    expect((await post({ body: strange, headers })).status).toBe(200)
  })

  test('the content type with a charset, as some proxies write it, works', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
    expect((await post({ body, headers })).status).toBe(200)
    expect(await statusNow()).toBe('approved')
  })

  test("Slack's probe of the certificate is answered without a signature, and does nothing", async () => {
    const unsigned = { 'x-slack-signature': undefined, 'x-slack-request-timestamp': undefined }
    const before = await recorded(server.databaseUrl)
    expect((await post({ body: 'ssl_check=1&token=x', headers: unsigned })).status).toBe(200)
    expect((await post({ body: `ssl_check=1&${body}`, headers: unsigned })).status).toBe(200)
    expect((await post({ body: 'ssl_check=0', headers: unsigned })).status).toBe(401)
    expect(await recorded(server.databaseUrl)).toEqual(before)
    expect(await statusNow()).toBe('pending')
  })

  test('more than 256 KB is refused without a stack trace', async () => {
    const answer = await post({ body: `${body}&x=${'x'.repeat(300_000)}` })
    expect(answer.status).toBe(413)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'payload_too_large' })
  })
})
