// Plays the Bot Framework's token issuer, which vouches with its own keys that an activity comes from Teams.

import { randomBytes } from 'node:crypto'
import express, { type Router } from 'express'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { Clock } from '../../kit/clock.ts'
import type { Faults } from '../faults.ts'
import type { TeamsFault } from './faults.ts'

/** How a token differs from a good one. */
export interface TokenFlaw {
  /**
   * `webchat`: by a published key that is endorsed for another channel only; `unendorsed`: by one without any
   * endorsement; `stranger`: by an unpublished key that claims the id of the good one.
   */
  signedBy?: 'webchat' | 'unendorsed' | 'stranger'
  /** The key id that the header names instead. */
  kid?: string
}

export interface Issuer {
  /** `…/:issuer/openidconfiguration` and `…/:issuer/keys`. */
  router: Router
  metadataUrl(): string
  /** Good for one hour by the injected clock. Claims given as undefined are left out. */
  token(claims?: JWTPayload, flaw?: TokenFlaw): Promise<string>
}

const ISSUER = 'https://api.botframework.com'
const LIFETIME_SECONDS = 3600

export interface IssuerOptions {
  appId: string
  serviceUrl: () => string
  /** Where `router` is reachable, without a trailing slash. */
  selfUrl: () => string
  clock: Clock
  faults: Faults<TeamsFault>
}

/** Of the process: to make one takes a tenth of a second. Each stand-in gives it a name of its own. */
let pair: ReturnType<typeof generateKeyPair> | undefined

export function createIssuer({ appId, serviceUrl, selfUrl, clock, faults }: IssuerOptions): Issuer {
  // In the URL too: verifiers keep what a URL answered for a day, also over a restart on the same port.
  const id = randomBytes(8).toString('base64url')
  pair ??= generateKeyPair('RS256')
  const keys = pair
  const strangersKeys = () => generateKeyPair('RS256')
  const kidOf = (name: string) => `${id}-${name}`

  async function published() {
    const jwk = await exportJWK((await keys).publicKey)
    const key = (name: string, more: object) => ({ ...jwk, kid: kidOf(name), use: 'sig', ...more })
    return [
      key('msteams', { endorsements: ['msteams'] }),
      key('webchat', { endorsements: ['webchat'] }),
      key('unendorsed', {}),
    ]
  }

  const router = express.Router()
  router.get(`/${id}/openidconfiguration`, (req, res) =>
    faults.answer('keys', req, res, () => ({
      status: 200,
      body: {
        issuer: ISSUER,
        authorization_endpoint: 'https://invalid.botframework.com',
        jwks_uri: `${selfUrl()}/${id}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
        token_endpoint_auth_methods_supported: ['private_key_jwt'],
      },
    })),
  )
  router.get(`/${id}/keys`, (req, res) =>
    faults.answer('keys', req, res, async () => ({ status: 200, body: { keys: await published() } })),
  )

  return {
    router,
    metadataUrl: () => `${selfUrl()}/${id}/openidconfiguration`,
    async token(claims = {}, { signedBy, kid } = {}) {
      const pair = await (signedBy === 'stranger' ? strangersKeys() : keys)
      const keyName = signedBy === undefined || signedBy === 'stranger' ? 'msteams' : signedBy
      const nowSeconds = Math.floor(clock.now() / 1000)
      const usual = { iss: ISSUER, aud: appId, serviceurl: serviceUrl() }
      const times = { nbf: nowSeconds, exp: nowSeconds + LIFETIME_SECONDS }
      return new SignJWT({ ...usual, ...times, ...claims })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: kid ?? kidOf(keyName) })
        .sign(pair.privateKey)
    },
  }
}
