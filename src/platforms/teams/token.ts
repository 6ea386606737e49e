// Verifies that the Bot Framework sent an activity: its token, against its own keys, for this very activity.

import {
  compactVerify,
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  UnsecuredJWT,
} from 'jose'
import type { Clock } from '../../kit/clock.ts'

/** https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication */
const ISSUER = 'https://api.botframework.com'
const CHANNEL = 'msteams'
const SKEW_SECONDS = 300
const PATIENCE_MS = 5_000
const KEYS_KEPT_MS = 24 * 60 * 60 * 1000
/** The header under which the claims of a token are read before its signature is checked. */
const UNSIGNED = Buffer.from('{"alg":"none"}').toString('base64url')

/** The sender is not who it must be; nothing else is said to it. */
export class Unauthorized extends Error {}

/** Resolves when the token is good for an activity of that service URL and channel. */
export type VerifyToken = (
  authorization: string | undefined,
  activity: { serviceUrl?: unknown; channelId?: unknown },
) => Promise<void>

/**
 * Throws Unauthorized, or another error when the keys cannot be had; those are asked for only where everything else
 * about the token is right. Stricter than the Bot Framework's own check, which waves through what names no service
 * URL or no channel, keys without endorsements, and tokens of the emulator.
 */
export function tokenVerifier(appId: string, openIdMetadataUrl: string, clock: Clock): VerifyToken {
  const keys = signingKeys(openIdMetadataUrl)
  const getKey: JWTVerifyGetKey = async (header, token) => {
    if (typeof header.kid !== 'string' || header.kid === '') throw new Unauthorized()
    return (await keys()).getKey(header, token)
  }

  return async (authorization, { serviceUrl, channelId }) => {
    const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? '') ?? []
    if (!token || typeof serviceUrl !== 'string' || serviceUrl === '' || channelId !== CHANNEL) {
      throw new Unauthorized()
    }
    try {
      const claims = claimsIn(token, appId, clock)
      if (claims.serviceurl !== serviceUrl || claims.aud !== appId) throw new Unauthorized()
      const { protectedHeader } = await compactVerify(token, getKey, { algorithms: ['RS256'] })
      if (!(await keys()).endorsementsOf(protectedHeader.kid).includes(CHANNEL)) throw new Unauthorized()
    } catch (error) {
      throw isTheToken(error) ? new Unauthorized() : error
    }
  }
}

/** What the token says, if that is right for us now: whether its signer may say so is open. */
function claimsIn(token: string, appId: string, clock: Clock): JWTPayload {
  const unsigned = [UNSIGNED, token.split('.')[1], ''].join('.')
  const { payload } = UnsecuredJWT.decode(unsigned, {
    issuer: ISSUER,
    audience: appId,
    requiredClaims: ['exp'],
    clockTolerance: SKEW_SECONDS,
    currentDate: new Date(clock.now()),
  })
  return payload
}

/** Whatever jose says of a token, other than that the keys did not come. */
function isTheToken(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false
  return error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC'
}

interface SigningKeys {
  getKey: JWTVerifyGetKey
  /** The channels for which a key may sign. */
  endorsementsOf(keyId: string | undefined): string[]
}

/** Reads where the keys are once, and the keys anew each day or when a token names an unknown one. */
function signingKeys(openIdMetadataUrl: string): () => Promise<SigningKeys> {
  let known: Promise<SigningKeys> | undefined

  async function load(): Promise<SigningKeys> {
    const options = { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'error' } as const
    const { jwks_uri } = (await (await fetch(openIdMetadataUrl, options)).json()) as { jwks_uri: string }
    const limits = { timeoutDuration: PATIENCE_MS, cacheMaxAge: KEYS_KEPT_MS }
    const getKey = createRemoteJWKSet(new URL(jwks_uri), limits)
    return {
      getKey,
      endorsementsOf(keyId) {
        const key = getKey.jwks()?.keys.find(({ kid }) => kid === keyId) as
          | { endorsements?: string[] }
          | undefined
        return key?.endorsements ?? []
      },
    }
  }

  return () => {
    known ??= load().catch((error) => {
      known = undefined
      throw error
    })
    return known
  }
}
