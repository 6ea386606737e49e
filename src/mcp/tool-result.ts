// Puts what a tool answers into the form of the protocol; what is no yes is a denial or an error.

export interface ToolResult {
  content: { type: 'text'; text: string }[]
  structuredContent?: Record<string, unknown>
  isError?: true
  [member: string]: unknown
}

/** What Claude Code understands where it asks for a permission. */
export type Permission =
  | { behavior: 'allow'; updatedInput: Record<string, unknown> }
  | { behavior: 'deny'; message: string }

/** The tool that answers with a permission. */
export const PERMISSION_TOOL = 'approve'

/** The text is for clients that know no structured content. */
export function structured(content: Record<string, unknown>): ToolResult {
  return { ...textual(JSON.stringify(content)), structuredContent: content }
}

/** Claude Code reads the text, and takes nothing beside it. */
export function permission(answer: Permission): ToolResult {
  return textual(JSON.stringify(answer))
}

/** Nothing came of a call: of the tool for permissions that is a denial, of any other an error. */
export function failedCall(tool: string, { code, detail }: { code: string; detail: string }): ToolResult {
  const text = `${code}: ${detail}`
  if (tool === PERMISSION_TOOL) return permission({ behavior: 'deny', message: text })
  return { ...textual(text), isError: true }
}

function textual(text: string): ToolResult {
  return { content: [{ type: 'text', text }] }
}
