// Reaches a server from the command line as any other client, at COUNTERSIGN_URL with COUNTERSIGN_API_KEY.

import { StartError } from '../kit/start-error.ts'

const PATIENCE_MS = 70_000

/** The JSON of a 2xx answer. Throws a StartError with the server's own sentence for any other, or with ours. */
export async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
  const { COUNTERSIGN_URL: url = 'http://127.0.0.1:3000', COUNTERSIGN_API_KEY: key } = process.env
  if (!key) throw new StartError('COUNTERSIGN_API_KEY: must be set to an API key of the server')
  const response = await answerTo(url.replace(/\/+$/, '') + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  const answer = (await response.json().catch(() => undefined)) as Record<string, unknown> | undefined
  if (response.ok && answer) return answer
  const sentence = answer?.detail ?? `${url} answered ${response.status}, which is not Countersign's way`
  throw new StartError(String(sentence))
}

async function answerTo(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } }
    throw new StartError(
      `${new URL(url).origin} does not answer (${cause?.code ?? message}); set COUNTERSIGN_URL`,
    )
  }
}
