// Joins an agent that speaks MCP on standard input and output to the tools of the server at COUNTERSIGN_URL.

import { jsonObject } from '../kit/json-object.ts'
import { failedCall } from '../mcp/tool-result.ts'
import { linesOf } from './lines.ts'
import { type NotAnswered, postMessage } from './post-message.ts'
import { serverNamed } from './server.ts'

type Json = Record<string, unknown>

interface Message {
  id?: unknown
  method?: unknown
  params?: Json
}

/** Where a client of 2026 says in each message what it speaks. */
const REVISION = 'io.modelcontextprotocol/protocolVersion'
/** Of JSON-RPC: an error that is not its own. */
const SERVER_ERROR = -32_000

/** Since 2026 a result must say so; older clients pass over it. */
const COMPLETE = { resultType: 'complete' }

/** Ends with its input. Throws a StartError where it is not said which server is meant, and with which key. */
export async function joinMcp(): Promise<void> {
  const { origin, key } = serverNamed()
  const underWay = new Map<unknown, AbortController>()
  /** What an older client and the server agreed on. */
  let agreed: unknown

  async function forward(line: Uint8Array): Promise<void> {
    const message = jsonObject(new TextDecoder().decode(line)) as Message | undefined
    const { id, method, params } = message ?? {}
    // In every version a call ends with its connection.
    if (method === 'notifications/cancelled') return underWay.get(params?.requestId)?.abort()
    const gone = new AbortController()
    if (id !== undefined) underWay.set(id, gone)
    const failure = await postMessage(origin, {
      headers: { authorization: `Bearer ${key}`, ...headersOf(message, agreed) },
      // As it came: the server reads every digit of it.
      body: line,
      signal: gone.signal,
      onAnswer(answer) {
        if (method === 'initialize')
          agreed = (jsonObject(answer)?.result as Json | undefined)?.protocolVersion
        say(answer)
      },
    })
    underWay.delete(id)
    if (failure && !gone.signal.aborted) tellFailure(message, failure)
  }

  for await (const line of linesOf(process.stdin)) if (line.length > 0) void forward(line)
  for (const call of underWay.values()) call.abort()
}

/** The protocol repeats there what stands in the message. */
function headersOf(message: Message | undefined, agreed: unknown): Record<string, string> {
  const { _meta, name } = message?.params ?? {}
  const own = (_meta as Json | undefined)?.[REVISION]
  const named = {
    'mcp-protocol-version': own ?? agreed,
    ...(own !== undefined && { 'mcp-method': message?.method, 'mcp-name': name }),
  }
  const isSendable = ([, value]: [string, unknown]) => /^[!-~]+$/.test(String(value ?? ''))
  return Object.fromEntries(Object.entries(named).filter(isSendable)) as Record<string, string>
}

/** A call of a tool hears it as a result of the tool. Nobody waits for an answer to what has no id. */
function tellFailure(message: Message | undefined, { code, detail }: NotAnswered): void {
  const { id = null, method, params } = message ?? {}
  if (message !== undefined && id === null) {
    console.error(detail)
    return
  }
  const failure =
    method === 'tools/call'
      ? { result: { ...COMPLETE, ...failedCall(String(params?.name), { code, detail }) } }
      : { error: { code: SERVER_ERROR, message: detail, data: { code } } }
  say(JSON.stringify({ jsonrpc: '2.0', id, ...failure }))
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
