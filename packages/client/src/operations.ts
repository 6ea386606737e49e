// Calls the operations of the API, each by its name, with the types of its description.

import { OPERATIONS, type Operations } from './api.ts'
import { Unavailable } from './errors.ts'
import { parsed, type Transport } from './transport.ts'

/** What an operation takes, beside what every call takes. A body that is a text is sent as it is. */
export type Given<Id extends keyof Operations> = Omit<Operations[Id], 'answer' | 'body'> &
  Body<Operations[Id]> & {
    /** How long the answer may take, instead of the client's own. */
    timeoutSeconds?: number
    signal?: AbortSignal | undefined
  }

type Body<Operation> = Operation extends { body: infer Wanted }
  ? { body: Wanted | string }
  : Operation extends { body?: infer Wanted }
    ? { body?: Wanted | string }
    : unknown

export interface Answer<Id extends keyof Operations> {
  status: number
  headers: Headers
  body: Operations[Id]['answer']
  /** The body as it came. */
  text: string
}

/**
 * Each resolves with a 2xx answer. It throws `Refused` when the server says no, `Unavailable` when there is no answer,
 * or one that is not Countersign's, and the reason of `signal` when that is aborted. It tries once.
 */
export type Calls = {
  [Id in keyof Operations]: object extends Given<Id>
    ? (given?: Given<Id>) => Promise<Answer<Id>>
    : (given: Given<Id>) => Promise<Answer<Id>>
}

export interface CallOptions {
  transport: Transport
  auth: string | undefined
  timeoutSeconds: number
}

interface AnyGiven {
  path?: Record<string, string>
  query?: Record<string, unknown>
  headers?: Record<string, string | undefined>
  body?: unknown
  contentType?: string
  timeoutSeconds?: number
  signal?: AbortSignal
}

export function createCalls(options: CallOptions): Calls {
  const calls = Object.entries(OPERATIONS).map(([id, [method, path]]) => [
    id,
    (given: AnyGiven = {}) => call(options, method, path, given),
  ])
  return Object.fromEntries(calls)
}

async function call(options: CallOptions, method: string, path: string, given: AnyGiven) {
  const { body, timeoutSeconds = options.timeoutSeconds, signal } = given
  const received = await options.transport({
    method,
    path: filled(path, given.path ?? {}) + queryOf(given.query ?? {}),
    headers: headersOf(options.auth, given),
    body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
    timeoutMs: timeoutSeconds * 1000,
    signal,
  })
  const { status, headers, text } = received
  const isJson = headers.get('content-type')?.startsWith('application/json')
  const answered = isJson ? parsed(text) : text === '' ? undefined : text
  if (isJson && answered === undefined) throw new Unavailable(`The answer to ${method} ${path} is no JSON`)
  return { status, headers, text, body: answered }
}

function headersOf(auth: string | undefined, { headers = {}, body, contentType }: AnyGiven) {
  const given = Object.entries(headers).filter((one): one is [string, string] => one[1] !== undefined)
  return {
    ...(auth !== undefined && { authorization: `Bearer ${auth}` }),
    ...(body !== undefined && { 'content-type': contentType ?? 'application/json' }),
    ...Object.fromEntries(given),
  }
}

function filled(path: string, values: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name) => {
    const value = String(values[name])
    // A URL that has them is another one.
    if (/^\.{0,2}$/.test(value)) throw new TypeError(`${name}: ${JSON.stringify(value)} is no id`)
    return encodeURIComponent(value)
  })
}

function queryOf(values: Record<string, unknown>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))
  return given.length === 0 ? '' : `?${query}`
}
