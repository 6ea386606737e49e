// Says which secrets sign for a webhook: its own, and for a while the one that it had before.

import { randomBytes } from 'node:crypto'

export type SignatureStyle = 'standard' | 'sha256'

/** What a config remembers of its secrets, so that a change of `secret` is noticed. */
export interface KeptSecrets {
  current: string
  previous?: string | undefined
  /** ISO 8601; `previous` signs until then. */
  previous_until?: string | undefined
}

const HOUR_MS = 3_600_000
const STANDARD_PREFIX = 'whsec_'
const SENTENCES: Record<SignatureStyle, string> = {
  standard:
    'must be whsec_ followed by 24 to 64 bytes in base64; leave it out to have one made, or send signature: "sha256" beside it, which takes any text of 16 to 200 visible ASCII characters',
  sha256: 'must be 16 to 200 visible ASCII characters; leave it out to have one made',
}

export function newSecret(): string {
  return STANDARD_PREFIX + randomBytes(32).toString('base64')
}

/** What is wrong with a secret for this style, or undefined. */
export function secretMistake(style: SignatureStyle, secret: string): string | undefined {
  const isRight = style === 'standard' ? isStandard(secret) : /^[\x21-\x7e]{16,200}$/.test(secret)
  return isRight ? undefined : SENTENCES[style]
}

function isStandard(secret: string): boolean {
  if (!secret.startsWith(STANDARD_PREFIX)) return false
  const key = standardKey(secret)
  // Verifiers are strict about padding and alphabet where Node is not.
  return key.length >= 24 && key.length <= 64 && secret === STANDARD_PREFIX + key.toString('base64')
}

/** The bytes behind `whsec_`. */
export function standardKey(secret: string): Buffer {
  return Buffer.from(secret.slice(STANDARD_PREFIX.length), 'base64')
}

/** With `secret` from now on; the one before, if there was another, signs for `previousHours` more. */
export function keptSecrets(
  before: KeptSecrets | undefined,
  secret: string,
  { style, previousHours, now }: { style: SignatureStyle; previousHours: number; now: number },
): KeptSecrets {
  const isChanged = before !== undefined && before.current !== secret
  const until = new Date(now + previousHours * HOUR_MS).toISOString()
  const kept: KeptSecrets = isChanged
    ? { current: secret, previous: before.current, previous_until: until }
    : { ...before, current: secret }
  const suits = kept.previous !== undefined && secretMistake(style, kept.previous) === undefined
  return previousHours > 0 && suits && stillSigns(kept, now) ? kept : { current: secret }
}

/** Those that sign at this moment. */
export function signingSecrets(kept: KeptSecrets, now: number): { current: string; previous?: string } {
  const { current, previous } = kept
  return previous !== undefined && stillSigns(kept, now) ? { current, previous } : { current }
}

function stillSigns({ previous_until }: KeptSecrets, now: number): boolean {
  return previous_until !== undefined && now < Date.parse(previous_until)
}
