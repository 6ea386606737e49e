// Plays Microsoft Entra: answers an app that asks with its secret for a token to call the Bot Connector.

import { randomBytes, randomUUID } from 'node:crypto'
import express, { type Router } from 'express'
import { type Clock, isoTime } from '../../kit/clock.ts'
import type { Answer, Faults } from '../faults.ts'
import type { TeamsFault } from './faults.ts'
import type { JsonObject } from './messages.ts'
import { TENANT_ID } from './workspace.ts'

export interface Login {
  /** Takes the place of `https://login.microsoftonline.com`. */
  router: Router
  /** Did we hand it out? For as long as we live: its holder times it by the machine's clock, not by ours. */
  isOurs(token: string): boolean
}

export interface LoginOptions {
  appId: string
  appPassword: string
  clock: Clock
  faults: Faults<TeamsFault>
  record: (method: 'token' | 'discovery', params: JsonObject, body?: JsonObject) => void
}

const ORIGIN = 'https://login.microsoftonline.com'
const SCOPE = 'https://api.botframework.com/.default'
/** Where bots of several tenants get their tokens. */
const BOTS_TENANT = 'botframework.com'

export function createLogin({ appId, appPassword, clock, faults, record }: LoginOptions): Login {
  const handedOut = new Set<string>()

  function grant(tenant: string, form: JsonObject): Answer {
    const refuse = (status: number, error: string, code: number, sentence: string) =>
      entraError(clock, status, error, code, sentence)
    if (tenant !== TENANT_ID && tenant !== BOTS_TENANT) return refuse(...noTenant(tenant))
    if (form.grant_type !== 'client_credentials') {
      return refuse(
        400,
        'unsupported_grant_type',
        70003,
        `The grant type '${form.grant_type}' is not supported.`,
      )
    }
    if (form.client_id !== appId) {
      const sentence = `Application with identifier '${form.client_id}' was not found in the directory.`
      return refuse(400, 'unauthorized_client', 700016, sentence)
    }
    if (form.client_secret !== appPassword) {
      return refuse(401, 'invalid_client', 7000215, 'Invalid client secret provided.')
    }
    // MSAL asks for openid, profile and offline_access beside it.
    if (!String(form.scope).split(' ').includes(SCOPE)) {
      return refuse(400, 'invalid_scope', 70011, `The scope '${form.scope}' is not valid.`)
    }
    const token = randomBytes(48).toString('base64url')
    handedOut.add(token)
    const lifetime = { expires_in: 3599, ext_expires_in: 3599 }
    return { status: 200, body: { token_type: 'Bearer', ...lifetime, access_token: token } }
  }

  const router = express.Router()
  router.get('/common/discovery/instance', (req, res) => {
    record('discovery', {})
    return faults.answer('discovery', req, res, () => ({
      status: 200,
      body: instanceDocument(String(req.query.authorization_endpoint)),
    }))
  })
  router.get('/:tenant/v2.0/.well-known/openid-configuration', (req, res) => {
    const { tenant } = req.params
    record('discovery', { tenant })
    return faults.answer('discovery', req, res, () =>
      tenant === TENANT_ID || tenant === BOTS_TENANT
        ? { status: 200, body: tenantDocument(tenant) }
        : entraError(clock, ...noTenant(tenant)),
    )
  })
  router.post('/:tenant/oauth2/v2.0/token', express.urlencoded({ extended: false }), (req, res) => {
    const { tenant } = req.params
    const { client_secret: _, ...readable } = req.body ?? {}
    record('token', { tenant }, readable)
    return faults.answer('token', req, res, () => grant(tenant, req.body ?? {}))
  })

  return { router, isOurs: (token) => handedOut.has(token) }
}

function noTenant(tenant: string): [number, string, number, string] {
  return [400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`]
}

function entraError(clock: Clock, status: number, error: string, code: number, sentence: string): Answer {
  const ids = { trace_id: randomUUID(), correlation_id: randomUUID() }
  const timestamp = `${isoTime(clock.now()).slice(0, 19).replace('T', ' ')}Z`
  const tail = `Trace ID: ${ids.trace_id} Correlation ID: ${ids.correlation_id} Timestamp: ${timestamp}`
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${code}: ${sentence} ${tail}`,
      error_codes: [code],
      timestamp,
      ...ids,
      error_uri: `${ORIGIN}/error?code=${code}`,
    },
  }
}

function instanceDocument(authorizationEndpoint: string): JsonObject {
  const [, tenant = 'common'] = /^https:\/\/[^/]+\/([^/]+)/.exec(authorizationEndpoint) ?? []
  return {
    tenant_discovery_endpoint: `${ORIGIN}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [
      {
        preferred_network: 'login.microsoftonline.com',
        preferred_cache: 'login.windows.net',
        aliases: ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
      },
    ],
  }
}

function tenantDocument(tenant: string): JsonObject {
  const base = `${ORIGIN}/${tenant}`
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    tenant_region_scope: 'EU',
    cloud_instance_name: 'microsoftonline.com',
  }
}
