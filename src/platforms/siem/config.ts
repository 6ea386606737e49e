// Declares the settings of a SIEM: an address, the format it reads, and the headers by which it knows us.

import { z } from 'zod'
import { inAnyCase } from '../../kit/in-any-case.ts'
import { headerMistakes, type Mistake } from '../chosen-headers.ts'
import { shownUrl, urlShown } from '../shown-url.ts'

const FORMATS = ['cef', 'ocsf', 'json'] as const
const PRESETS = ['splunk_hec', 'datadog'] as const
export type Format = (typeof FORMATS)[number]
export type Preset = (typeof PRESETS)[number]

export interface SiemConfig {
  url: string
  url_shown?: string | undefined
  format: Format
  /** Sent with every request. */
  headers?: Record<string, string> | undefined
  /** Absent: the events as they are, one in a line. */
  preset?: Preset | undefined
}

const LONGEST_URL = 2000

/** By which header a product knows us. */
const KEYS: Record<Preset, { name: string; value: RegExp; sentence: string }> = {
  splunk_hec: {
    name: 'authorization',
    value: /^Splunk \S+$/,
    sentence: 'the preset splunk_hec needs the header Authorization with the value "Splunk <token>"',
  },
  datadog: {
    name: 'dd-api-key',
    value: /^\S+$/,
    sentence: 'the preset datadog needs the header DD-API-KEY with an API key',
  },
}

const fields = z.strictObject({
  url: z
    .string('SIEM channels require url')
    .max(LONGEST_URL)
    .describe('https; private addresses only in ranges that the server allows; sealed'),
  url_shown: urlShown,
  format: inAnyCase(z.enum(FORMATS, "must be 'cef', 'ocsf' or 'json'"))
    .default('json')
    .describe(
      'cef: ArcSight CEF:0; ocsf: OCSF 1.9.0 Detection Finding; json: the event as webhooks carry it',
    ),
  headers: z
    .record(z.string(), z.string())
    .optional()
    .describe('Sent with every request, for example the token; sealed'),
  preset: inAnyCase(z.enum(PRESETS, "must be 'splunk_hec' or 'datadog'"))
    .optional()
    .describe('Wraps each event as that product expects it'),
})

/** Where the address leads is for `check`: whoever may be reached is known only by asking. */
export const siemConfig: z.ZodType<SiemConfig> = fields
  .superRefine(({ preset, headers = {} }, context) => {
    const mistakes = [...headerMistakes(headers), ...keyMistakes(preset, headers)]
    for (const mistake of mistakes) context.addIssue({ code: 'custom', ...mistake })
  })
  .transform((given) => ({ ...given, url_shown: shownUrl(given.url) }))

function keyMistakes(preset: Preset | undefined, headers: Record<string, string>): Mistake[] {
  if (preset === undefined) return []
  const { name, value, sentence } = KEYS[preset]
  const isThere = Object.entries(headers).some(
    ([given, text]) => given.toLowerCase() === name && value.test(text),
  )
  return isThere ? [] : [{ path: ['headers'], message: sentence }]
}
