// Reaches a server from the command line as any other client, at COUNTERSIGN_URL with COUNTERSIGN_API_KEY.

import { causeCodeOf } from '../kit/cause.ts'
import { StartError } from '../kit/start-error.ts'

const PATIENCE_MS = 70_000

/** The JSON of a 2xx answer. Throws a StartError with the server's own sentence for any other, or with ours. */
export async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
  const { origin, key } = server(process.env)
  const response = await answerTo(origin, path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  const answer = (await response.json().catch(() => undefined)) as Record<string, unknown> | undefined
  if (response.ok && answer) return answer
  if (response.status === 401) {
    throw new StartError(
      `COUNTERSIGN_API_KEY: the server at ${origin} does not know this key, or it has ended`,
    )
  }
  const sentence = answer?.detail ?? `${origin} answered ${response.status}, which is not Countersign's way`
  throw new StartError(String(sentence))
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
