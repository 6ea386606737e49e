// Declares the settings of a webhook: an address, a secret, and how requests to it are signed.

import { z } from 'zod'
import type { Clock } from '../../kit/clock.ts'
import { inAnyCase } from '../../kit/in-any-case.ts'
import { headerMistakes, headerNameMistake, type Mistake } from '../chosen-headers.ts'
import { shownUrl, urlShown } from '../shown-url.ts'
import { type KeptSecrets, keptSecrets, newSecret, type SignatureStyle, secretMistake } from './secret.ts'

export interface WebhookConfig {
  url: string
  url_shown?: string | undefined
  secret: string
  /** So long the secret before signs too after a change. */
  previous_secret_hours: number
  kept_secrets: KeptSecrets
  signature: SignatureStyle
  signature_header?: string | undefined
  timestamp_header?: string | undefined
  /** Sent with every request. */
  headers?: Record<string, string> | undefined
}

export const SIGNATURE_HEADER = 'X-Countersign-Signature'
export const TIMESTAMP_HEADER = 'X-Countersign-Timestamp'
/** Marks the signature made with the secret before. */
export const PREVIOUS_SUFFIX = '-Previous'

const LONGEST_URL = 2000
/** A day for whoever has to bring the new secret to the receivers. */
const PREVIOUS_SECRET_HOURS = 24
const MOST_PREVIOUS_SECRET_HOURS = 168

const fields = z.strictObject({
  url: z
    .string('Webhook channels require url')
    .max(LONGEST_URL)
    .describe('https; private addresses only in ranges that the server allows; sealed'),
  url_shown: urlShown,
  secret: z.string().optional().describe('Made, and shown in this one answer, when it is left out'),
  previous_secret_hours: z
    .int()
    .min(0)
    .max(MOST_PREVIOUS_SECRET_HOURS)
    .default(PREVIOUS_SECRET_HOURS)
    .describe('So long the secret before signs too after a change; 0 ends it at once'),
  kept_secrets: z
    .strictObject({
      current: z.string(),
      previous: z.string().optional(),
      previous_until: z.string().optional(),
    })
    .meta({ id: 'KeptSecrets' })
    .optional()
    .describe('Kept by the server to notice a change of secret; not to be given'),
  signature: inAnyCase(z.enum(['standard', 'sha256'], "must be 'standard' or 'sha256'"))
    .default('standard')
    .describe('standard: Standard Webhooks 1.0; sha256: hexadecimal HMAC of "timestamp.body"'),
  signature_header: z.string().optional().describe(`With sha256; ${SIGNATURE_HEADER} unless given`),
  timestamp_header: z.string().optional().describe(`With sha256; ${TIMESTAMP_HEADER} unless given`),
  headers: z.record(z.string(), z.string()).optional().describe('Sent with every request; sealed'),
})

/** Where the address leads is for `check`: whoever may be reached is known only by asking. */
export function webhookConfig(clock: Clock): z.ZodType<WebhookConfig> {
  return fields
    .superRefine((given, context) => {
      for (const mistake of mistakes(given)) context.addIssue({ code: 'custom', ...mistake })
    })
    .transform((given) => {
      const { secret = newSecret(), signature: style, previous_secret_hours: previousHours } = given
      const kept_secrets = keptSecrets(given.kept_secrets, secret, { style, previousHours, now: clock.now() })
      return { ...given, url_shown: shownUrl(given.url), secret, kept_secrets }
    })
}

function mistakes(given: z.infer<typeof fields>): Mistake[] {
  const { secret, signature, signature_header, timestamp_header, headers = {} } = given
  const found: Mistake[] = []
  const say = (path: string, message: string | undefined) => message && found.push({ path: [path], message })

  if (secret !== undefined) say('secret', secretMistake(signature, secret))
  for (const [path, name] of Object.entries({ signature_header, timestamp_header })) {
    if (name === undefined) continue
    const isUsed = signature === 'sha256'
    say(path, isUsed ? headerNameMistake(name) : "must be left out unless signature is 'sha256'")
  }
  const [signs, dates] = [signature_header ?? SIGNATURE_HEADER, timestamp_header ?? TIMESTAMP_HEADER]
  const signing = [signs, signs + PREVIOUS_SUFFIX].map((name) => name.toLowerCase())
  if (signing.includes(dates.toLowerCase())) {
    say('timestamp_header', 'must be another header than signature_header')
  }
  return [...found, ...headerMistakes(headers, [...signing, dates])]
}
