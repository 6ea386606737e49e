// Posts a Teams activity to the bot, with a bearer token and ten seconds to answer.

/** Status 0 means that no answer came: the body then says why. */
export interface BotAnswer {
  status: number
  /** Parsed where it is JSON, else the text. */
  body: unknown
  tookMs: number
}

const PATIENCE_MS = 10_000

/** `token` is left out when it is empty. */
export async function postActivity(url: string, activity: unknown, token: string): Promise<BotAnswer> {
  const startedMs = performance.now()
  const tookMs = () => Math.round((performance.now() - startedMs) * 10) / 10
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(activity),
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    return { status: response.status, body: parsed(await response.text()), tookMs: tookMs() }
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError'
    return { status: 0, body: timedOut ? 'timeout' : 'unreachable', tookMs: tookMs() }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
