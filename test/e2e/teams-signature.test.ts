// Shows that nothing gets in over HTTP that the Bot Framework did not sign for us: 401, and nothing on record.

import { createHmac, createPublicKey, type JsonWebKey, randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { databases } from '../fakes/databases.ts'
import { recorded, select } from '../fakes/peek.ts'
import { type Json, STATE_OF_TEAMS, TEAMS_PATHS, teamsOffice } from '../fakes/teams-office.ts'

describe.each(databases)('on $name', ({ create }) => {
  const office = teamsOffice(create)
  let asked: ApprovalView
  let activity: Json

  beforeAll(() => office.ask())
  beforeEach(async () => {
    asked = await office.ask()
    activity = await office.activityOf({ approval: asked })
  })

  async function post(authorization: string | undefined, body: unknown = activity, path = TEAMS_PATHS[0]) {
    const response = await fetch(`${office.running.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    return { status: response.status, type: response.headers.get('content-type'), text }
  }
  const everything = async () => [
    await recorded(office.databaseUrl),
    await select(office.databaseUrl, STATE_OF_TEAMS),
  ]
  const nowSeconds = () => Math.floor(office.clock.now() / 1000)
  const bearer = async (...flaw: Parameters<typeof office.teams.token>) =>
    `Bearer ${await office.teams.token(...flaw)}`

  async function expectRefused(authorization: string | undefined, body?: unknown): Promise<void> {
    const before = await everything()
    for (const path of TEAMS_PATHS) {
      const answer = await post(authorization, body, path)
      expect(answer.status).toBe(401)
      expect(answer.type).toContain('application/problem+json')
      expect(JSON.parse(answer.text)).toEqual({
        type: 'about:blank',
        title: 'Unauthorized',
        status: 401,
        detail: 'Invalid token',
        code: 'invalid_token',
      })
    }
    expect(await everything()).toEqual(before)
    expect((await office.read(asked)).status).toBe('pending')
  }

  test.each(TEAMS_PATHS)('what the Bot Framework signed for us counts at %s', async (path) => {
    expect((await post(await bearer(), activity, path)).status).toBe(200)
    expect((await office.read(asked)).status).toBe('approved')
  })

  test.each([
    ['expired within the skew', () => ({ exp: nowSeconds() - 299 })],
    ['not yet valid within the skew', () => ({ nbf: nowSeconds() + 299 })],
  ])('a token that is %s counts', async (_what, claims) => {
    expect((await post(await bearer(claims()))).status).toBe(200)
  })

  const entra = () => `https://login.microsoftonline.com/${office.teams.tenantId}/v2.0`
  const appId = () => office.running.config.teams?.appId
  const flaws: [string, () => Promise<string | undefined>][] = [
    ['no token', async () => undefined],
    ['an empty header', async () => ''],
    ['the word alone', async () => 'Bearer'],
    ['an empty token', async () => 'Bearer '],
    ['another scheme', async () => (await bearer()).replace('Bearer', 'Basic')],
    ['two tokens', async () => `${await bearer()} ${await office.teams.token()}`],
    ['no JWT', async () => 'Bearer abc'],
    ['dots', async () => 'Bearer ..'],
    ['a JWT of five parts', async () => `${await bearer()}.a.b`],
    ['a header that is no JSON', async () => (await bearer()).replace(/ [^.]+/, ' AAAA')],
    ['an admin key', async () => `Bearer ${office.running.config.adminKey}`],
    ['another audience', () => bearer({ aud: randomUUID() })],
    ['our audience among others', () => bearer({ aud: [appId() as string, randomUUID()] })],
    ['no audience', () => bearer({ aud: undefined })],
    ['another issuer', () => bearer({ iss: 'https://api.botframework.com.example.com' })],
    ['no issuer', () => bearer({ iss: undefined })],
    ['the issuer of Azure Government', () => bearer({ iss: 'https://api.botframework.us' })],
    [
      'the emulator, version 1',
      () => bearer({ iss: entra(), appid: appId(), ver: '1.0', tid: randomUUID() }),
    ],
    ['the emulator, version 2', () => bearer({ iss: entra(), azp: appId(), ver: '2.0', tid: randomUUID() })],
    ['another service URL', () => bearer({ serviceurl: 'https://smba.trafficmanager.net/emea/' })],
    ['no service URL', () => bearer({ serviceurl: undefined })],
    ['an expiry 301 s ago', () => bearer({ exp: nowSeconds() - 301 })],
    ['no expiry', () => bearer({ exp: undefined })],
    ['a beginning in 301 s', () => bearer({ nbf: nowSeconds() + 301 })],
    ['an unknown key', () => bearer({}, { kid: 'nobody' })],
    ['an empty key id', () => bearer({}, { kid: '' })],
    ['a key of a stranger under our id', () => bearer({}, { signedBy: 'stranger' })],
    ['a key for another channel', () => bearer({}, { signedBy: 'webchat' })],
    ['a key for no channel', () => bearer({}, { signedBy: 'unendorsed' })],
    ['a signature of another token', spliced],
    ['no signature', async () => (await bearer()).replace(/[^.]*$/, '')],
    ['the algorithm none', () => forged('none', () => '')],
    ['HMAC with the public key', hmacWithPublicKey],
  ]

  test.each(flaws)('%s is refused, and nothing is recorded', async (_what, authorization) => {
    await expectRefused(await authorization())
  })

  test.each<[string, Json]>([
    ['without a service URL', { serviceUrl: undefined }],
    ['with an empty service URL', { serviceUrl: '' }],
    ['with a service URL that is a list', { serviceUrl: ['https://smba.trafficmanager.net/'] }],
    ['without a channel', { channelId: undefined }],
    ['with an empty channel', { channelId: '' }],
    ['of the emulator', { channelId: 'emulator' }],
    ['of Web Chat', { channelId: 'webchat' }],
    ['of Slack', { channelId: 'slack' }],
  ])('an activity %s is refused under a good token', async (_what, differences) => {
    await expectRefused(await bearer(), { ...activity, ...differences })
  })

  test('a bare decision without a token is refused', async () => {
    await expectRefused(undefined, { action: 'approve', approval_id: asked.id })
    await expectRefused(await bearer(), { action: 'approve', approval_id: asked.id })
  })

  test.each<[string, (other: string) => Json]>([
    ['another tenant', (other) => ({ channelData: { tenant: { id: other } }, conversation: at(other) })],
    ['two tenants', (other) => ({ channelData: { tenant: { id: other } } })],
    ['two tenants, the other way round', (other) => ({ conversation: at(other) })],
    ['no tenant', () => ({ channelData: undefined, conversation: at(undefined) })],
    ['an empty tenant', () => ({ channelData: { tenant: { id: '' } }, conversation: at('') })],
  ])('what comes from %s is refused with 403', async (_what, differences) => {
    const before = await everything()
    const body = { ...activity, ...differences(randomUUID()) }
    const answers = [
      await post(await bearer(), body),
      await post(await bearer(), { ...body, type: 'installationUpdate', action: 'add' }),
    ]
    for (const { status, text } of answers) {
      expect(status).toBe(403)
      expect(JSON.parse(text)).toMatchObject({
        code: 'tenant_not_allowed',
        detail: 'This tenant is not connected',
      })
    }
    expect(await everything()).toEqual(before)
  })

  const at = (tenantId: string | undefined) => ({ ...(activity.conversation as Json), tenantId })

  /** The claims of a good token under a header that names `alg`. */
  async function forged(alg: string, sign: (input: string) => string): Promise<string> {
    const [header = '', claims = ''] = (await office.teams.token()).split('.')
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const input = `${Buffer.from(JSON.stringify({ alg, typ: 'JWT', kid })).toString('base64url')}.${claims}`
    return `Bearer ${input}.${sign(input)}`
  }

  async function hmacWithPublicKey(): Promise<string> {
    const { openIdMetadataUrl } = office.teams.cloud()
    const { jwks_uri } = (await (await fetch(openIdMetadataUrl)).json()) as { jwks_uri: string }
    const { keys } = (await (await fetch(jwks_uri)).json()) as { keys: JsonWebKey[] }
    const key = createPublicKey({ key: keys[0] as JsonWebKey, format: 'jwk' })
    const pem = key.export({ type: 'spki', format: 'pem' })
    return forged('HS256', (input) => createHmac('sha256', pem).update(input).digest('base64url'))
  }

  async function spliced(): Promise<string> {
    const [header, claims] = (await office.teams.token()).split('.')
    const [, , signature] = (await office.teams.token({ jti: 'another' })).split('.')
    return `Bearer ${header}.${claims}.${signature}`
  }
})
