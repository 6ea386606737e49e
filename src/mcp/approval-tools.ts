// The tools by which an agent asks for an approval, waits for it and redeems it.

import { z } from 'zod'
import { readApproval, redeemApproval, requestApproval } from '../api/approvals/operations.ts'
import { newApproval, newRedemption } from '../api/approvals/schemas.ts'
import { idempotencyHeader } from '../api/idempotency.ts'
import { agentView, agentViewOf, RUN_NOW } from './agent-view.ts'
import { type Asking, defineTool, type ToolCall } from './tool.ts'
import { structured } from './tool-result.ts'

export const idempotencyKey = idempotencyHeader.shape['Idempotency-Key'].describe(
  'A name of your own for this one thing to be done, such as refund-1042: the same name and arguments again within 24 hours do it once',
)
const approvalId = z.string().describe('The approval_id that request_approval answered')

const { agent, action, reasons, risk, requested_by, expires_in_seconds } = newApproval.shape

export const requestTool = defineTool(
  {
    name: 'request_approval',
    title: 'Ask people for approval',
    description:
      'Ask people to approve one action before you do it. Give the action exactly as you will run it: people see it, and only this may run. It answers at once, usually with status pending; then call wait_for_approval. Approved is not enough to act: act only after redeem gave you a receipt, or when the answer has a receipt already. Asking for the same again is safe and finds the earlier request.',
    input: newApproval.extend({
      agent: agent
        .optional()
        .describe('Which agent you are; leave it out where your API key is bound to one agent'),
      action: action.extend({
        tool: action.shape.tool.describe('What is to be called, such as payments.refund'),
        summary: action.shape.summary.describe('One sentence for the people who decide: what, and why'),
        arguments: action.shape.arguments.describe('All that it is called with, exactly as it will run'),
        environment: action.shape.environment.describe('Where it runs, such as production'),
      }),
      reasons: reasons.describe('Why you ask, as short codes such as AMOUNT_ABOVE_LIMIT'),
      risk: risk.describe('How much harm it could do: a level, or a score from 0 to 1'),
      requested_by: requested_by.describe('The person for whom you act; they cannot approve it themselves'),
      expires_in_seconds: expires_in_seconds.describe('After that nobody can approve it any more'),
      idempotency_key: idempotencyKey,
    }),
    output: agentView,
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  },
  async ({ idempotency_key, agent: given, ...request }, { caller, perform }) => {
    const own = caller.agentId === undefined ? undefined : { id: caller.agentId }
    const body = { ...request, agent: given ?? own }
    const asked = await perform(requestApproval, { body, idempotencyKey: idempotency_key })
    return 'problem' in asked ? asked : structured(agentViewOf(asked.value, asked.value.receipt))
  },
)

export const checkTool = defineTool(
  {
    name: 'check_approval',
    title: 'See how an approval stands',
    description:
      'See at once how an approval stands that you asked for. To wait until people have decided, call wait_for_approval instead. Act only after redeem.',
    input: z.strictObject({ approval_id: approvalId }),
    output: agentView,
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  },
  ({ approval_id }, { perform }) => read(perform, { id: approval_id, query: {} }),
)

export const waitTool = defineTool(
  {
    name: 'wait_for_approval',
    title: 'Wait until people have decided',
    description:
      'Wait until people have decided. It answers as soon as they have, or after less than a minute with status pending: then call it again, as often as you need; people take minutes. Its field next says what to do. Act only after redeem.',
    input: z.strictObject({ approval_id: approvalId }),
    output: agentView,
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    waits: true,
  },
  ({ approval_id }, { perform, patience }) =>
    read(perform, { id: approval_id, query: { wait_seconds: String(patience.waitSeconds) } }),
)

async function read(perform: ToolCall['perform'], asking: Asking) {
  const found = await perform(readApproval, asking)
  return 'problem' in found ? found : structured(agentViewOf(found.value))
}

export const redeemTool = defineTool(
  {
    name: 'redeem',
    title: 'Redeem an approval right before acting',
    description:
      'Redeem an approved action right before you run it. It answers with a receipt: only then run it, once, exactly as given here. Without a receipt do not act. It works once, within minutes of the approval, and only for exactly the action that was approved.',
    input: z.strictObject({
      approval_id: approvalId,
      action: newRedemption.shape.action.describe(
        'The action that you are about to run, the same as you asked for',
      ),
      idempotency_key: idempotencyKey,
    }),
    output: z.object({
      approval_id: z.string(),
      receipt: z.string().describe('The proof that it may run now, for whoever runs the tool'),
      receipt_expires_at: z.string().nullable(),
      next: z.string().describe('What to do now'),
    }),
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  },
  async ({ approval_id, action: given, idempotency_key }, { perform }) => {
    const asking = { id: approval_id, body: { action: given }, idempotencyKey: idempotency_key }
    const redeemed = await perform(redeemApproval, asking)
    if ('problem' in redeemed) return redeemed
    const { receipt, approval } = redeemed.value
    const { receipt_expires_at = null } = approval.grant ?? {}
    return structured({ approval_id: approval.id, receipt, receipt_expires_at, next: RUN_NOW })
  },
)
