// Sends one message to the tools of a server, and gives back what it answers, message by message.

import { causeCodeOf } from '../kit/cause.ts'
import { jsonObject } from '../kit/json-object.ts'
import { linesOf } from './lines.ts'

/** The server's own code and sentence, or `no_answer` and ours. */
export interface NotAnswered {
  code: string
  detail: string
}

export interface Posting {
  headers: Record<string, string>
  body: Uint8Array
  signal: AbortSignal
  onAnswer(message: string): void
}

const DATA = 'data: '

/** undefined: it was answered, or needs no answer. Never rejects. */
export async function postMessage(
  origin: string,
  { headers, body, signal, onAnswer }: Posting,
): Promise<NotAnswered | undefined> {
  let isAnswered = false
  const answer = (message: string) => {
    isAnswered = true
    onAnswer(message)
  }
  try {
    const response = await fetch(`${origin}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body,
      signal,
      redirect: 'error',
    })
    if (response.status === 202) return undefined
    const failure = isStream(response) ? await readStream(response, answer) : await readJson(response, answer)
    return isAnswered ? undefined : (failure ?? noAnswer(origin, 'it ended too soon'))
  } catch (error) {
    return isAnswered ? undefined : noAnswer(origin, causeCodeOf(error) ?? (error as Error).message)
  }
}

function noAnswer(origin: string, why: string): NotAnswered {
  return { code: 'no_answer', detail: `${origin} does not answer (${why}): nobody said yes` }
}

function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true
}

/** Each message is one line; what else comes keeps the connection alive. */
async function readStream({ body }: Response, answer: Posting['onAnswer']): Promise<undefined> {
  if (body === null) return
  for await (const line of linesOf(body)) {
    const text = new TextDecoder().decode(line)
    if (text.startsWith(DATA)) answer(text.slice(DATA.length))
  }
}

async function readJson(response: Response, answer: Posting['onAnswer']): Promise<NotAnswered | undefined> {
  const json = jsonObject(await response.text())
  // Without an id nobody knows what it answers.
  if (json?.jsonrpc !== undefined && json.id !== null) return void answer(JSON.stringify(json))
  const { message = `it answered ${response.status}` } = (json?.error ?? {}) as { message?: string }
  return { code: String(json?.code ?? 'no_answer'), detail: String(json?.detail ?? message) }
}
