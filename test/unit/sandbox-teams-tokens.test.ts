// Shows that Microsoft's own libraries take the stand-in for Entra and for the Bot Framework's token issuer.

import { ConfidentialClientApplication, type INetworkModule } from '@azure/msal-node'
import {
  AuthenticationConfiguration,
  ChannelValidation,
  ConnectorClient,
  MsalServiceClientCredentialsFactory,
  SimpleCredentialProvider,
} from 'botframework-connector'
import type { JWTPayload } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import type { TeamsStandIn } from '../../src/sandbox/teams-stand-in.ts'
import { startTeams, type TeamsServer } from '../fakes/teams-server.ts'

const LOGIN = 'https://login.microsoftonline.com'
const SCOPES = ['https://api.botframework.com/.default']
let teams: TeamsStandIn
let credentials: TeamsServer['app']
let close = async () => {}

beforeAll(async () => {
  ;({ teams, close, app: credentials } = await startTeams(systemClock, () => 'http://127.0.0.1:1'))
})
afterAll(() => close())
afterEach(() => vi.restoreAllMocks())

const rerouted: INetworkModule = {
  sendGetRequestAsync: (url, options) => call(url, { headers: options?.headers ?? {} }),
  sendPostRequestAsync: (url, options) =>
    call(url, { method: 'POST', headers: options?.headers ?? {}, body: options?.body ?? '' }),
}

async function call<T>(url: string, init?: RequestInit) {
  const response = await fetch(url.replace(LOGIN, teams.cloud().loginUrl), init)
  const headers = Object.fromEntries(response.headers)
  return { status: response.status, headers, body: (await response.json()) as T }
}

interface AppChange {
  clientId?: string
  clientSecret?: string
}

function app(change: AppChange = {}) {
  const { clientId = credentials.appId, clientSecret = credentials.password } = change
  return new ConfidentialClientApplication({
    // Without its built-in knowledge MSAL asks for both discovery documents.
    auth: {
      clientId,
      clientSecret,
      authority: `${LOGIN}/${teams.tenantId}`,
      skipAuthorityMetadataCache: true,
    },
    system: { networkClient: rerouted },
  })
}

test('MSAL finds the token endpoint and gets a token for an hour', async () => {
  const result = await app().acquireTokenByClientCredential({ scopes: SCOPES })
  expect(result?.accessToken).toMatch(/^[\w-]{60,}$/)
  expect(result?.expiresOn?.getTime()).toBeGreaterThan(Date.now() + 3_500_000)
  expect(teams.calls.map(({ method }) => method)).toEqual(['discovery', 'discovery', 'token'])
  expect(teams.calls.at(-1)).toMatchObject({
    params: { tenant: teams.tenantId },
    body: { client_id: credentials.appId },
  })
  expect(JSON.stringify(teams.calls)).not.toContain(credentials.password)
})

test.each<[string, AppChange, string[], string]>([
  ['a wrong secret', { clientSecret: 'wrong' }, SCOPES, 'invalid_client: .*AADSTS7000215'],
  ['an unknown app', { clientId: crypto.randomUUID() }, SCOPES, 'unauthorized_client: .*AADSTS700016'],
  ['a foreign scope', {}, ['https://graph.microsoft.com/.default'], 'invalid_scope: .*AADSTS70011'],
])('MSAL is refused a token for %s', async (_, change, scopes, sentence) => {
  const refused = app(change).acquireTokenByClientCredential({ scopes })
  await expect(refused).rejects.toThrow(new RegExp(sentence))
})

test('a wrong secret is 401, an unknown tenant 400', async () => {
  const tokenOf = (tenant: string) =>
    call<{ error: string }>(`${LOGIN}/${tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: credentials.appId,
        client_secret: 'wrong',
        scope: SCOPES.join(' '),
      }),
    })
  expect(await tokenOf(teams.tenantId)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  expect(await tokenOf('elsewhere')).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
})

test("Microsoft's connector client posts, updates and reads the roster with such a token", async () => {
  const { general } = teams.workspace.places
  await teams.install(general)
  const factory = new MsalServiceClientCredentialsFactory(
    credentials.appId,
    // The same class: the connector's types see MSAL's CommonJS declarations.
    app() as unknown as ConstructorParameters<typeof MsalServiceClientCredentialsFactory>[1],
  )
  const msal = await factory.createCredentials(credentials.appId, SCOPES.join(), LOGIN, true)
  const { conversations } = new ConnectorClient(msal, { baseUri: teams.serviceUrl() })
  const { id } = await conversations.sendToConversation(general, { type: 'message', text: 'hello' })
  await conversations.updateActivity(general, id, { type: 'message', text: 'hello again' })
  const { members } = await conversations.getConversationPagedMembers(general)
  expect(teams.messages(general)).toMatchObject([{ id, text: 'hello again' }])
  expect(members.map(({ name }) => name)).toEqual(['Ana Ruiz', 'Ben Okafor', 'Gil Guest'])
})

async function verify(token: string, serviceUrl = teams.serviceUrl()) {
  ChannelValidation.OpenIdMetadataEndpoint = teams.cloud().openIdMetadataUrl
  return ChannelValidation.authenticateChannelTokenWithServiceUrl(
    `Bearer ${token}`,
    new SimpleCredentialProvider(credentials.appId, ''),
    serviceUrl,
    'msteams',
    new AuthenticationConfiguration(['msteams']),
  )
}

test("Microsoft's validation takes the token of an activity", async () => {
  const { claims, isAuthenticated } = await verify(await teams.token())
  expect(isAuthenticated).toBe(true)
  expect(claims).toContainEqual({ type: 'serviceurl', value: teams.serviceUrl() })
})

const hourAgoSeconds = () => Math.floor(Date.now() / 1000) - 3600

test.each<[string, () => JWTPayload, Parameters<TeamsStandIn['token']>[1]]>([
  ['for another app', () => ({ aud: crypto.randomUUID() }), {}],
  ['of another issuer', () => ({ iss: 'https://sts.windows.net/' }), {}],
  ['that has expired', () => ({ exp: hourAgoSeconds() }), {}],
  ['for another service URL', () => ({ serviceurl: 'http://127.0.0.1:1/' }), {}],
  ['by a key for another channel', () => ({}), { signedBy: 'webchat' }],
  ['by an unpublished key', () => ({}), { signedBy: 'stranger' }],
  ['of an unknown key id', () => ({}), { kid: 'unknown' }],
])("Microsoft's validation refuses a token %s", async (_, claims, flaw) => {
  // It writes to the console what it refuses.
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await expect(verify(await teams.token(claims(), flaw))).rejects.toThrow()
})

test('the published keys carry endorsements, and one of them none', async () => {
  const { jwks_uri } = (await (await fetch(teams.cloud().openIdMetadataUrl)).json()) as { jwks_uri: string }
  const { keys } = (await (await fetch(jwks_uri)).json()) as { keys: { endorsements?: string[] }[] }
  expect(keys.map(({ endorsements }) => endorsements)).toEqual([['msteams'], ['webchat'], undefined])
  expect(JSON.stringify(keys)).not.toContain('"d"')
})

test('a login that fails on demand fails as asked, once', async () => {
  teams.failNext({ method: 'token', status: 503, code: 'temporarily_unavailable' })
  // Each with an application of its own: MSAL waits a minute by itself once the login has failed.
  const getToken = () => app().acquireTokenByClientCredential({ scopes: SCOPES })
  await expect(getToken()).rejects.toThrow('temporarily_unavailable')
  expect(await getToken()).toMatchObject({ tokenType: 'Bearer' })
})
