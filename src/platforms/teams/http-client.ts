// Calls Microsoft with fetch, in time, without retries or redirects, and turns its errors into ours.

import type { INetworkModule, NetworkResponse } from '@azure/msal-node'
import type { ConnectorClientOptions } from 'botframework-connector'
import { Failed, Throttled, Undeliverable } from '../platform.ts'
import { pauseMs } from '../retry-after.ts'

const MOST_BYTES = 1_000_000
/** Where the answer to 429 names no time. */
const PAUSE_MS = 5_000

/**
 * Wrong until somebody in Teams changes something, also for the redraw of a card that stands there.
 * https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
 */
const DESTINATION_ERRORS = new Set([
  'BotDisabledByAdmin',
  'BotNotInConversationRoster',
  'BotNotRegistered',
  'ConversationBlockedByUser',
  'ConversationNotFound',
  'ForbiddenOperationException',
  'InvalidBotApiHost',
  'MessageWritesBlocked',
  'NotEnoughPermissions',
])
/** Of a card that is gone, or is not ours, which says nothing of the others in its conversation. */
const MESSAGE_ERRORS = new Set(['ActivityNotFoundInConversation', 'NotEnoughPermissions'])

type HttpClient = NonNullable<ConnectorClientOptions['httpClient']>
type Answer = Awaited<ReturnType<HttpClient['sendRequest']>>

/**
 * For the Bot Connector. Throws Throttled, Failed or Undeliverable: whatever the SDK does not know it does not
 * send again, so that the delivery worker alone retries.
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
 */
export const connectorHttp = (timeoutMs: number): HttpClient => ({
  async sendRequest(request) {
    const { url, method, body } = request
    const headers = Object.fromEntries(request.headers.headersArray().map(({ name, value }) => [name, value]))
    const init = { method, headers, ...(body !== undefined && { body: body as string }) }
    const response = await reach(url, init, timeoutMs)
    const text = await readText(response)
    if (!response.ok) throw failureOf(response, text, method)
    if (text !== '' && !isJson(text)) throw new Failed('unexpected_answer')
    // Of the headers, the SDK reads the content type alone, and it is the same both ways.
    return { request, status: response.status, headers: request.headers, bodyAsText: text } as Answer
  },
})

/** For MSAL, which asks for tokens; `loginUrl` takes the place of Microsoft's. */
export function loginHttp(loginUrl: string, timeoutMs: number): INetworkModule {
  async function call<T>(url: string, init: RequestInit): Promise<NetworkResponse<T>> {
    const response = await reach(url.replace(MICROSOFT_LOGIN_URL, loginUrl), init, timeoutMs)
    const text = await readText(response)
    if (!isJson(text)) throw new Failed('login_unreadable')
    return { headers: Object.fromEntries(response.headers), body: JSON.parse(text), status: response.status }
  }
  return {
    sendGetRequestAsync: (url, options) => call(url, { headers: options?.headers ?? {} }),
    sendPostRequestAsync: (url, options) =>
      call(url, { method: 'POST', headers: options?.headers ?? {}, body: options?.body ?? '' }),
  }
}

export const MICROSOFT_LOGIN_URL = 'https://login.microsoftonline.com'

async function reach(url: string, init: RequestInit, timeoutMs: number): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
  } catch (error) {
    throw new Failed('network_error', null, error)
  }
}

/** Within the time of the request; throws Failed for what is longer than any honest answer. */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length
      if (bytes > MOST_BYTES) throw new Error('too long')
      chunks.push(chunk)
    }
  } catch (error) {
    throw new Failed('network_error', null, error)
  }
  return Buffer.concat(chunks).toString()
}

function failureOf(response: Response, text: string, method: string): Error {
  const { status } = response
  if (status === 429)
    return new Throttled(pauseMs(response.headers.get('retry-after'), { unnamedMs: PAUSE_MS }))
  const code = codeIn(text)
  if (code !== undefined && method === 'PUT' && MESSAGE_ERRORS.has(code)) {
    return new Undeliverable('message', code)
  }
  if (code !== undefined && DESTINATION_ERRORS.has(code)) return new Undeliverable('destination', code)
  if (status === 400 || status === 413) return new Undeliverable('message', code ?? `http_${status}`)
  // Whatever else says no may be a proxy on the way.
  return new Failed(`http_${status}`, code)
}

/** The connector's own code, such as `BotNotInConversationRoster`; whatever else comes back is not kept. */
function codeIn(text: string): string | undefined {
  const code = isJson(text) ? JSON.parse(text)?.error?.code : undefined
  return typeof code === 'string' && /^\w{1,80}$/.test(code) ? code : undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
