// Judges what a SIEM answers: whether it took the events, and what is wrong where it did not.

import type { EgressAnswer } from '../../kit/egress.ts'
import { jsonObject } from '../../kit/json-object.ts'
import { Failed, Misconfigured, type SendError, Throttled, Undeliverable } from '../platform.ts'
import { pauseMs } from '../retry-after.ts'
import { isWebPage } from '../web-page.ts'
import type { Preset } from './config.ts'

/**
 * Of Splunk's HTTP Event Collector: of the token and how it is set up;
 * https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data/troubleshoot-http-event-collector
 */
const SETTING_ERRORS: Record<number, string> = {
  1: 'token_disabled',
  2: 'token_required',
  3: 'invalid_authorization',
  4: 'invalid_token',
  7: 'incorrect_index',
  10: 'data_channel_missing',
  11: 'invalid_data_channel',
  14: 'ack_disabled',
  16: 'query_authorization_disabled',
}
/** Of what was sent to it. */
const EVENT_ERRORS: Record<number, string> = {
  5: 'no_data',
  6: 'invalid_data_format',
  12: 'event_field_required',
  13: 'event_field_blank',
  15: 'invalid_indexed_fields',
}

type Json = Record<string, unknown>

/**
 * undefined: it took them. 400 and 413 are about the content: who sent many finds out which by sending fewer. What an
 * admin can put right, such as a token, is tried again for a day: a SIEM that is switched off misses what happens until
 * somebody switches it on. Only 410 says that nobody will.
 */
export function failureOf(
  answer: EgressAnswer,
  preset: Preset | undefined,
  now: number,
): SendError | undefined {
  const { status, headers, text } = answer
  if (status === 429) return new Throttled(pauseMs(headers['retry-after'], { now }))
  if (status === 410) return new Undeliverable('destination', 'http_410')
  const said = preset === 'splunk_hec' ? (jsonObject(text) ?? {}) : {}
  const refusal = status < 500 ? refusalOf(said) : undefined
  if (refusal) return refusal
  if (isSuccess(status)) return hasTaken(answer, preset, said) ? undefined : new Failed('unexpected_answer')
  const code = `http_${status}`
  if (status === 400 || status === 413) return new Undeliverable('message', code, null, firstRefused(said))
  return status === 401 || status === 403 ? new Misconfigured(code) : new Failed(code)
}

/** By Splunk's own number. */
function refusalOf(said: Json): SendError | undefined {
  const number = typeof said.code === 'number' ? said.code : 0
  const setting = SETTING_ERRORS[number]
  if (setting) return new Misconfigured(setting)
  const error = EVENT_ERRORS[number]
  return error ? new Undeliverable('message', error, null, firstRefused(said)) : undefined
}

/** Splunk reads one event after the other and stops at the first that it does not take; it counts from 0. */
function firstRefused(said: Json): number | undefined {
  const number = said['invalid-event-number']
  return Number.isSafeInteger(number) && Number(number) >= 0 ? Number(number) : undefined
}

const isSuccess = (status: number) => status >= 200 && status <= 299

function hasTaken(answer: EgressAnswer, preset: Preset | undefined, said: Json): boolean {
  if (preset === 'splunk_hec') return said.code === 0
  if (preset === 'datadog') return answer.status === 202
  return !isWebPage(answer)
}
