// The tool that Claude Code asks for permissions: it allows only what people approved and what was redeemed.

import { z } from 'zod'
import { readApproval, redeemApproval, requestApproval } from '../api/approvals/operations.ts'
import { jsonObject } from '../api/input.ts'
import type { Found } from '../api/result.ts'
import type { ApprovalView } from '../approvals/view.ts'
import { defineTool, type ToolCall } from './tool.ts'
import { PERMISSION_TOOL, permission, type ToolResult } from './tool-result.ts'

/** Where the key is bound to no agent. */
const USUAL_AGENT = 'claude-code'
/** The most that the API lets one wait. */
const ONE_WAIT_SECONDS = 60

/** https://code.claude.com/docs/en/cli-reference: `--permission-prompt-tool`. What more it may send is not looked at. */
const input = z.looseObject({
  tool_name: z.string().describe('The tool that is about to be called'),
  input: jsonObject.describe('All that it is called with'),
  tool_use_id: z.string().optional(),
})

export const permissionTool = defineTool(
  {
    name: PERMISSION_TOOL,
    title: 'Ask for a permission',
    description:
      "For Claude Code's --permission-prompt-tool, which calls it by itself: a model calls request_approval instead. It asks people, waits for some minutes, and answers with JSON: allow, or deny with a message.",
    input,
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
    waits: true,
  },
  async ({ tool_name: tool, input: args, tool_use_id }, call) => {
    const agent = { id: call.caller.agentId ?? USUAL_AGENT }
    const action = { tool, arguments: args }
    // Without an Idempotency-Key, so that the next call finds this request, or the yes that came meanwhile.
    const body = { agent, action, ...(tool_use_id !== undefined && { metadata: { tool_use_id } }) }
    const asked = await call.perform(requestApproval, { body })
    if ('problem' in asked) return asked
    if (asked.value.receipt !== undefined) return allow(asked.value)
    const closed = await onceClosed(asked.value, call)
    if ('problem' in closed) return closed
    const { id, status } = closed.value
    if (status !== 'approved') return deny(closed.value)
    // Nobody would run it, and it would be used up.
    if (call.gone.aborted) return permission({ behavior: 'deny', message: UNDECIDED })
    const redeemed = await call.perform(redeemApproval, { id, body: { action } })
    return 'problem' in redeemed ? redeemed : allow(redeemed.value.approval)
  },
)

/** Or as it stands when the time is over. */
async function onceClosed(
  asked: Pick<ApprovalView, 'id' | 'status' | 'review_notes' | 'action'>,
  { perform, patience, gone }: ToolCall,
): Promise<Found<typeof asked>> {
  const deadline = performance.now() + patience.approveSeconds * 1000
  let view = asked
  while (view.status === 'pending' && !gone.aborted) {
    const leftSeconds = Math.ceil((deadline - performance.now()) / 1000)
    if (leftSeconds <= 0) break
    const query = { wait_seconds: String(Math.min(leftSeconds, ONE_WAIT_SECONDS)) }
    const read = await perform(readApproval, { id: view.id, query })
    if ('problem' in read) return read
    view = read.value
  }
  return { value: view }
}

/** What people saw is what runs. */
function allow({ action }: Pick<ApprovalView, 'action'>): ToolResult {
  return permission({ behavior: 'allow', updatedInput: action.arguments })
}

const UNDECIDED = 'Nobody has decided yet; ask again, a later yes is found'

function deny({ status, review_notes }: Pick<ApprovalView, 'status' | 'review_notes'>): ToolResult {
  const message = status === 'pending' ? UNDECIDED : (review_notes ?? `It is ${status}`)
  return permission({ behavior: 'deny', message })
}
