// Speaks the protocol, old and new: lists the tools, calls them as the key that asks, and answers in their form.

import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server'
import type { Endpoint } from '../api/endpoint.ts'
import { problemOfFailure } from '../api/errors.ts'
import type { Operation } from '../api/operation.ts'
import { refusedCall } from '../api/refused-calls.ts'
import type { AnyResult, ProblemResult } from '../api/result.ts'
import type { Refused } from '../audit/refusals.ts'
import type { KeyPrincipal } from '../identity/principal.ts'
import type { Logger } from '../kit/log.ts'
import { logFailure } from '../kit/log-failure.ts'
import { VERSION } from '../kit/version.ts'
import { checkTool, redeemTool, requestTool, waitTool } from './approval-tools.ts'
import { eventTool } from './event-tool.ts'
import { toolSchema } from './json-schema.ts'
import type { ToolPatience } from './patience.ts'
import { permissionTool } from './permission-tool.ts'
import type { Asking, Tool, ToolCall } from './tool.ts'
import { failedCall, type ToolResult } from './tool-result.ts'

export interface HandlerOptions {
  endpoints: readonly Endpoint[]
  patience: ToolPatience
  /** Aborted when the server stops. */
  stopping: AbortSignal
  note(refused: Refused): void
  log: Logger
}

export interface Handler {
  /** `request`: one message that was parsed already, and the signal of whoever waits for its answer. */
  answer(request: Request, message: unknown, caller: KeyPrincipal): Promise<Response>
  /** It calls a tool that may wait for people. */
  isWait(message: unknown): boolean
}

const INSTRUCTIONS =
  'People approve what you do here. Before a consequential action call request_approval with exactly that action, then wait_for_approval while it is pending, then redeem right before you act. Only the receipt that redeem answers is a yes: without it do not act.'

/** What a tool takes is told by the tool itself, in its own words. */
const UNCHECKED = {
  getValidator: () => (data: unknown) => ({ valid: true, data, errorMessage: undefined }) as never,
}

const TOOLS = [requestTool, checkTool, waitTool, redeemTool, eventTool, permissionTool].map((tool) => ({
  tool,
  config: {
    title: tool.title,
    description: tool.description,
    annotations: tool.annotations,
    inputSchema: fromJsonSchema<Record<string, unknown>>(toolSchema(tool.input), UNCHECKED),
    ...(tool.output && { outputSchema: fromJsonSchema(toolSchema(tool.output), UNCHECKED) }),
  },
}))

const WAITING = TOOLS.flatMap(({ tool }) => (tool.waits ? [tool.name] : []))

export function createHandler(options: HandlerOptions): Handler {
  const { log } = options
  const handler = createMcpHandler(
    ({ authInfo }) => serverFor(authInfo?.extra?.caller as KeyPrincipal, options),
    {
      // What is sent now and then keeps a proxy from cutting who waits.
      responseMode: 'sse',
      // Nothing ever changes that somebody could listen for.
      maxSubscriptions: 0,
      onerror: (error) => log.debug({ reason: error.message }, 'a message was not taken'),
    },
  )
  return {
    answer: (request, parsedBody, caller) =>
      handler.fetch(request, {
        parsedBody,
        authInfo: { token: '', clientId: caller.id, scopes: [], extra: { caller } },
      }),
    isWait(message) {
      const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } | null }
      return method === 'tools/call' && WAITING.includes(String(params?.name))
    },
  }
}

/** One for each message: nothing is remembered between two. */
function serverFor(caller: KeyPrincipal, options: HandlerOptions): McpServer {
  const server = new McpServer(
    { name: 'countersign', title: 'Countersign', version: VERSION },
    { capabilities: { tools: { listChanged: false } }, instructions: INSTRUCTIONS },
  )
  for (const { tool, config } of TOOLS) {
    server.registerTool(tool.name, config, (args, { mcpReq }) =>
      run(tool, args, caller, mcpReq.signal, options),
    )
  }
  return server
}

async function run(
  tool: Tool,
  args: Record<string, unknown>,
  caller: KeyPrincipal,
  hungUp: AbortSignal,
  { endpoints, patience, stopping, note, log }: HandlerOptions,
): Promise<ToolResult> {
  const gone = AbortSignal.any([hungUp, stopping])
  const perform: ToolCall['perform'] = async (operation, asked) =>
    (await performed(endpoints, operation, asked, caller, gone)) as never
  const result = await tool.run(args, { caller, patience, gone, perform }).catch((error): ProblemResult => {
    logFailure(log, error, 'a tool failed', { tool: tool.name })
    return problemOfFailure(error)
  })
  if (!isProblem(result)) return result
  const { approval_id: about } = args
  const refused = refusedCall('api', result.problem, caller, typeof about === 'string' ? about : undefined)
  if (refused) note(refused)
  return failedCall(tool.name, result.problem)
}

function isProblem(result: ToolResult | ProblemResult): result is ProblemResult {
  return 'problem' in result
}

async function performed(
  endpoints: readonly Endpoint[],
  operation: Operation,
  { id, query = {}, body, idempotencyKey }: Asking,
  caller: KeyPrincipal,
  gone: AbortSignal,
): Promise<{ value: unknown } | ProblemResult> {
  const endpoint = endpoints.find((one) => one.operation === operation)
  if (!endpoint) throw new Error(`there is no operation ${operation.id}`)
  const header = (name: string) => (name === 'Idempotency-Key' ? idempotencyKey : undefined)
  const given = { caller, id, personId: undefined, query, header, body, gone }
  const result: AnyResult = await endpoint.perform(given)
  return 'problem' in result ? result : { value: result.body }
}
