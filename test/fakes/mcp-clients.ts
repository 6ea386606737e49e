// Clients of the tools of agents, as the official packages make them: an old one, and the new one in both its ways.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as OldStdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as OldStreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

export interface Called {
  text: string
  structured: Record<string, unknown>
  isError: boolean
}

export interface McpClient {
  /** By their names. */
  tools(): Promise<Map<string, Record<string, unknown>>>
  call(name: string, args?: Record<string, unknown>, signal?: AbortSignal): Promise<Called>
  close(): Promise<void>
}

export interface ClientKind {
  name: string
  overHttp(url: string, key: string): Promise<McpClient>
  /** `countersign mcp`, with nothing but this environment. */
  overStdio(command: string, args: string[], env: Record<string, string>): Promise<McpClient>
}

const INFO = { name: 'a test', version: '1.0.0' }

const authorized = (key: string) => ({ requestInit: { headers: { authorization: `Bearer ${key}` } } })
const mcpAt = (url: string) => new URL('/mcp', url)

export const CLIENTS: ClientKind[] = [
  {
    name: 'a client of version 1',
    async overHttp(url, key) {
      const client = new OldClient(INFO)
      await client.connect(new OldStreamableHTTPClientTransport(mcpAt(url), authorized(key)))
      return of(client, (asked, options) => client.callTool(asked, undefined, options))
    },
    async overStdio(command, args, env) {
      const client = new OldClient(INFO)
      await client.connect(new OldStdioClientTransport({ command, args, env, stderr: 'ignore' }))
      return of(client, (asked, options) => client.callTool(asked, undefined, options))
    },
  },
  newClient('a client of version 2 with the handshake of 2025', {}),
  newClient('a client of version 2 with the protocol of 2026', { versionNegotiation: { mode: 'auto' } }),
]

function newClient(name: string, options: ConstructorParameters<typeof Client>[1]): ClientKind {
  const connected = async (transport: Parameters<Client['connect']>[0]) => {
    const client = new Client(INFO, options)
    await client.connect(transport)
    return of(client, (asked, more) => client.callTool(asked, more))
  }
  return {
    name,
    overHttp: (url, key) => connected(new StreamableHTTPClientTransport(mcpAt(url), authorized(key))),
    overStdio: (command, args, env) =>
      connected(new StdioClientTransport({ command, args, env, stderr: 'ignore' })),
  }
}

type CallTool = (
  asked: { name: string; arguments: Record<string, unknown> },
  options: { signal?: AbortSignal },
) => Promise<object>

function of(
  client: { listTools(): Promise<{ tools: { name: string }[] }>; close(): Promise<void> },
  callTool: CallTool,
): McpClient {
  return {
    async tools() {
      const { tools } = await client.listTools()
      return new Map(tools.map((tool) => [tool.name, tool as unknown as Record<string, unknown>]))
    },
    async call(name, args = {}, signal) {
      const result = (await callTool({ name, arguments: args }, signal ? { signal } : {})) as {
        content: { text: string }[]
        structuredContent?: Record<string, unknown>
        isError?: boolean
      }
      const { content, structuredContent: structured = {}, isError = false } = result
      return { text: content.map(({ text }) => text).join('\n'), structured, isError }
    },
    close: () => client.close(),
  }
}
