// Reaches a server from the command line as any other client, at COUNTERSIGN_URL with COUNTERSIGN_API_KEY.

import { causeCodeOf } from '../kit/cause.ts'
import { jsonObject } from '../kit/json-object.ts'
import { StartError } from '../kit/start-error.ts'

const PATIENCE_MS = 70_000

/** What the server answered. */
export interface Sent {
  status: number
  /** It is a 2xx. */
  isOk: boolean
  headers: Headers
  text: string
  /** undefined: it is no JSON. */
  json: Record<string, unknown> | undefined
  origin: string
}

/** The JSON of a 2xx answer. Throws a StartError with the server's own sentence for any other, or with ours. */
export async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json' }
  const sent = await send('POST', path, { body: JSON.stringify(body), headers })
  if (sent.isOk && sent.json) return sent.json
  throw refusalOf(sent)
}

/** Throws a StartError where nobody answers, or does not know the key. */
export async function send(
  method: string,
  path: string,
  { body, headers }: { body?: string; headers?: Record<string, string> } = {},
): Promise<Sent> {
  const { origin, key } = server(process.env)
  const response = await answerTo(origin, path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...headers },
    ...(body !== undefined && { body }),
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer())
  if (response.status === 401) {
    throw new StartError(
      `COUNTERSIGN_API_KEY: the server at ${origin} does not know this key, or it has ended`,
    )
  }
  const { status, ok, headers: received } = response
  return { status, isOk: ok, headers: received, text, json: jsonObject(text), origin }
}

/** The server's own sentence, or ours. */
export function refusalOf({ json, origin, status }: Sent): StartError {
  const sentence = json?.detail ?? `${origin} answered ${status}, which is not Countersign's way`
  return new StartError(String(sentence))
}

function server({
  COUNTERSIGN_URL: url = 'http://127.0.0.1:3000',
  COUNTERSIGN_API_KEY: key,
}: NodeJS.ProcessEnv) {
  const parsed = URL.parse(url)
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.pathname !== '/') {
    throw new StartError(
      'COUNTERSIGN_URL: must be the address of the server alone, such as https://countersign.example.com',
    )
  }
  if (!key) throw new StartError('COUNTERSIGN_API_KEY: must be set to an API key of the server')
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new StartError('COUNTERSIGN_API_KEY: must be the key alone, without blanks; it begins with csk_')
  }
  return { origin: parsed.origin, key }
}

async function answerTo(origin: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(origin + path, init)
  } catch (error) {
    const why = causeCodeOf(error) ?? (error as Error).message
    throw new StartError(`${origin} does not answer (${why}); set COUNTERSIGN_URL`)
  }
}
